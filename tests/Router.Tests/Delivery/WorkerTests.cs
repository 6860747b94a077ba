using Microsoft.Extensions.Time.Testing;
using Saker.Alerts;
using Saker.Outputs;
using Saker.Router.Delivery;
using Saker.Router.Log;
using Saker.Router.Tests.Log;
using static Saker.Router.Tests.Delivery.DeliveryRig;

namespace Saker.Router.Tests.Delivery;

/// <summary>One output's way through a log in memory, step by step; time is a fake.</summary>
public sealed class WorkerTests : IAsyncDisposable
{
    private static readonly DateTimeOffset Start = new(2026, 11, 24, 10, 0, 0, TimeSpan.Zero);
    private readonly FakeTimeProvider clock = new(Start);
    private readonly LogLines lines = new();
    private readonly MemoryLog log;
    private readonly MemoryLetters letters = new();
    private readonly RuleOutput output = new();
    private readonly AlertWatches watches = new();
    private OutputWorker? worker;

    public WorkerTests() => log = new MemoryLog(clock);

    public async ValueTask DisposeAsync()
    {
        output.Hold?.TrySetResult();
        if (worker is not null)
        {
            await worker.DisposeAsync();
        }
    }

    [Fact]
    public async Task What_is_there_is_read_in_full_batches_and_then_it_waits()
    {
        Begin(maxBatch: 3);
        await UntilIdleAsync();
        log.Add(7);
        await UntilAsync(() => log.Waiting == 1 && worker!.Cursor.Low == 7, "all delivered");
        Assert.Equal("0,1,2|3,4,5|6", output.Batches);
        Assert.Equal((7, 0, "", null), (worker!.Cursor.Read, worker.Status.Depth, Said(), worker.Status.LastError));
    }

    [Fact]
    public async Task A_filter_leaves_out_what_is_not_for_this_output_and_tells_who_watches()
    {
        log.Add(1500);
        using var left = watches.Begin(Uuid(3), ["a"])!;
        using var taken = watches.Begin(Uuid(1400), ["a"])!;
        Begin(filter: static alert => alert.Rule is "1400" or "1401");
        await UntilAsync(() => log.Waiting == 1 && worker!.Cursor.Low == 1500, "all looked at");
        Assert.Equal("1400|1401", output.Batches);
        Assert.Equal((WatchState.NotForIt, WatchState.Delivered), (left.Results["a"].State, taken.Results["a"].State));
        Assert.Equal(0, worker!.Counters.Lost);
    }

    [Fact]
    public async Task A_batch_does_not_wait_for_what_is_far_behind_it()
    {
        log.Add(1100);
        Begin(maxBatch: 10, filter: static alert => alert.Rule is "0" or "1" or "1099");
        await UntilAsync(() => log.Waiting == 1 && worker!.Cursor.Low == 1100, "all looked at");
        Assert.Equal("0,1|1099", output.Batches);
    }

    [Fact]
    public async Task The_next_alert_is_asked_once_the_refused_one_had_its_attempts()
    {
        output.Answer = static rule => rule == "0" ? DeliveryResult.Blocked("status 403") : DeliveryResult.Delivered;
        log.Add(3);
        Begin(options: Quick with { MaxBlocked = 4 });
        await StepUntilAsync(() => worker!.Cursor.Low == 3);
        Assert.Equal(("0|0|0|0|1|2", 1), (output.Batches, letters.Count));
    }

    [Fact]
    public async Task What_the_filter_leaves_out_at_the_end_is_passed()
    {
        log.Add(5);
        Begin(filter: static alert => alert.Rule == "1");
        await UntilAsync(() => log.Waiting == 1 && worker!.Cursor.Read == 5, "all looked at");
        Assert.Equal((5, 0), (worker!.Cursor.Low, worker.Status.Depth));
    }

