using Saker.Detector.Outputs;

namespace Saker.Detector.Tests.Outputs;

/// <summary>Queues whose alerts wait on disk.</summary>
public sealed class SpooledQueues : IDisposable
{
    private const long Mebibyte = 1 << 20;
    private static readonly CancellationToken AtOnce = new(canceled: true);
    private readonly string folder = Directory.CreateTempSubdirectory("saker-").FullName;
    private readonly KeptLog log = new();

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task What_an_output_does_not_take_is_sent_in_order_when_it_does()
    {
        var output = new Switched();
        await using var queue = Queue(output);
        for (var i = 0; i < 1000; i++)
        {
            Assert.True(queue.Write(When.Alert(i)));
        }

        await When.IsAsync(() => queue.Spool!.Value.Alerts == 1000 && queue.IsFailing);
        Assert.Equal(1000, queue.Waiting);
        output.IsOpen = true;
        await When.IsAsync(() => queue.Written == 1000);
        Assert.Equal(Numbers(1000), output.Lines);
        Assert.Equal((0, 0, 0L), (queue.Failed, queue.Dropped, queue.Waiting));
    }

    [Fact]
    public async Task What_is_left_at_the_stop_is_no_loss_and_the_next_one_sends_it_first()
    {
        await using (var queue = Queue(new Switched()))
        {
            for (var i = 0; i < 100; i++)
            {
                queue.Write(When.Alert(i));
            }

            await When.IsAsync(() => queue.IsFailing);
            // The patience is for outputs that take something.
            Assert.Equal(0, await queue.StopAsync(When.Patience, AtOnce).WaitAsync(When.Patience / 2, TestContext.Current.CancellationToken));
            Assert.Equal(100, queue.Kept);
        }

        Assert.Contains(log.Lines, line => line == $"Output switched was stopped with 100 alerts in its spool {folder}; they are sent at the next start.");
        var output = new Switched { IsOpen = true };
        await using (var queue = Queue(output))
        {
            queue.Write(When.Alert(100));
            Assert.Equal(0, await queue.StopAsync(TimeSpan.Zero, CancellationToken.None));
            Assert.Equal(0, queue.Kept);
        }

        Assert.Equal(Numbers(101), output.Lines);
        Assert.Contains(log.Lines, static line => line.Contains("holds 100 alerts of before", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_full_spool_drops_new_alerts_and_counts_and_tells_them()
    {
        var output = new Switched();
        await using var queue = Queue(output);
        var alert = new AlertLine(new byte[10_000], IsJson: false);
        await When.IsAsync(() =>
        {
            queue.Write(alert);
            return queue.Spool!.Value.Dropped >= 3;
        });
        Assert.True(queue.Dropped >= 3);
        Assert.Contains(log.Lines, static line => line.Contains("The spool of output switched is full (outputs_spool.max_size_mib: 1): new alerts are dropped", StringComparison.Ordinal));
        output.IsOpen = true;
        await When.IsAsync(() => queue.Waiting == 0);
        Assert.InRange(output.Lines.Count, 90, 110);
    }

    [Fact]
    public async Task Who_can_wait_waits_for_room_and_loses_nothing()
    {
        var output = new Switched();
        await using var queue = Queue(output, waits: true);
        var writer = Task.Run(() => Enumerable.Range(0, 300).All(i => queue.Write(new AlertLine(System.Text.Encoding.UTF8.GetBytes($"{i}".PadRight(10_000)), IsJson: false))), TestContext.Current.CancellationToken);
        await When.IsAsync(() => queue.Spool!.Value.Alerts > 50 && queue.IsFailing);
        output.IsOpen = true;
        Assert.True(await writer.WaitAsync(When.Patience, TestContext.Current.CancellationToken));
        Assert.Equal(0, await queue.StopAsync(TimeSpan.Zero, CancellationToken.None));
        Assert.Equal(Numbers(300), output.Lines.Select(static line => line.Trim()));
        Assert.Equal(0, queue.Dropped);
    }

    [Fact]
    public async Task Alerts_wait_for_a_spool_that_the_queue_before_still_has()
    {
        var output = new Switched { IsOpen = true };
        var before = Queue(new Switched());
        before.Write(When.Alert(0));
        await When.IsAsync(() => before.Spool!.Value.Alerts == 1);
        await using var queue = Queue(output);
        queue.Write(When.Alert(1));
        await When.IsAsync(() => log.Lines.Any(static line => line.Contains("cannot be opened, and its alerts wait", StringComparison.Ordinal)));
        Assert.Empty(output.Lines);
        await before.DisposeAsync();
        await When.IsAsync(() => queue.Written == 2);
        Assert.Equal(["0", "1"], output.Lines);
    }

    [Fact]
    public async Task What_is_damaged_behind_its_back_is_left_out_and_the_rest_is_sent()
    {
        var output = new Switched();
        await using var queue = Queue(output);
        queue.Write(When.Alert(0));
        queue.Write(When.Alert(1));
        await When.IsAsync(() => queue.Spool!.Value.Alerts == 2 && queue.IsFailing);
        using (var stream = new FileStream(Directory.GetFiles(folder, "*.alerts").Single(), FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            stream.Seek(-1, SeekOrigin.End);
            stream.WriteByte((byte)'!');
        }

        output.IsOpen = true;
        await When.IsAsync(() => queue.Spool!.Value.CutBytes > 0);
        queue.Write(When.Alert(2));
        await When.IsAsync(() => queue.Written == 2);
        Assert.Equal(["0", "2"], output.Lines);
    }

    [Fact]
    public async Task What_cannot_be_read_for_now_is_sent_when_it_can()
    {
        var output = new Switched();
        await using var queue = Queue(output);
        for (var i = 0; i < 20; i++)
        {
            queue.Write(new AlertLine(System.Text.Encoding.UTF8.GetBytes($"{i}".PadRight(10_000)), IsJson: false));
        }

        await When.IsAsync(() => queue.Spool!.Value.Alerts == 20 && queue.IsFailing);
        Directory.Move(folder, folder + ".away");
        await File.WriteAllTextAsync(folder, "in the way", TestContext.Current.CancellationToken);
        output.IsOpen = true;
        await When.IsAsync(() => log.Lines.Any(static line => line.Contains("The spool of output switched cannot be used", StringComparison.Ordinal)));
        File.Delete(folder);
        Directory.Move(folder + ".away", folder);
        await When.IsAsync(() => queue.Written == 20);
        Assert.Equal(Numbers(20), output.Lines.Select(static line => line.Trim()));
    }

    private static IEnumerable<string> Numbers(int count) => Enumerable.Range(0, count).Select(static number => $"{number}");

    private OutputQueue Queue(IAlertOutput output, bool waits = false) =>
        new(output, new QueueSettings { Capacity = 2000, WritersWait = waits, Retries = true, Spool = new SpoolSettings(folder, Mebibyte) }, TimeProvider.System, log);

    /// <summary>An output that is away, or is there.</summary>
    private sealed class Switched : IAlertOutput
    {
        private readonly List<string> lines = [];
        private volatile bool isOpen;

        public bool IsOpen
        {
            get => isOpen;
            set => isOpen = value;
        }

        public IReadOnlyList<string> Lines
        {
            get
            {
                lock (lines)
                {
                    return [.. lines];
                }
            }
        }

        public string Name => "switched";

        public ValueTask WriteAsync(AlertLine alert, CancellationToken cancellationToken)
        {
            if (!isOpen)
            {
                throw new OutputBusyException("away", TimeSpan.FromMilliseconds(20));
            }

            lock (lines)
            {
                lines.Add(When.Text(alert));
            }

            return ValueTask.CompletedTask;
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
