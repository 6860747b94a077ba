using System.Net.Sockets;
using Microsoft.Extensions.Time.Testing;
using Saker.Alerts;
using Saker.Outputs;
using Saker.Router.Delivery;
using Saker.Router.Log;
using Saker.Router.Tests.Log;

namespace Saker.Router.Tests.Delivery;

/// <summary>What one attempt comes to, for each alert of its batch, for the counters, and for what is said; time is a fake.</summary>
public sealed class AttemptsTests : IDisposable
{
    private static readonly DateTimeOffset Start = new(2026, 11, 24, 10, 0, 0, TimeSpan.Zero);
    private readonly FakeTimeProvider clock = new(Start);
    private readonly LogLines lines = new();
    private readonly OutputCounters counters = new("a");
    private readonly OutputHealth health;
    private readonly Cursor cursor = new(new CursorPosition("a", "t", 0, 0, []));
    private readonly AlertWatches watches = new();
    private readonly DirectOutput output = new();
    private readonly DeliveryOptions options = new() { AttemptTimeout = TimeSpan.FromSeconds(2.5), GiveUpAfter = TimeSpan.FromHours(1) };
    private readonly DeliveryAttempts attempts;

    public AttemptsTests()
    {
        health = new OutputHealth("a", clock, lines);
        var instance = DeliveryRig.Instance("a", output) with { Secrets = [new Secret("hunter2"), new Secret("s3cret")] };
        attempts = new DeliveryAttempts(instance, options, clock, counters, health, cursor, new AcceptClock(clock)) { Watches = watches };
    }

    private static CancellationToken Stopping => TestContext.Current.CancellationToken;

    public void Dispose() => attempts.Dispose();

    [Fact]
    public async Task What_is_delivered_is_counted_told_and_healthy()
    {
        var alert = Pending(0);
        using var watch = watches.Begin(alert.Alert.Uuid, ["a"])!;
        health.Failed("before");
        await attempts.TryAsWitnessAsync([alert], Stopping);
        Assert.Equal((PendingState.Delivered, 0, ""), (alert.State, alert.Failures, alert.Reason));
        Assert.Equal("1 attempts, 0 failed, 0 retries, 1 delivered", Counted());
        Assert.Equal((null, WatchState.Delivered), (health.LastError, watch.Results["a"].State));
        Assert.Equal(["0"], output.Rules);
    }

    [Fact]
    public async Task Each_alert_of_a_batch_gets_its_own_answer()
    {
        List<PendingAlert> batch = [Pending(0), Pending(1), Pending(2), Pending(3)];
        var followed = batch.ConvertAll(alert => watches.Begin(alert.Alert.Uuid, ["a"])!);
        output.Answers = [DeliveryResult.Retry("busy"), DeliveryResult.Delivered, DeliveryResult.Rejected("bad"), DeliveryResult.Blocked("token")];
        await attempts.TryAsWitnessAsync(batch, Stopping);
        Assert.Equal(["Pending 1 busy", "Delivered 0 ", "Rejected 1 bad", "Pending 1 token"], batch.Select(static alert => $"{alert.State} {alert.Failures} {alert.Reason}"));
        Assert.Equal(["Failing busy", "Delivered ", "GivenUp bad", "Failing token"], followed.Select(static watch => $"{watch.Results["a"].State} {watch.Results["a"].Reason}"));
        Assert.Equal("1 attempts, 1 failed, 0 retries, 1 delivered", Counted());
        Assert.Equal((null, null), (health.LastError, attempts.BlockedSince));

        // Only what is pending is sent again, in its order.
        output.Answers = [DeliveryResult.Retry("still busy"), DeliveryResult.Retry("that too")];
        await attempts.TryAsWitnessAsync(batch, Stopping);
        Assert.Equal(["0", "3"], output.Rules);
        Assert.Equal(["Pending 2 still busy", "Delivered 0 ", "Rejected 1 bad", "Pending 2 that too"], batch.Select(static alert => $"{alert.State} {alert.Failures} {alert.Reason}"));
        Assert.Equal(("2 attempts, 2 failed, 0 retries, 1 delivered", "that too"), (Counted(), health.LastError));
    }

