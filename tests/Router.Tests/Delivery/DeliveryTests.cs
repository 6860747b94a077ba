using Saker.Alerts;
using Saker.Outputs;
using Saker.Router.Log;
using Saker.Router.Tests.Log;
using static Saker.Router.Tests.Delivery.DeliveryRig;

namespace Saker.Router.Tests.Delivery;

public sealed class DeliveryTests
{
    private readonly CrashableFiles files = new();

    [Fact]
    public async Task One_request_at_a_time_keeps_the_order_with_retries()
    {
        var output = new ScriptedOutput(static (number, attempt) => number % 7 == 3 && attempt < 3 ? DeliveryResult.Retry("busy") : DeliveryResult.Delivered);
        await using var rig = Open(files, null, Instance("a", output));
        await LogFixture.FillAsync(rig.Log, 60);
        await rig.StopAsync();
        Assert.Equal(Enumerable.Range(0, 60).Select(static i => (long)i), output.Delivered);
        Assert.Equal(1, output.MostAtOnce);
        Assert.Equal(18, rig.Engine.Status[0].Counters.Retries);
    }

    [Fact]
    public async Task More_requests_run_in_parallel_within_their_bound()
    {
        var output = new ScriptedOutput { Hold = new TaskCompletionSource() };
        await using var rig = Open(files, null, Instance("a", output, concurrency: 4));
        await LogFixture.FillAsync(rig.Log, 40);
        await UntilAsync(() => output.MostAtOnce == 4, "four at once");
        output.Hold.SetResult();
        await rig.StopAsync();
        Assert.Equal(4, output.MostAtOnce);
        Assert.Equal(40, output.Delivered.Distinct().Count());
    }

    [Fact]
    public async Task Batches_fill_up_to_the_descriptors_bound_and_only_what_failed_is_sent_again()
    {
        var output = new ScriptedOutput(static (number, attempt) => number == 5 && attempt == 1 ? DeliveryResult.Retry("busy") : DeliveryResult.Delivered);
        var files = new CrashableFiles();
        await using (var rig = Open(files, null, Instance("a", output, maxBatch: 10)))
        {
            output.Hold = new TaskCompletionSource();
            await LogFixture.FillAsync(rig.Log, 60);
            output.Hold.SetResult();
            await rig.StopAsync();
        }

        Assert.Equal(10, output.LargestBatch);
        Assert.Equal(60, output.Delivered.Count);
        Assert.Equal(2, output.AttemptsFor(5));
        Assert.Equal(1, output.AttemptsFor(6));
    }