    [Fact]
    public async Task What_was_done_before_the_restart_is_not_sent_again()
    {
        log.Add(7);
        Begin(start: new CursorPosition("a", "scripted", 1, 5, [1, 3]));
        await UntilAsync(() => log.Waiting == 1 && worker!.Cursor.Low == 7, "all delivered");
        Assert.Equal("1|3|5|6", output.Batches);
    }

    [Fact]
    public async Task What_is_gone_or_no_alert_is_counted_as_lost_and_said()
    {
        log.Add(3).Add(LogFixture.Alert(3), null, LogFixture.Alert(5), "no alert"u8.ToArray(), null, null);
        log.First = 3;
        Begin();
        await UntilAsync(() => log.Waiting == 1 && worker!.Cursor.Low == 9, "all looked at");
        Assert.Equal(("3|5", 7), (output.Batches, worker!.Counters.Lost));
        var said = lines.Lines.Where(static line => line.Id != 3121).ToList();
        Assert.Equal([3104, 3104, 3114, 3104], said.Select(static line => line.Id));
        Assert.Equal("Output a: 3 alerts were lost from the log before it could read them; 3 so far.", said[0].Text);
        Assert.Equal("Output a: 2 alerts were lost from the log before it could read them; 6 so far.", said[3].Text);
        Assert.StartsWith("Output a: record 6 of the log is intact but holds no alert, and counts as lost: ", said[2].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_number_of_requests_the_router_chooses_one()
    {
        output.Hold = new TaskCompletionSource();
        log.Add(10);
        Begin(concurrency: 0, options: Quick with { DefaultConcurrency = 3 });
        await UntilAsync(() => output.Running == 3 && worker!.Cursor.Ahead == 4, "three at once, and the next in hand");
        Assert.Equal("0|1|2", output.Batches);
        output.Hold.SetResult();
        await UntilAsync(() => worker!.Cursor.Low == 10, "all delivered");
    }

    [Fact]
    public async Task One_request_at_a_time_reads_nothing_ahead()
    {
        output.Hold = new TaskCompletionSource();
        log.Add(10);
        Begin();
        await UntilAsync(() => output.Running == 1, "the first");
        Assert.Equal((1, 10, Start), (worker!.Cursor.Ahead, worker.Status.Depth, Start));
        clock.Advance(TimeSpan.FromSeconds(7));
        Assert.Equal(TimeSpan.FromSeconds(7), worker.Status.OldestAge);
        output.Hold.SetResult();
        await UntilAsync(() => worker!.Cursor.Low == 10 && log.Waiting == 1, "all delivered");
        Assert.Equal(TimeSpan.Zero, worker.Status.OldestAge);
    }

    [Fact]
    public async Task What_is_given_up_becomes_a_letter_with_all_that_is_known()
    {
        output.Answer = static rule => rule == "1" ? DeliveryResult.Rejected("bad") : DeliveryResult.Delivered;
        log.Add(3);
        Begin();
        await UntilAsync(() => worker!.Cursor.Low == 3, "all settled");
        var letter = Assert.Single(letters.List());
        Assert.Equal(("a", "scripted", "rejected", "bad", 1, Start), (letter.Output, letter.Type, letter.Reason, letter.Answer, letter.Attempts, letter.Accepted));
        Assert.Equal(LogFixture.Alert(1), letter.Payload.ToArray());
        Assert.Equal((1, 2), (worker!.Counters.DeadLetters, worker.Counters.Delivered));
        Assert.Single(lines.Lines, static line => line.Id == 3103 && line.Text.Contains(": 1 alerts went", StringComparison.Ordinal));
        Assert.Equal(
            Enumerable.Range(0, 3).Select(static number => $"Output a: alert {Uuid(number)} is {(number == 1 ? "Rejected" : "Delivered")}."),
            lines.Lines.Where(static line => line.Id == 3121).Select(static line => line.Text));
    }

    [Fact]
    public async Task A_letter_that_cannot_be_kept_is_tried_every_second_and_said_once()
    {
        output.Answer = static rule => rule == "0" ? DeliveryResult.Rejected("bad") : DeliveryResult.Delivered;
        letters.Refusals.Enqueue(AppendStatus.DiskFull);
        letters.Refusals.Enqueue(AppendStatus.WriteFailed);
        log.Add(2);
        Begin();
        await UntilAsync(() => letters.Asked == 1, "tried once");
        clock.Advance(TimeSpan.FromSeconds(0.9));
        Assert.Equal((1, 0, "0"), (letters.Asked, worker!.Cursor.Low, output.Batches));
        await StepUntilAsync(() => letters.Asked == 2);
        await StepUntilAsync(() => worker!.Cursor.Low == 2);
        Assert.Equal((3, 1, "0|1"), (letters.Asked, letters.Count, output.Batches));
        Assert.Equal("Output a: dead letter could not be kept: DiskFull It is tried again; the output waits.", Assert.Single(lines.Lines, static line => line.Id == 3111).Text);
    }

    [Fact]
    public async Task When_the_dead_letters_are_closed_the_alert_stays_open()
    {
        output.Answer = static _ => DeliveryResult.Rejected("bad");
        letters.Refusals.Enqueue(AppendStatus.Closed);
        log.Add(1);
        Begin();
        await UntilAsync(() => log.Waiting == 1, "the end of the log");
        Assert.Equal((1, 0, 0L), (letters.Asked, worker!.Cursor.Low, worker.Counters.DeadLetters));
    }

    [Fact]
    public async Task A_stop_gives_up_keeping_a_letter_and_the_alert_stays_open()
    {
        output.Answer = static _ => DeliveryResult.Rejected("bad");
        letters.Refusals.Enqueue(AppendStatus.DiskFull);
        letters.Refusals.Enqueue(AppendStatus.DiskFull);
        log.Add(1);
        Begin();
        await UntilAsync(() => letters.Asked == 1, "tried once");
        await worker!.FinishAsync();
        Assert.Equal((0, 0L, 0L), (worker.Cursor.Low, worker.Counters.DeadLetters, letters.Count));
    }

    [Fact]
    public async Task A_fault_in_the_filter_delivers_what_was_read_before_it_and_is_tried_again_after_a_second()
    {
        var broken = true;
        log.Add(5);
        Begin(maxBatch: 10, filter: alert => alert.Rule == "3" && broken ? throw new InvalidOperationException("torn") : true);
        await UntilAsync(() => worker!.Status.LastError is not null, "the fault");
        Assert.Equal(("0,1,2", 3), (output.Batches, worker!.Cursor.Low));
        Assert.Equal("reading the log or filtering failed: InvalidOperationException: torn", worker.Status.LastError);
        broken = false;
        clock.Advance(TimeSpan.FromSeconds(0.9));
        Assert.Equal("0,1,2", output.Batches);
        await StepUntilAsync(() => worker!.Cursor.Low == 5);
        Assert.Equal(("0,1,2|3,4", null), (output.Batches, worker.Status.LastError));
    }

    [Fact]
    public async Task A_disk_that_cannot_be_read_passes_nothing_over()
    {
        log.Add(6);
        log.Fault = (4, new IOException("sector"));
        Begin(maxBatch: 3);
        await UntilAsync(() => worker!.Status.LastError is not null, "the fault");
        Assert.Equal("0,1,2|3", output.Batches);
        log.Fault = null;
        await StepUntilAsync(() => worker!.Cursor.Low == 6);
        Assert.Equal("0,1,2|3|4,5", output.Batches);
    }

    [Fact]
    public async Task What_is_cut_loose_is_counted_said_once_and_not_read_any_more()
    {
        output.Hold = new TaskCompletionSource();
        log.Add(10);
        Begin();
        await UntilAsync(() => output.Running == 1, "the first");
        worker!.CutLoose(0);
        Assert.Equal((0, ""), (worker.Counters.CutLoose, Said()));
        worker.CutLoose(4);
        worker.CutLoose(6);
        worker.CutLoose(6);
        Assert.Equal((6, 4), (worker.Counters.CutLoose, worker.Status.Depth));
        Assert.Equal("Output a is over its backlog budget: up to 4 of its oldest undelivered alerts were given up, for this output only. Later ones are still delivered; while it stays over the budget, more are given up and counted.", Assert.Single(lines.Lines).Text);
        output.Hold.SetResult();
        await UntilAsync(() => worker.Cursor.Low == 10 && log.Waiting == 1, "the rest delivered");
        Assert.Equal("0|6|7|8|9", output.Batches);
        Assert.Equal([0, 6, 7, 8, 9], log.Positions);
    }

    [Fact]
    public async Task Finishing_waits_for_what_is_under_way_and_begins_nothing()
    {
        output.Hold = new TaskCompletionSource();
        log.Add(3);
        Begin();
        await UntilAsync(() => output.Running == 1, "the first");
        var finishing = worker!.FinishAsync();
        Assert.False(finishing.IsCompleted);
        output.Hold.SetResult();
        await finishing.WaitAsync(DeliveryRig.Patience, TestContext.Current.CancellationToken);
        Assert.Equal(("0", 1), (output.Batches, worker.Cursor.Low));
    }

    [Fact]
    public async Task Draining_ends_with_the_log_or_with_its_time()
    {
        output.Hold = new TaskCompletionSource();
        log.Add(3);
        Begin();
        await UntilAsync(() => output.Running == 1, "the first");
        var draining = worker!.DrainAsync(TestContext.Current.CancellationToken);
        clock.Advance(TimeSpan.FromMilliseconds(20));
        Assert.False(draining.IsCompleted);
        output.Hold.SetResult();
        await StepUntilAsync(() => draining.IsCompleted);
        await draining;
        Assert.Equal(3, worker.Cursor.Low);
    }

    [Fact]
    public async Task Draining_breaks_off_when_its_time_is_over()
    {
        output.Hold = new TaskCompletionSource();
        log.Add(3);
        Begin(concurrency: 2);
        await UntilAsync(() => output.Running == 2, "two");
        using var limit = new CancellationTokenSource();
        var draining = worker!.DrainAsync(limit.Token);
        await limit.CancelAsync();
        await draining.WaitAsync(DeliveryRig.Patience, TestContext.Current.CancellationToken);
        Assert.Equal((0, 0), (worker.Cursor.Low, worker.Counters.Delivered));
    }

    [Fact]
    public async Task An_empty_log_is_drained_at_once()
    {
        Begin();
        await UntilIdleAsync();
        await worker!.DrainAsync(TestContext.Current.CancellationToken).WaitAsync(DeliveryRig.Patience, TestContext.Current.CancellationToken);
    }

    private static Guid Uuid(long number) => new LogRecord(number, 0, LogFixture.Alert(number)).GetAlert(out _)!.Uuid;

    private void Begin(int concurrency = 1, int maxBatch = 1, Func<Alert, bool>? filter = null, DeliveryOptions? options = null, CursorPosition? start = null)
    {
        worker = new OutputWorker(
            Instance("a", output, concurrency, maxBatch, filter), start ?? new CursorPosition("a", "scripted", 0, 0, []), log, letters, options ?? Quick, clock, lines, new OutputCounters("a"), watches);
        worker.Start();
    }

    private string Said() => string.Join('\n', lines.Lines.Where(static line => line.Id != 3121).Select(static line => line.Text));

    private Task UntilIdleAsync() => UntilAsync(() => log.Waiting == 1, "waiting for alerts");

    // Time goes on until the condition holds; how much of it that takes is not asked.
    private Task StepUntilAsync(Func<bool> condition) => UntilAsync(
        () =>
        {
            clock.Advance(TimeSpan.FromMilliseconds(100));
            return condition();
        },
        "what the time brings");
}