    [Fact]
    public async Task A_batch_with_nothing_pending_makes_no_attempt()
    {
        await attempts.TryAsWitnessAsync([Pending(0, state: PendingState.Delivered), Pending(1, state: PendingState.Rejected)], Stopping);
        Assert.Equal("0 attempts, 0 failed, 0 retries, 0 delivered", Counted());
        Assert.Null(output.Rules);
    }

    [Fact]
    public async Task What_was_cut_loose_is_not_sent_any_more()
    {
        List<PendingAlert> batch = [Pending(0), Pending(1, state: PendingState.Delivered), Pending(2), Pending(3)];
        cursor.CutLoose(2);
        await attempts.TryAsWitnessAsync(batch, Stopping);
        Assert.Equal([PendingState.CutLoose, PendingState.Delivered, PendingState.Delivered, PendingState.Delivered], batch.Select(static alert => alert.State));
        Assert.Equal(["2", "3"], output.Rules);
    }

    [Fact]
    public async Task Only_a_refusal_of_the_whole_batch_for_what_is_configured_blocks_and_any_other_answer_ends_it()
    {
        output.Answers = [DeliveryResult.Blocked("403"), DeliveryResult.Retry("503")];
        await attempts.TryAsWitnessAsync([Pending(0), Pending(1)], Stopping);
        Assert.Null(attempts.BlockedSince);
        output.Answers = [DeliveryResult.Blocked("403 for hunter2"), DeliveryResult.Blocked("403 for s3cret")];
        await attempts.TryAsWitnessAsync([Pending(0), Pending(1)], Stopping);
        Assert.Equal((Start, "403 for ***"), (attempts.BlockedSince, health.LastError));
        output.Answers = [DeliveryResult.Retry("503")];
        await attempts.TryAsWitnessAsync([Pending(2)], Stopping);
        Assert.Null(attempts.BlockedSince);
    }

    [Fact]
    public async Task A_block_is_said_as_one()
    {
        output.Answers = [DeliveryResult.Blocked("403")];
        await attempts.TryAsWitnessAsync([Pending(0)], Stopping);
        Assert.Equal(3122, Assert.Single(lines.Lines).Id);
    }

    [Fact]
    public async Task An_alert_that_fails_eight_times_is_given_up_only_when_others_got_through_since_the_first()
    {
        output.Answers = [DeliveryResult.Retry("503")];
        counters.CountDelivered(TimeSpan.Zero); // before its first failure: shows nothing
        var (alone, among) = (Pending(0), Pending(1));
        for (var failures = 1; failures <= 20; failures++)
        {
            await attempts.TryAsWitnessAsync([alone], Stopping);
            Assert.Equal((PendingState.Pending, failures), (alone.State, alone.Failures));
        }

        for (var failures = 1; failures <= 8; failures++)
        {
            await attempts.TryAsWitnessAsync([among], Stopping);
            Assert.Equal((failures < 8 ? PendingState.Pending : PendingState.Exhausted, failures), (among.State, among.Failures));
            counters.CountDelivered(TimeSpan.Zero);
        }

        await attempts.TryAsWitnessAsync([alone], Stopping);
        Assert.Equal((PendingState.Exhausted, "503"), (alone.State, alone.Reason));
    }

    [Fact]
    public async Task An_alert_is_given_up_at_its_age_to_the_tick()
    {
        output.Answers = [DeliveryResult.Retry("503"), DeliveryResult.Retry("503")];
        var (older, younger) = (Pending(0), Pending(1, accepted: Start.AddTicks(1)));
        clock.Advance(options.GiveUpAfter);
        await attempts.TryAsWitnessAsync([older, younger], Stopping);
        Assert.Equal((PendingState.Exhausted, PendingState.Pending), (older.State, younger.State));
    }

    [Fact]
    public async Task An_exception_that_nobody_foresaw_blocks_at_the_third_and_shows_its_type_only()
    {
        output.Throws = new InvalidOperationException("token=abc");
        var alert = Pending(0);
        for (var times = 1; times <= 3; times++)
        {
            await attempts.TryAsWitnessAsync([alert], Stopping);
            Assert.Equal((PendingState.Pending, times, "Unexpected InvalidOperationException in the output.", times < 3), (alert.State, alert.Unexpected, alert.Reason, attempts.BlockedSince is null));
        }
    }