    [Fact]
    public async Task A_stuck_output_holds_no_other_and_its_rest_is_counted_at_the_stop()
    {
        var stuck = new ScriptedOutput { Hold = new TaskCompletionSource() };
        var refusing = new ScriptedOutput(static (_, _) => DeliveryResult.Retry("no"));
        var good = new ScriptedOutput();
        var lines = new LogLines();
        await using var rig = Open(files, Quick with { DrainTimeout = TimeSpan.FromMilliseconds(300) }, null, lines, Instance("stuck", stuck), Instance("refusing", refusing), Instance("good", good));
        await LogFixture.FillAsync(rig.Log, 200);
        await UntilAsync(() => good.Count() == 200, "all delivered by the good one");
        Assert.Equal(200, rig.Engine.Status[0].Depth);
        Assert.True(rig.Engine.Status[0].OldestAge > TimeSpan.Zero);
        await rig.StopAsync();
        Assert.Contains(lines.Lines, static line => line.Id == 3113 && line.Text.Contains("stuck up to 200, refusing up to 200", StringComparison.Ordinal));
        Assert.Single(lines.Lines, static line => line.Id == 3100 && line.Text.Contains("refusing", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Positions_survive_a_stop_so_that_nothing_comes_twice()
    {
        var output = new ScriptedOutput();
        for (var run = 1; run <= 3; run++)
        {
            await using var rig = Open(files, null, Instance("a", output));
            await LogFixture.FillAsync(rig.Log, 20);
            await rig.StopAsync();
            Assert.Equal(run * 20, output.Delivered.Count);
        }
    }

    [Fact]
    public async Task A_new_instance_starts_at_the_tail_unless_told_otherwise()
    {
        await using (var log = LogFixture.Open(files))
        {
            await LogFixture.FillAsync(log, 10);
        }

        var (tail, beginning) = (new ScriptedOutput(), new ScriptedOutput());
        await using var rig = Open(files, null, Instance("tail", tail), Instance("all", beginning) with { StartFromBeginning = true });
        await LogFixture.FillAsync(rig.Log, 5);
        await rig.StopAsync();
        Assert.Equal([10, 11, 12, 13, 14], tail.Delivered);
        Assert.Equal(15, beginning.Delivered.Count);
    }

    [Fact]
    public async Task What_is_refused_for_good_is_kept_with_its_answer_without_secrets_and_can_be_sent_again()
    {
        var refuse = true;
        var output = new ScriptedOutput((number, _) => number == 2 && refuse ? DeliveryResult.Rejected("400 hunter2 unknown channel") : DeliveryResult.Delivered);
        var instance = Instance("a", output) with { Secrets = [new Secret("hunter2")] };
        await using (var rig = Open(files, null, instance))
        {
            await LogFixture.FillAsync(rig.Log, 4);
            await rig.StopAsync();
            Assert.Equal([0, 1, 3], output.Delivered);
        }

        await using var again = Open(files, null, instance);
        var letter = Assert.Single(again.DeadLetters.List());
        Assert.Equal(("a", "rejected", "400 *** unknown channel", 1), (letter.Output, letter.Reason, letter.Answer, letter.Attempts));
        var refused = await again.Engine.ResendAsync(letter.Id, TestContext.Current.CancellationToken);
        Assert.Equal(DeliveryStatus.Rejected, refused!.Value.Status);
        Assert.Equal(1, again.DeadLetters.Count);
        refuse = false;
        Assert.Equal(DeliveryStatus.Delivered, (await again.Engine.ResendAsync(letter.Id, TestContext.Current.CancellationToken))!.Value.Status);
        Assert.Equal([0, 1, 3, 2], output.Delivered);
        Assert.Equal(0, again.DeadLetters.Count);
        Assert.Null(await again.Engine.ResendAsync(letter.Id, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task An_alert_that_fails_while_others_succeed_is_given_up_after_eight_attempts()
    {
        var output = new ScriptedOutput(static (number, _) => number == 3 ? DeliveryResult.Retry("500") : DeliveryResult.Delivered);
        await using var rig = Open(files, null, Instance("a", output, concurrency: 2));
        await LogFixture.FillAsync(rig.Log, 30);
        await rig.StopAsync();
        Assert.Equal(29, output.Delivered.Count);
        Assert.Equal("exhausted", Assert.Single(rig.DeadLetters.List()).Reason);
        Assert.Equal(8, output.AttemptsFor(3));
    }

    [Fact]
    public async Task While_nothing_gets_through_nothing_is_given_up()
    {
        var down = true;
        var output = new ScriptedOutput((_, _) => down ? DeliveryResult.Retry("503") : DeliveryResult.Delivered);
        await using var rig = Open(files, null, Instance("a", output, concurrency: 2));
        await LogFixture.FillAsync(rig.Log, 10);
        await UntilAsync(() => output.AttemptsFor(0) > 12, "twelve attempts");
        Assert.Equal(0, rig.DeadLetters.Count);
        down = false;
        await rig.StopAsync();
        Assert.Equal(10, output.Delivered.Count);
    }

    [Fact]
    public async Task An_alert_that_is_too_old_is_given_up()
    {
        var output = new ScriptedOutput(static (_, _) => DeliveryResult.Retry("503"));
        await using var rig = Open(files, Quick with { GiveUpAfter = TimeSpan.FromMilliseconds(100) }, Instance("a", output));
        await LogFixture.FillAsync(rig.Log, 3);
        await rig.StopAsync();
        Assert.Equal(["exhausted", "exhausted", "exhausted"], rig.DeadLetters.List().Select(static letter => letter.Reason));
    }

    [Fact]
    public async Task An_unexpected_exception_is_a_retry_and_the_third_gives_up()
    {
        var output = new ScriptedOutput(static (number, attempt) => number == 1 && attempt < 3 || number == 2 ? throw new InvalidOperationException("token=abc") : DeliveryResult.Delivered);
        await using var rig = Open(files, null, Instance("a", output));
        await LogFixture.FillAsync(rig.Log, 4);
        await rig.StopAsync();
        Assert.Equal([0, 1, 3], output.Delivered);
        var letter = Assert.Single(rig.DeadLetters.List());
        Assert.Equal("faulted", letter.Reason);
        Assert.DoesNotContain("abc", letter.Answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_hanging_attempt_ends_at_its_time_limit_and_is_tried_again()
    {
        var output = new ScriptedOutput { Hold = new TaskCompletionSource() };
        await using var rig = Open(files, Quick with { AttemptTimeout = TimeSpan.FromMilliseconds(50) }, Instance("a", output));
        await LogFixture.FillAsync(rig.Log, 1);
        await UntilAsync(() => rig.Engine.Status[0].Counters.FailedAttempts >= 2, "two attempts");
        Assert.Contains("No answer", rig.Engine.Status[0].LastError, StringComparison.Ordinal);
        output.Hold.SetResult();
        await rig.StopAsync();
        Assert.Equal([0], output.Delivered);
        Assert.True(rig.Engine.Status[0].IsHealthy);
    }

    [Fact]
    public async Task The_delay_that_a_destination_asks_for_is_kept()
    {
        var times = new List<long>();
        var output = new ScriptedOutput((_, attempt) =>
        {
            times.Add(TimeProvider.System.GetTimestamp());
            return attempt == 1 ? DeliveryResult.Retry("429", TimeSpan.FromMilliseconds(400)) : DeliveryResult.Delivered;
        });
        await using var rig = Open(files, null, Instance("a", output));
        await LogFixture.FillAsync(rig.Log, 1);
        await rig.StopAsync();
        Assert.True(TimeProvider.System.GetElapsedTime(times[0], times[1]) >= TimeSpan.FromMilliseconds(395), "It came again too soon.");
    }

    [Fact]
    public async Task The_breaker_opens_after_failures_and_closes_again()
    {
        var down = true;
        var output = new ScriptedOutput((_, _) => down ? DeliveryResult.Retry("503") : DeliveryResult.Delivered);
        await using var rig = Open(files, Quick with { BreakerFailures = 3 }, Instance("a", output));
        await LogFixture.FillAsync(rig.Log, 3);
        await UntilAsync(() => rig.Engine.Status[0].Breaker == "Open", "an open breaker");
        down = false;
        await rig.StopAsync();
        Assert.Equal("Closed", rig.Engine.Status[0].Breaker);
        Assert.Equal(3, output.Delivered.Count);
    }

    [Fact]
    public async Task A_recent_success_keeps_the_breaker_closed()
    {
        Func<string> breaker = static () => "Closed";
        var opened = false;
        var output = new ScriptedOutput((number, attempt) =>
        {
            opened |= breaker() != "Closed";
            return number == 1 && attempt < 8 ? DeliveryResult.Retry("503") : DeliveryResult.Delivered;
        });
        await using var rig = Open(files, Quick with { BreakerFailures = 3 }, Instance("a", output));
        breaker = () => rig.Engine.Status[0].Breaker;
        await LogFixture.FillAsync(rig.Log, 3);
        await rig.StopAsync();
        Assert.Equal(3, output.Delivered.Count);
        Assert.False(opened);
    }

    [Fact]
    public async Task Over_its_backlog_budget_an_output_is_cut_loose_and_others_are_not()
    {
        var stuck = new ScriptedOutput { Hold = new TaskCompletionSource() };
        var good = new ScriptedOutput();
        var lines = new LogLines();
        await using var rig = Open(
            files, Quick with { BacklogBytes = 100_000 }, new SegmentLogOptions { SegmentBytes = 32 << 10, HistoryBytes = 0 }, lines, Instance("stuck", stuck), Instance("good", good));
        await LogFixture.FillAsync(rig.Log, 500);
        await UntilAsync(() => rig.Engine.Status[0].Counters.CutLoose > 300 && rig.Log.First > 300, "cut loose, and the log released");
        Assert.InRange(rig.Engine.Status[0].Depth, 20, 120);
        stuck.Hold.SetResult();
        await rig.StopAsync();
        Assert.Equal(500, good.Delivered.Count);
        // One was under way when it was cut loose, and arrived all the same.
        Assert.InRange(stuck.Delivered.Count + rig.Engine.Status[0].Counters.CutLoose, 500, 501);
        Assert.Equal(499, stuck.Delivered[^1]);
        Assert.Single(lines.Lines, static line => line.Id == 3105);
    }

    [Fact]
    public async Task Lost_records_are_counted_for_each_output()
    {
        await using (var rig = Open(files, Quick with { DrainTimeout = TimeSpan.Zero }, Instance("a", new ScriptedOutput { Hold = new TaskCompletionSource() })))
        {
            await LogFixture.FillAsync(rig.Log, 30);
            await rig.StopAsync();
        }

        files.Edit(Path.Combine(LogFixture.Directory, SegmentFormat.FileName(0)), static bytes =>
        {
            bytes.AsSpan(5000, 2000).Clear();
            return bytes;
        });
        var output = new ScriptedOutput();
        var lines = new LogLines();
        await using var again = Open(files, null, new SegmentLogOptions(), lines, Instance("a", output));
        await again.StopAsync();
        var lost = again.Engine.Status[0].Counters.Lost;
        Assert.InRange(lost, 2, 4);
        Assert.Equal(30 - lost, output.Delivered.Count);
        Assert.Contains(lines.Lines, static line => line.Id == 3104);
    }

    [Fact]
    public async Task The_position_of_a_removed_output_holds_the_log_for_a_time_and_then_goes()
    {
        var options = new SegmentLogOptions { SegmentBytes = 16 << 10, HistoryBytes = 0 };
        var lines = new LogLines();
        await using (var rig = Open(files, Quick with { DrainTimeout = TimeSpan.Zero }, options, lines, Instance("gone", new ScriptedOutput { Hold = new TaskCompletionSource() })))
        {
            await LogFixture.FillAsync(rig.Log, 100);
            await rig.StopAsync();
        }

        await using var again = Open(files, Quick with { OrphanAfter = TimeSpan.FromSeconds(2) }, options, lines, Instance("a", new ScriptedOutput()));
        Assert.Equal(0, again.Log.First);
        await UntilAsync(() => again.Log.First > 50, "the log released");
        Assert.Contains(lines.Lines, static line => line.Id == 3107 && line.Text.Contains("up to 100 alerts", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Damaged_positions_deliver_twice_rather_than_not_at_all()
    {
        var output = new ScriptedOutput();
        await using (var rig = Open(files, null, Instance("a", output)))
        {
            await LogFixture.FillAsync(rig.Log, 10);
            await rig.StopAsync();
        }

        files.Edit("/data/cursors/cursors", static bytes =>
        {
            bytes[^1] ^= 1;
            return bytes;
        });
        await using var again = Open(files, null, Instance("a", output));
        await again.StopAsync();
        Assert.Equal(20, output.Delivered.Count);
    }

    [Fact]
    public async Task A_filter_that_throws_stops_its_output_alone_and_passes_nothing_over()
    {
        var broken = true;
        var (a, b) = (new ScriptedOutput(), new ScriptedOutput());
        await using var rig = Open(files, null, Instance("a", a, filter: alert => alert.Rule != "3" || (broken ? throw new InvalidOperationException() : true)), Instance("b", b));
        await LogFixture.FillAsync(rig.Log, 6);
        await UntilAsync(() => b.Count() == 6 && a.Count() == 3 && rig.Engine.Status[0].LastError is not null, "a stands at 3");
        broken = false;
        await rig.StopAsync();
        Assert.Equal([0, 1, 2, 3, 4, 5], a.Delivered);
    }
}
