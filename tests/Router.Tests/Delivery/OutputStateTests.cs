using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using Microsoft.Extensions.Time.Testing;
using Saker.Router.Delivery;
using Saker.Router.Log;
using Saker.Router.Tests.Log;

namespace Saker.Router.Tests.Delivery;

/// <summary>What is counted and said of one output, what holds it back, and what is told to whoever follows an alert.</summary>
public sealed class OutputStateTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 24, 10, 0, 0, TimeSpan.Zero);
    private readonly FakeTimeProvider clock = new(Start);
    private readonly LogLines lines = new();

    [Fact]
    public void Counters_count_each_their_own_and_the_meter_hears_of_it()
    {
        var heard = new ConcurrentQueue<string>();
        using var listener = new MeterListener
        {
            InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument.Meter.Name == OutputCounters.MeterName)
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Hear(instrument, value.ToString(CultureInfo.InvariantCulture), tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Hear(instrument, value.ToString(CultureInfo.InvariantCulture), tags));
        listener.Start();

        var counters = new OutputCounters("only-here");
        counters.CountAttempt(succeeded: true, repeated: false, TimeSpan.FromSeconds(2));
        Assert.Equal((1, 0, 0), (counters.Attempts, counters.FailedAttempts, counters.Retries));
        counters.CountAttempt(succeeded: false, repeated: true, TimeSpan.FromSeconds(3));
        Assert.Equal((2, 1, 1), (counters.Attempts, counters.FailedAttempts, counters.Retries));
        counters.CountDelivered(TimeSpan.FromMinutes(1));
        counters.CountDeadLetter();
        counters.CountDeadLetter();
        counters.CountCutLoose(7);
        counters.CountLost(5);
        Assert.Equal((1, 2, 7, 5), (counters.Delivered, counters.DeadLetters, counters.CutLoose, counters.Lost));
        Assert.Equal(
            [
                "saker.delivery.attempts 1 {attempt} output=only-here outcome=ok",
                "saker.delivery.attempt.duration 2 s output=only-here",
                "saker.delivery.attempts 1 {attempt} output=only-here outcome=error",
                "saker.delivery.attempt.duration 3 s output=only-here",
                "saker.delivery.alerts 1 {alert} output=only-here outcome=delivered",
                "saker.delivery.duration 60 s output=only-here",
                "saker.delivery.alerts 1 {alert} output=only-here outcome=dead_letter",
                "saker.delivery.alerts 1 {alert} output=only-here outcome=dead_letter",
                "saker.delivery.alerts 7 {alert} output=only-here outcome=cut_loose",
                "saker.delivery.alerts 5 {alert} output=only-here outcome=lost",
            ],
            heard);

        void Hear(Instrument instrument, string value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            var text = $"{instrument.Name} {value} {instrument.Unit} {string.Join(' ', tags.ToArray().Select(static tag => $"{tag.Key}={tag.Value}"))}";
            if (text.Contains("output=only-here", StringComparison.Ordinal))
            {
                heard.Enqueue(text);
            }
        }
    }

    [Fact]
    public void Health_says_once_what_fails_and_at_most_once_a_minute_what_else()
    {
        var health = new OutputHealth("a", clock, lines);
        health.Succeeded();
        Assert.Equal((null, null, 0), (health.LastError, health.FailingSince, lines.Lines.Count));

        health.Failed("one");
        Assert.Equal(("one", Start), (health.LastError, health.FailingSince));
        clock.Advance(TimeSpan.FromSeconds(59));
        health.Failed("two");
        Assert.Equal(("two", Start), (health.LastError, health.FailingSince));
        clock.Advance(TimeSpan.FromSeconds(1));
        health.Failed("one"); // what was said last
        health.Failed("three");
        health.Failed("three");
        clock.Advance(TimeSpan.FromMinutes(1));
        health.Failed("four", isBlocked: true);
        health.Succeeded();
        health.Succeeded();
        Assert.Equal((null, null), (health.LastError, health.FailingSince));

        // Failing anew is said anew, and what was too soon to be said is not said to be over.
        health.Failed("five");
        health.Succeeded();
        clock.Advance(TimeSpan.FromMinutes(1));
        health.Failed("four");
        Assert.Equal(Start.AddMinutes(3), health.FailingSince);
        health.Succeeded();
        Assert.Equal(
            [
                "3100 Output a fails: one",
                "3101 Output a fails in another way now, after 4 failed attempts: three",
                "3122 Output a is blocked: its destination refuses what is configured for it, and would refuse every alert: four. Its alerts are kept; one is tried now and then, and at once when the configuration is read again.",
                "3102 Output a delivers again, after 6 failed attempts.",
                "3100 Output a fails: four",
                "3102 Output a delivers again, after 2 failed attempts.",
            ],
            Said());
    }

    [Fact]
    public void Dead_letters_are_said_at_most_once_a_minute()
    {
        var health = new OutputHealth("a", clock, lines);
        var alert = new PendingAlert(new LogRecord(5, 0, LogFixture.Alert(5)), new LogRecord(5, 0, LogFixture.Alert(5)).GetAlert(out _)!) { State = PendingState.Rejected, Reason = "no" };
        health.DeadLettered(alert, 1);
        clock.Advance(TimeSpan.FromSeconds(59));
        health.DeadLettered(alert, 2);
        clock.Advance(TimeSpan.FromSeconds(1));
        health.DeadLettered(alert, 3);
        Assert.Equal(
            [
                "3103 Output a: 1 alerts went to the dead letters since the start; the last one, 00000000-0000-0000-0000-000000000005, as Rejected: no",
                "3103 Output a: 3 alerts went to the dead letters since the start; the last one, 00000000-0000-0000-0000-000000000005, as Rejected: no",
            ],
            Said());
    }

    [Fact]
    public async Task A_block_lets_one_try_at_a_time_and_everybody_go_on_when_it_ends()
    {
        var stopping = TestContext.Current.CancellationToken;
        using var block = new OutputBlock(new DeliveryOptions { FirstBlockedDelay = TimeSpan.FromSeconds(5), MaxBlockedDelay = TimeSpan.FromSeconds(15) }, clock);
        Assert.Null(block.Since);
        block.End();
        block.TryNow();
        Assert.False(await block.EnterAsync(stopping));

        clock.Advance(TimeSpan.FromSeconds(1));
        block.Refused(inTurn: false);
        Assert.Equal(Start.AddSeconds(1), block.Since);
        clock.Advance(TimeSpan.FromSeconds(4));
        block.Refused(inTurn: false); // under way when it began: neither the wait nor the time of its beginning changes
        Assert.Equal(Start.AddSeconds(1), block.Since);
        var (first, second) = (block.EnterAsync(stopping).AsTask(), block.EnterAsync(stopping).AsTask());
        Assert.False(first.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.True(await first);
        block.Refused(inTurn: true);
        block.Leave();

        // The wait doubles, counted from the refusal, and ends at its bound: 10, then 15 seconds.
        clock.Advance(TimeSpan.FromSeconds(9.9));
        Assert.False(second.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(0.1));
        Assert.True(await second);
        block.Refused(inTurn: true);
        block.Leave();
        var third = block.EnterAsync(stopping).AsTask();
        clock.Advance(TimeSpan.FromSeconds(14.9));
        Assert.False(third.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(0.1));
        Assert.True(await third);

        // Something was changed: at once, and the waits begin from the first again.
        block.Refused(inTurn: true);
        block.Leave();
        var fourth = block.EnterAsync(stopping).AsTask();
        block.TryNow();
        Assert.True(await fourth);
        block.Refused(inTurn: true);
        block.Leave();
        var fifth = block.EnterAsync(stopping).AsTask();
        var sixth = block.EnterAsync(stopping).AsTask();
        clock.Advance(TimeSpan.FromSeconds(9.9));
        Assert.False(fifth.IsCompleted);
        block.End();
        Assert.False(await fifth);
        Assert.False(await sixth);
        Assert.Null(block.Since);
        Assert.False(await block.EnterAsync(stopping));

        // A block that begins anew waits for the first delay.
        block.Refused(inTurn: true);
        var seventh = block.EnterAsync(stopping).AsTask();
        clock.Advance(TimeSpan.FromSeconds(5));
        Assert.True(await seventh);
        block.Leave();
    }

    [Fact]
    public async Task Who_waits_for_a_block_can_be_stopped_and_leaves_the_turn_to_the_next()
    {
        using var block = new OutputBlock(new DeliveryOptions { FirstBlockedDelay = TimeSpan.FromSeconds(5) }, clock);
        using var stop = new CancellationTokenSource();
        block.Refused(inTurn: false);
        var stopped = block.EnterAsync(stop.Token).AsTask();
        var next = block.EnterAsync(TestContext.Current.CancellationToken).AsTask();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stopped);
        clock.Advance(TimeSpan.FromSeconds(5));
        Assert.True(await next.WaitAsync(DeliveryRig.Patience, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_gate_that_closes_waits_for_those_inside_and_lets_nobody_in()
    {
        var gate = new AttemptGate();
        Assert.True(gate.TryEnter());
        Assert.True(gate.TryEnter());
        gate.Leave();
        var closing = gate.CloseAsync();
        Assert.False(gate.TryEnter());
        Assert.False(closing.IsCompleted);
        gate.Leave();
        await closing;
        await gate.CloseAsync();
        await new AttemptGate().CloseAsync();
    }

    [Fact]
    public void A_gate_that_was_empty_once_is_not_closed_by_that()
    {
        var gate = new AttemptGate();
        Assert.True(gate.TryEnter());
        gate.Leave();
        Assert.True(gate.TryEnter());
        Assert.False(gate.CloseAsync().IsCompleted);
    }

    [Fact]
    public async Task A_watched_alert_is_followed_through_every_output()
    {
        var watches = new AlertWatches();
        var (alert, other) = (Guid.NewGuid(), Guid.NewGuid());
        watches.Note(alert, "a", WatchState.Delivered); // nobody watches yet
        var watch = watches.Begin(alert, ["a", "b"])!;
        var waiting = watch.WaitAsync(TimeSpan.FromSeconds(30), clock, TestContext.Current.CancellationToken);
        Assert.Equal("a Waiting , b Waiting ", Told(watch));
        watches.Note(other, "a", WatchState.Delivered);
        watches.Note(alert, "a", WatchState.Failing, "no");
        Assert.Equal("a Failing no, b Waiting ", Told(watch));
        Assert.False(waiting.IsCompleted);
        watches.Note(alert, "b", WatchState.NotForIt);
        await waiting.WaitAsync(DeliveryRig.Patience, TestContext.Current.CancellationToken);
        Assert.Equal("a Failing no, b NotForIt ", Told(watch));
        watch.Dispose();
        watches.Note(alert, "a", WatchState.Delivered);
        Assert.Equal("a Failing no, b NotForIt ", Told(watch));

        using var unknown = watches.Begin(other, ["a"])!;
        var limited = unknown.WaitAsync(TimeSpan.FromSeconds(30), clock, TestContext.Current.CancellationToken);
        clock.Advance(TimeSpan.FromSeconds(29));
        Assert.False(limited.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(1));
        await limited.WaitAsync(DeliveryRig.Patience, TestContext.Current.CancellationToken);

        using var none = watches.Begin(Guid.NewGuid(), [])!;
        await none.WaitAsync(TimeSpan.FromDays(1), clock, TestContext.Current.CancellationToken).WaitAsync(DeliveryRig.Patience, TestContext.Current.CancellationToken);

        static string Told(AlertWatch watch) => string.Join(", ", watch.Results.OrderBy(static pair => pair.Key).Select(static pair => $"{pair.Key} {pair.Value.State} {pair.Value.Reason}"));
    }

    [Fact]
    public void A_hundred_alerts_are_watched_at_once_and_no_more()
    {
        var watches = new AlertWatches();
        var all = Enumerable.Range(0, 100).Select(_ => watches.Begin(Guid.NewGuid(), ["a"])).ToList();
        Assert.DoesNotContain(null, all);
        Assert.Null(watches.Begin(Guid.NewGuid(), ["a"]));
        Assert.Null(watches.Begin(Guid.NewGuid(), ["a"]));
        all[0]!.Dispose();
        all[0]!.Dispose();
        Assert.NotNull(watches.Begin(Guid.NewGuid(), ["a"]));
        Assert.Null(watches.Begin(Guid.NewGuid(), ["a"]));
    }

    private IEnumerable<string> Said() => lines.Lines.Select(static line => $"{line.Id} {line.Text}");
}