    public static TheoryData<Exception> Foreseen => [new HttpRequestException("no hunter2 route"), new IOException("no hunter2 route"), new FileNotFoundException("no hunter2 route")];

    [Theory]
    [MemberData(nameof(Foreseen))]
    public async Task A_failing_connection_is_told_in_its_own_words_and_is_no_fault_of_the_output(Exception exception)
    {
        output.Throws = exception;
        var alert = Pending(0);
        for (var times = 1; times <= 5; times++)
        {
            await attempts.TryAsWitnessAsync([alert], Stopping);
        }

        Assert.Equal((PendingState.Pending, 5, 0, "no *** route"), (alert.State, alert.Failures, alert.Unexpected, alert.Reason));
        output.Throws = new SocketException((int)SocketError.ConnectionRefused);
        await attempts.TryAsWitnessAsync([alert], Stopping);
        Assert.Equal((PendingState.Pending, 0, output.Throws.Message), (alert.State, alert.Unexpected, alert.Reason));
    }

    [Fact]
    public async Task An_alert_that_is_refused_for_what_is_configured_three_times_while_others_get_through_is_given_up()
    {
        output.Answers = [DeliveryResult.Blocked("403")];
        counters.CountDelivered(TimeSpan.Zero);
        var alert = Pending(0);
        await attempts.TryAsWitnessAsync([alert], Stopping);
        await attempts.TryAsWitnessAsync([alert], Stopping);
        Assert.Equal((2, 0), (alert.Failures, alert.RefusedAlone)); // none got through between them
        for (var alone = 1; alone <= 3; alone++)
        {
            counters.CountDelivered(TimeSpan.Zero);
            await attempts.TryAsWitnessAsync([alert], Stopping);
            Assert.Equal((alone < 3 ? PendingState.Pending : PendingState.Rejected, alone, 2 + alone), (alert.State, alert.RefusedAlone, alert.Failures));
        }
    }

    [Theory]
    [InlineData(500, "")]
    [InlineData(501, "…")]
    public async Task An_answer_is_cut_after_500_characters(int length, string end)
    {
        output.Answers = [DeliveryResult.Rejected(new string('x', length))];
        var alert = Pending(0);
        await attempts.TryAsWitnessAsync([alert], Stopping);
        Assert.Equal(new string('x', 500) + end, alert.Reason);
    }

    [Fact]
    public async Task An_attempt_ends_at_its_time_limit()
    {
        output.Hold = new TaskCompletionSource();
        var alert = Pending(0);
        var attempt = attempts.TryAsWitnessAsync([alert], Stopping).AsTask();
        clock.Advance(TimeSpan.FromSeconds(2.4));
        Assert.False(attempt.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(0.1));
        await attempt.WaitAsync(DeliveryRig.Patience, Stopping);
        Assert.Equal((PendingState.Pending, 1, 0, "No answer within 2.5s."), (alert.State, alert.Failures, alert.Unexpected, alert.Reason));
    }

    [Fact]
    public async Task A_time_limit_that_has_passed_is_not_the_next_attempts()
    {
        output.Hold = new TaskCompletionSource();
        var settling = attempts.SettleAsync([Pending(0)], Stopping).AsTask();
        await DeliveryRig.UntilAsync(() => output.Attempts == 1, "the first attempt");
        clock.Advance(TimeSpan.FromSeconds(2.5));
        output.Hold = null;
        await DriveAsync(settling);
        clock.Advance(TimeSpan.FromMinutes(2)); // long enough that the failure is forgotten
        await attempts.SettleAsync([Pending(1)], Stopping);
        Assert.Equal("3 attempts, 1 failed, 1 retries, 2 delivered", Counted());
    }

