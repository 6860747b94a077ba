using Microsoft.Extensions.Time.Testing;
using Saker.Detector.Outputs;
using Saker.Detector.Telemetry;

namespace Saker.Detector.Tests.Outputs;

/// <summary>What becomes of alerts when an output is slow, or takes none.</summary>
public sealed class OutputQueues
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly FakeTimeProvider clock = new();
    private readonly KeptLog log = new();

    [Fact]
    public async Task A_writer_that_can_wait_loses_nothing()
    {
        var output = new SteppedOutput();
        await using var queue = Queue(output, capacity: 10, waits: true);
        var writer = Task.Run(() => Enumerable.Range(0, 25_000).All(number => queue.Write(Alert(number))), TestContext.Current.CancellationToken);
        output.Step(25_000);
        Assert.True(await writer.WaitAsync(Patience, TestContext.Current.CancellationToken));
        Assert.Equal(0, await queue.StopAsync(TimeSpan.Zero, CancellationToken.None));
        Assert.Equal((25_000, 0, 0), (queue.Written, queue.Dropped, queue.Failed));
        Assert.Equal(Enumerable.Range(0, 25_000).Select(static number => $"{number}"), output.Lines);
        Assert.Empty(log.Lines);
    }

    [Fact]
    public async Task Few_alerts_that_are_large_together_fill_a_queue_as_well()
    {
        var output = new SteppedOutput();
        await using var queue = new OutputQueue(output, new QueueSettings { Capacity = 1000, MostBytes = 1000 }, clock, log);
        Assert.True(queue.Write(Large(5000))); // the only one
        await WhenAsync(() => queue.Waiting == 0); // in the output's hands from now on
        Assert.True(queue.Write(Large(900)));
        Assert.False(queue.Write(Large(101)));
        Assert.True(queue.Write(Large(100)));
        Assert.False(queue.Write(Large(1)));
        Assert.Equal((2, 2), (queue.Waiting, queue.Dropped));
        Assert.Contains("too slow: 1 alerts wait (0 KiB)", log.Lines[0], StringComparison.Ordinal);
        output.Step(3);
        await WhenAsync(() => queue.Written == 3);
        Assert.True(queue.Write(Large(1000)));

        static AlertLine Large(int bytes) => new(new byte[bytes], IsJson: false);
    }

    [Fact]
    public async Task A_writer_that_can_wait_waits_for_room_for_bytes_too()
    {
        var output = new SteppedOutput();
        await using var queue = new OutputQueue(output, new QueueSettings { Capacity = 1000, MostBytes = 10, WritersWait = true }, clock, log);
        var writer = Task.Run(() => Enumerable.Range(0, 2_000).All(number => queue.Write(Alert(number))), TestContext.Current.CancellationToken);
        output.Step(2_000);
        Assert.True(await writer.WaitAsync(Patience, TestContext.Current.CancellationToken));
        Assert.Equal(0, await queue.StopAsync(TimeSpan.Zero, CancellationToken.None));
        Assert.Equal(Enumerable.Range(0, 2_000).Select(static number => $"{number}"), output.Lines);
    }

    [Fact]
    public async Task The_stop_ends_the_waiting_for_an_output_that_hangs_and_what_is_left_is_counted()
    {
        using var stop = new CancellationTokenSource();
        await using var queue = Queue(new SteppedOutput(), capacity: 10, waits: true, stop: stop.Token);
        var writer = Task.Run(() => Enumerable.Range(0, 20).Count(number => queue.Write(Alert(number))), TestContext.Current.CancellationToken);
        await WhenAsync(() => queue.Waiting == 10);
        await stop.CancelAsync();
        // Ten in the queue and one in the output's hands; the rest found no room.
        Assert.Equal(11, await writer.WaitAsync(Patience, TestContext.Current.CancellationToken));
        Assert.Equal(11, await queue.StopAsync(TimeSpan.Zero, stop.Token).WaitAsync(Patience, TestContext.Current.CancellationToken));
        Assert.Equal((0, 9), (queue.Written, queue.Dropped));
    }

    [Fact]
    public async Task A_stop_waits_for_an_output_until_somebody_wants_it_to_end()
    {
        using var stop = new CancellationTokenSource();
        await using var queue = Queue(new SteppedOutput(), capacity: 10, waits: true, stop: stop.Token);
        queue.Write(Alert(1));
        var stopping = queue.StopAsync(TimeSpan.Zero, stop.Token);
        Assert.False(stopping.IsCompleted);
        await stop.CancelAsync();
        Assert.Equal(1, await stopping.WaitAsync(Patience, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_queue_that_fills_and_empties_many_times_is_told_now_and_then_with_sums()
    {
        var output = new SteppedOutput();
        await using var queue = Queue(output, capacity: 1, waits: false);
        queue.Write(Alert(-1)); // in the output's hands from now on
        await WhenAsync(() => queue.Waiting == 0);
        for (var i = 0; i < 1000; i++)
        {
            Assert.True(queue.Write(Alert(i)));
            Assert.False(queue.Write(Alert(i)));
            Assert.False(queue.Write(Alert(i)));
            output.Step(1);
            await WhenAsync(() => queue.Waiting == 0);
            clock.Advance(TimeSpan.FromMilliseconds(40)); // 40 s in all
        }

        Assert.Equal(2000, queue.Dropped);
        Assert.Equal(2, log.Lines.Count);
        Assert.Contains("(1 since this was told last)", log.Lines[0], StringComparison.Ordinal);
        Assert.Contains("(1500 since this was told last)", log.Lines[1], StringComparison.Ordinal);
        clock.Advance(LastingTrouble.Interval);
        Assert.True(queue.Write(Alert(0)));
        Assert.Contains("keeps up again; 2000 alerts were dropped", log.Lines[2], StringComparison.Ordinal);
        output.Step(10);
    }

    [Fact]
    public async Task An_alert_that_could_not_be_written_is_tried_again_until_it_is()
    {
        var output = new SteppedOutput { Fault = static number => number < 3 ? new OutputBusyException("nobody listens there.") : null };
        await using var queue = Queue(output, capacity: 10, waits: false, retries: true);
        output.Step(100);
        queue.Write(Alert(7));
        await WhenAsync(() =>
        {
            clock.Advance(TimeSpan.FromSeconds(11));
            return queue.Written == 1;
        });
        Assert.Equal(["7"], output.Lines);
        Assert.Equal(0, queue.Failed);
        Assert.False(queue.IsFailing);
        Assert.Contains("does not take alerts: nobody listens there.", log.Lines[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Health_names_an_output_that_takes_nothing_and_says_what_waits_and_is_lost()
    {
        var refuses = true;
        var output = new SteppedOutput { Fault = _ => refuses ? new AlertRefusedException("no") : null };
        await using var queue = Queue(output, capacity: 10, waits: false, retries: true);
        var health = new HealthPage([queue]);
        Assert.Equal("""{"status": "ok"}""", health.Write());
        output.Step(1);
        queue.Write(Alert(1));
        queue.Write(Alert(2));
        queue.Write(Alert(3));
        await WhenAsync(() => queue is { Failed: 1, Waiting: 1 });
        Assert.Equal("""{"status": "degraded", "outputs": {"stepped": {"waiting": 1, "lost": 1}}}""", health.Write());
        refuses = false;
        output.Step(2);
        await WhenAsync(() => queue.Written == 2);
        Assert.Equal("""{"status": "ok"}""", health.Write());
    }

    [Fact]
    public async Task An_alert_that_is_refused_is_given_up_and_counted_and_the_next_one_is_taken()
    {
        var output = new SteppedOutput { Fault = static number => number == 0 ? new AlertRefusedException("refused") : null };
        await using var queue = Queue(output, capacity: 10, waits: false, retries: true);
        output.Step(100);
        queue.Write(Alert(1));
        queue.Write(Alert(2));
        Assert.Equal(0, await queue.StopAsync(TimeSpan.Zero, CancellationToken.None));
        Assert.Equal(["2"], output.Lines);
        Assert.Equal((1, 1), (queue.Written, queue.Failed));
    }

    private static AlertLine Alert(int number) => new(System.Text.Encoding.UTF8.GetBytes($"{number}"), IsJson: false);

    private static async Task WhenAsync(Func<bool> condition)
    {
        for (var until = DateTimeOffset.UtcNow + Patience; !condition(); await Task.Delay(1, TestContext.Current.CancellationToken))
        {
            Assert.True(DateTimeOffset.UtcNow < until, "It did not come about.");
        }
    }

    private OutputQueue Queue(IAlertOutput output, int capacity, bool waits, bool retries = false, CancellationToken? stop = null) =>
        new(output, new QueueSettings { Capacity = capacity, WritersWait = waits, Retries = retries }, clock, log, stop ?? CancellationToken.None);

    /// <summary>An output that takes as many alerts as it is allowed to.</summary>
    private sealed class SteppedOutput : IAlertOutput
    {
        private readonly SemaphoreSlim steps = new(0);
        private int attempts;

        public Func<int, IOException?> Fault { get; init; } = static _ => null;

        public List<string> Lines { get; } = [];

        public string Name => "stepped";

        public void Step(int count) => steps.Release(count);

        public async ValueTask WriteAsync(AlertLine alert, CancellationToken cancellationToken)
        {
            await steps.WaitAsync(cancellationToken);
            if (Fault(attempts++) is { } fault)
            {
                throw fault;
            }

            Lines.Add(System.Text.Encoding.UTF8.GetString(alert.Line.Span));
        }

        public ValueTask DisposeAsync()
        {
            steps.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
