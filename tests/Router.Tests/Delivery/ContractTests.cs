using Microsoft.Extensions.Time.Testing;
using Saker.Alerts;
using Saker.Outputs;
using Saker.Router.Delivery;
using Saker.Router.Tests.Log;
using static Saker.Router.Tests.Delivery.DeliveryRig;

namespace Saker.Router.Tests.Delivery;

/// <summary>What the output contract promises: batches that wait and are bounded, readiness, clients that block or throw, nothing to send, time of its own.</summary>
public sealed class ContractTests : IAsyncDisposable
{
    private static readonly DateTimeOffset Start = new(2026, 11, 24, 10, 0, 0, TimeSpan.Zero);
    private readonly FakeTimeProvider clock = new(Start);
    private readonly LogLines lines = new();
    private readonly MemoryLog log;
    private readonly MemoryLetters letters = new();
    private readonly RuleOutput output = new();
    private readonly AlertWatches watches = new();
    private OutputWorker? worker;

    public ContractTests() => log = new MemoryLog(clock);

    public async ValueTask DisposeAsync()
    {
        output.Hold?.TrySetResult();
        if (worker is not null)
        {
            await worker.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_batch_waits_for_others_until_its_first_alert_has_waited_long_enough()
    {
        Begin(Instance("a", output) with { Batch = new BatchLimits(10, Linger: TimeSpan.FromSeconds(5)) });
        log.Add(2);
        await UntilAsync(() => log.Waiting == 1 && worker!.Cursor.Ahead == 2, "taken up");
        clock.Advance(TimeSpan.FromSeconds(4));
        log.Add(1);
        await UntilAsync(() => log.Waiting == 1 && worker!.Cursor.Ahead == 3, "taken up");
        Assert.Equal("", output.Batches);
        clock.Advance(TimeSpan.FromSeconds(1));
        await UntilAsync(() => output.Batches == "0,1,2", "sent");
    }

    [Fact]
    public async Task A_full_batch_does_not_wait()
    {
        Begin(Instance("a", output) with { Batch = new BatchLimits(3, Linger: TimeSpan.FromHours(1)) });
        log.Add(7);
        await UntilAsync(() => output.Batches == "0,1,2|3,4,5", "sent");
        await UntilAsync(() => log.Waiting == 1, "the rest waits");
    }

    [Fact]
    public async Task A_stop_waits_for_no_other_alert()
    {
        Begin(Instance("a", output) with { Batch = new BatchLimits(10, Linger: TimeSpan.FromHours(1)) });
        log.Add(2);
        await UntilAsync(() => log.Waiting == 1 && worker!.Cursor.Ahead == 2, "taken up");
        var drained = worker!.DrainAsync(CancellationToken.None);
        await UntilAsync(
            () =>
            {
                clock.Advance(TimeSpan.FromMilliseconds(20));
                return drained.IsCompleted;
            },
            "drained");
        Assert.Equal(("0,1", 2L), (output.Batches, worker.Cursor.Low));
    }

    [Theory]
    [InlineData(1, "0|1|2|3|4")] // one that is larger goes alone
    [InlineData(2, "0,1|2,3|4")]
    [InlineData(2.5, "0,1|2,3|4")]
    [InlineData(5, "0,1,2,3,4")]
    public async Task A_batch_is_bounded_by_its_bytes(double alerts, string batches)
    {
        var bytes = (long)(LogFixture.Alert(0).Length * alerts);
        log.Add(5);
        Begin(Instance("a", output) with { Batch = new BatchLimits(10, bytes) });
        await UntilAsync(() => log.Waiting == 1 && worker!.Cursor.Low == 5, "all delivered");
        Assert.Equal(batches, output.Batches);
    }

    [Fact]
    public async Task An_output_is_made_ready_before_there_is_an_alert_and_its_alerts_wait_until_it_is()
    {
        var ready = new ReadyOutput { Answer = DeliveryResult.Retry("no template yet") };
        Begin(Instance("a", ready));
        await UntilAsync(() => log.Waiting == 1, "waiting for alerts");
        Assert.Equal((1, "no template yet"), (ready.Prepared, worker!.Status.LastError));
        log.Add(2);
        await StepUntilAsync(() => ready.Prepared > 3);
        Assert.Equal((0, 2L), (ready.Delivered, worker.Status.Depth));
        ready.Answer = DeliveryResult.Delivered;
        await StepUntilAsync(() => worker.Cursor.Low == 2);
        var times = ready.Prepared;
        log.Add(1);
        await StepUntilAsync(() => worker.Cursor.Low == 3);
        Assert.Equal((times, 3), (ready.Prepared, ready.Delivered));
    }

    [Fact]
    public async Task What_is_refused_at_the_start_blocks_the_output_and_uses_no_alert_up()
    {
        var ready = new ReadyOutput { Answer = DeliveryResult.Rejected("the template is wrong") };
        log.Add(3);
        Begin(Instance("a", ready));
        await StepUntilAsync(() => ready.Prepared > 10);
        Assert.NotNull(worker!.Status.BlockedSince);
        Assert.Equal((0, 0), (ready.Delivered, letters.Count));
        ready.Answer = DeliveryResult.Delivered;
        await StepUntilAsync(() => worker.Cursor.Low == 3);
    }

    [Fact]
    public async Task An_exception_that_nobody_foresaw_is_another_attempt_as_long_as_nothing_gets_through()
    {
        var throwing = new ThrowingOutput { Throws = static _ => true };
        log.Add(3);
        Begin(Instance("a", throwing));
        await StepUntilAsync(() => throwing.Attempts > 30);
        Assert.Equal((0, 3L), (letters.Count, worker!.Status.Depth));
        Assert.Equal("Unexpected InvalidOperationException in the output.", worker.Status.LastError);
        throwing.Throws = static _ => false;
        await StepUntilAsync(() => worker.Cursor.Low == 3);
        Assert.Equal(0, letters.Count);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task One_alert_that_alone_throws_is_given_up_and_the_others_get_through(int concurrency)
    {
        var throwing = new ThrowingOutput { Throws = static rule => rule == "1" };
        log.Add(4);
        Begin(Instance("a", throwing, concurrency));
        await StepUntilAsync(() =>
        {
            if (worker!.Cursor.Low < 4 && log.Next < 2000)
            {
                log.Add(1); // others come and go
            }

            return worker.Cursor.Low >= 4;
        });
        Assert.Equal((1, "faulted"), ((int)letters.Count, letters.Find(letters.Newest)!.Reason));
    }

    [Fact]
    public async Task An_exception_of_the_client_that_the_output_knows_is_a_retry_in_its_own_words()
    {
        var throwing = new ThrowingOutput { Throws = static _ => true };
        log.Add(1);
        Begin(Instance("a", throwing) with { IsTransient = static exception => exception is InvalidOperationException });
        await StepUntilAsync(() => throwing.Attempts > 10);
        Assert.Equal(("the server says no", null), (worker!.Status.LastError, worker.Status.BlockedSince));
    }

    [Fact]
    public async Task Nothing_to_send_settles_an_alert_and_is_counted_apart()
    {
        output.Answer = static rule => rule == "1" ? DeliveryResult.Skipped("has no pod") : DeliveryResult.Delivered;
        log.Add(3);
        Begin(Instance("a", output) with { Batch = new BatchLimits(3) });
        await UntilAsync(() => worker!.Cursor.Low == 3, "all settled");
        var counted = worker!.Counters;
        Assert.Equal((2, 1, 0, 0), (counted.Delivered, counted.Skipped, counted.FailedAttempts, counted.DeadLetters));
        Assert.Null(worker.Status.LastError);
    }

    [Fact]
    public async Task A_client_that_blocks_is_called_on_a_thread_of_the_pool_and_its_attempt_ends_in_time()
    {
        var blocking = new BlockingOutput();
        log.Add(1);
        var instance = Instance("a", blocking);
        Begin(instance with { Descriptor = instance.Descriptor with { Blocks = true }, AttemptTimeout = TimeSpan.FromSeconds(3) });
        await UntilAsync(() => blocking.Calls == 1, "called");
        Assert.True(blocking.IsPoolThread);
        await StepUntilAsync(() => worker!.Status.LastError is not null);
        Assert.Equal("No answer within 3s.", worker!.Status.LastError);
        blocking.Gate.Set();
        await StepUntilAsync(() => worker.Cursor.Low == 1);
    }

    private void Begin(DeliveryInstance instance)
    {
        worker = new OutputWorker(instance, new CursorPosition("a", "scripted", 0, 0, []), log, letters, Quick, clock, lines, new OutputCounters("a"), watches);
        worker.Start();
    }

    private Task StepUntilAsync(Func<bool> condition) => UntilAsync(
        () =>
        {
            clock.Advance(TimeSpan.FromMilliseconds(100));
            return condition();
        },
        "what the time brings");

    private sealed class ReadyOutput : IOutput
    {
        public DeliveryResult Answer { get; set; }

        public int Prepared { get; private set; }

        public int Delivered { get; private set; }

        public ValueTask<DeliveryResult> PrepareAsync(CancellationToken cancellationToken)
        {
            Prepared++;
            return new(Answer);
        }

        public ValueTask<BatchResult> DeliverAsync(IReadOnlyList<Alert> alerts, CancellationToken cancellationToken)
        {
            Delivered += alerts.Count;
            return new(BatchResult.All(DeliveryResult.Delivered));
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private sealed class ThrowingOutput : IOutput
    {
        private int attempts;

        public required Predicate<string> Throws { get; set; }

        public int Attempts => Volatile.Read(ref attempts);

        public ValueTask<BatchResult> DeliverAsync(IReadOnlyList<Alert> alerts, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref attempts);
            return Throws(alerts[0].Rule) ? throw new InvalidOperationException("the server says no") : new(BatchResult.All(DeliveryResult.Delivered));
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private sealed class BlockingOutput : IOutput
    {
        private int calls;

        public ManualResetEventSlim Gate { get; } = new();

        public int Calls => Volatile.Read(ref calls);

        public bool IsPoolThread { get; private set; }

        public ValueTask<BatchResult> DeliverAsync(IReadOnlyList<Alert> alerts, CancellationToken cancellationToken)
        {
            IsPoolThread = Thread.CurrentThread.IsThreadPoolThread;
            Interlocked.Increment(ref calls);
            Gate.Wait(CancellationToken.None); // sees no token
            return new(BatchResult.All(DeliveryResult.Delivered));
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