    [Fact]
    public async Task A_stop_breaks_an_attempt_off_and_leaves_its_alert_pending()
    {
        output.Hold = new TaskCompletionSource();
        using var stop = new CancellationTokenSource();
        var alert = Pending(0);
        var attempt = attempts.TryAsWitnessAsync([alert], stop.Token).AsTask();
        var settling = attempts.SettleAsync([alert], stop.Token).AsTask();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => attempt.WaitAsync(DeliveryRig.Patience, Stopping));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => settling.WaitAsync(DeliveryRig.Patience, Stopping));
        Assert.Equal((PendingState.Pending, 0, "0 attempts, 0 failed, 0 retries, 0 delivered"), (alert.State, alert.Failures, Counted()));
    }

    [Fact]
    public async Task One_attempt_outside_the_order_counts_nothing_and_shows_no_secret()
    {
        var alert = Pending(0).Alert;
        Assert.Equal(DeliveryResult.Delivered, await attempts.TryOnceAsync(alert, Stopping));
        foreach (var (answer, expected) in new[]
        {
            (DeliveryResult.Rejected("no hunter2"), DeliveryResult.Rejected("no ***")),
            (DeliveryResult.Blocked("no hunter2"), DeliveryResult.Blocked("no ***")),
            (DeliveryResult.Retry("no hunter2", TimeSpan.FromSeconds(3)), DeliveryResult.Retry("no ***", TimeSpan.FromSeconds(3))),
        })
        {
            output.Answers = [answer];
            Assert.Equal(expected, await attempts.TryOnceAsync(alert, Stopping));
        }

        output.Hold = new TaskCompletionSource();
        var held = attempts.TryOnceAsync(alert, Stopping).AsTask();
        clock.Advance(TimeSpan.FromSeconds(2.5));
        Assert.Equal("No answer within 2.5s.", (await held.WaitAsync(DeliveryRig.Patience, Stopping)).Reason);
        Assert.Equal(("0 attempts, 0 failed, 0 retries, 0 delivered", null), (Counted(), health.LastError));
    }

    [Fact]
    public async Task Closing_waits_for_the_attempt_under_way_and_lets_none_begin()
    {
        output.Hold = new TaskCompletionSource();
        var alert = Pending(0);
        var attempt = attempts.TryAsWitnessAsync([alert], Stopping).AsTask();
        var closing = attempts.CloseAsync();
        Assert.False(closing.IsCompleted);
        output.Hold.SetResult();
        await closing.WaitAsync(DeliveryRig.Patience, Stopping);
        await attempt;
        Assert.Equal(PendingState.Delivered, alert.State);

        using var stop = new CancellationTokenSource();
        var late = attempts.TryOnceAsync(alert.Alert, stop.Token).AsTask();
        Assert.Equal(1, output.Attempts);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => late.WaitAsync(DeliveryRig.Patience, Stopping));
        Assert.Equal(1, output.Attempts);
    }

    [Fact]
    public async Task What_is_to_be_tried_again_waits_for_the_longest_time_that_was_asked_for()
    {
        List<PendingAlert> batch = [Pending(0), Pending(1), Pending(2)];
        output.Answers = [DeliveryResult.Retry("x", TimeSpan.FromSeconds(30)), DeliveryResult.Retry("x", TimeSpan.FromSeconds(60)), DeliveryResult.Retry("x", TimeSpan.FromSeconds(40))];
        var settling = attempts.SettleAsync(batch, Stopping).AsTask();
        await DeliveryRig.UntilAsync(() => output.Attempts == 1 && counters.Attempts == 1, "the first attempt");
        output.Answers = [DeliveryResult.Delivered, DeliveryResult.Delivered, DeliveryResult.Delivered];
        clock.Advance(TimeSpan.FromSeconds(59.9));
        Assert.Equal(1, output.Attempts);
        await DriveAsync(settling);
        Assert.Equal("2 attempts, 1 failed, 1 retries, 3 delivered", Counted());
        Assert.All(batch, static alert => Assert.Equal((PendingState.Delivered, 1), (alert.State, alert.Failures)));
    }

    [Fact]
    public async Task A_success_at_once_needs_one_attempt_and_a_rejection_no_second()
    {
        await attempts.SettleAsync([Pending(0)], Stopping);
        output.Answers = [DeliveryResult.Rejected("no")];
        await attempts.SettleAsync([Pending(1)], Stopping);
        output.Answers = null;
        await attempts.SettleAsync([Pending(2)], Stopping);
        Assert.Equal("3 attempts, 1 failed, 0 retries, 2 delivered", Counted());
        Assert.Equal("Closed", attempts.Breaker);
    }

    [Fact]
    public async Task Five_failures_in_a_row_open_the_breaker_and_after_its_time_one_attempt_closes_it()
    {
        output.Answers = [DeliveryResult.Retry("503")];
        var settling = attempts.SettleAsync([Pending(0)], Stopping).AsTask();
        await DriveUntilAsync(() => attempts.Breaker == "Open");
        Assert.Equal((5, false), (output.Attempts, settling.IsCompleted));
        output.Answers = null;
        await DriveAsync(settling);
        Assert.Equal((6, "Closed"), (output.Attempts, attempts.Breaker));
        Assert.Equal("6 attempts, 5 failed, 5 retries, 1 delivered", Counted());
    }

    [Fact]
    public async Task A_success_within_the_last_minute_keeps_the_breaker_closed()
    {
        await attempts.SettleAsync([Pending(0)], Stopping);
        clock.Advance(TimeSpan.FromSeconds(30));
        output.Answers = [DeliveryResult.Retry("503")];
        var settling = attempts.SettleAsync([Pending(1)], Stopping).AsTask();
        await DriveUntilAsync(() => output.Attempts == 8);
        Assert.Equal("Closed", attempts.Breaker);
        output.Answers = null;
        await DriveAsync(settling);
        Assert.Equal("Closed", attempts.Breaker);
    }

    [Fact]
    public async Task A_success_more_than_a_minute_ago_keeps_it_closed_no_more()
    {
        await attempts.SettleAsync([Pending(0)], Stopping);
        clock.Advance(TimeSpan.FromSeconds(60));
        output.Answers = [DeliveryResult.Retry("503")];
        var settling = attempts.SettleAsync([Pending(1)], Stopping).AsTask();
        await DriveUntilAsync(() => attempts.Breaker == "Open");
        Assert.Equal(6, output.Attempts);
        output.Answers = null;
        await DriveAsync(settling);
    }

    [Fact]
    public async Task While_it_is_blocked_the_next_alert_is_tried_after_the_wait()
    {
        output.Answers = [DeliveryResult.Blocked("403")];
        var alert = Pending(0);
        await attempts.SettleAsync([alert], Stopping);
        Assert.Equal((1, PendingState.Pending, Start), (output.Attempts, alert.State, attempts.BlockedSince));
        foreach (var seconds in new[] { 5, 10 })
        {
            var settling = attempts.SettleAsync([alert], Stopping).AsTask();
            clock.Advance(TimeSpan.FromSeconds(seconds - 0.1));
            Assert.False(settling.IsCompleted);
            clock.Advance(TimeSpan.FromSeconds(0.1));
            await settling.WaitAsync(DeliveryRig.Patience, Stopping);
        }

        Assert.Equal(3, output.Attempts);
        output.Answers = null;
        var last = attempts.SettleAsync([alert], Stopping).AsTask();
        attempts.TryNow();
        await last.WaitAsync(DeliveryRig.Patience, Stopping);
        Assert.Equal((PendingState.Delivered, null), (alert.State, attempts.BlockedSince));
    }

    private static PendingAlert Pending(long position, PendingState state = PendingState.Pending, DateTimeOffset? accepted = null)
    {
        var record = new LogRecord(position, UnixTime.ToNanoseconds(accepted ?? Start), LogFixture.Alert(position));
        return new PendingAlert(record, record.GetAlert(out _) ?? throw new InvalidOperationException()) { State = state };
    }

    private string Counted() => $"{counters.Attempts} attempts, {counters.FailedAttempts} failed, {counters.Retries} retries, {counters.Delivered} delivered";

    private Task DriveAsync(Task task) => DriveUntilAsync(() => task.IsCompleted).ContinueWith(_ => task, TaskScheduler.Default).Unwrap();

    // Time goes on until the condition holds; how much of it that takes is not asked.
    private Task DriveUntilAsync(Func<bool> condition) => DeliveryRig.UntilAsync(
        () =>
        {
            if (condition())
            {
                return true;
            }

            clock.Advance(TimeSpan.FromMilliseconds(500));
            return condition();
        },
        "what the time brings");
}
