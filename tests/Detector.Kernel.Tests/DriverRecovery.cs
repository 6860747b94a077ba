using System.Diagnostics;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Saker.Detector.Capture;
using Saker.Detector.Drivers.ModernEbpf;
using Saker.Detector.Engine;
using Saker.Detector.State;
using Saker.Detector.State.Proc;

namespace Saker.Detector.Kernel.Tests;

/// <summary>Events that come while /proc is read, and the reading after events were lost.</summary>
public sealed class DriverRecovery
{
    private static readonly SourceSettings OnlyClose = new() { SystemCalls = new HashSet<int> { 6 }, CpusPerRing = 0 };

    [Fact]
    public void Events_that_come_while_the_source_is_held_are_read_afterwards_in_order()
    {
        Live.Require();
        using var source = new HoldingSource(new ModernEbpfSource());
        source.Start(OnlyClose);
        source.Hold();
        var pids = Enumerable.Range(0, 4).Select(_ => RunAct("migrate")).ToList();
        source.Resume();
        var events = DrainUntil(source, events => pids.TrueForAll(pid => Closes(events, pid).Count == 2000));
        Assert.Equal(0, source.Statistics.Dropped);
        Assert.All(pids, pid => Assert.Equal(Enumerable.Range(100_000, 2000).Select(fd => (long)fd), Closes(events, pid)));
    }

    [Fact]
    public void What_the_backlog_has_no_room_for_is_counted_as_lost()
    {
        Live.Require();
        using var source = new HoldingSource(new ModernEbpfSource(), capBytes: 1 << 20);
        source.Start(OnlyClose);
        source.Hold();
        var pid = RunAct("flood");
        // On a busy machine the events lie in the rings for a while.
        SpinWait.SpinUntil(() => source.Statistics.DroppedBacklog > 0, TimeSpan.FromMinutes(1));
        source.Resume();
        var closes = Closes(DrainUntil(source, events => Closes(events, pid).Count > 5_000), pid);
        Assert.True(source.Statistics.DroppedBacklog > 0);
        Assert.Equal(source.Statistics.DroppedBacklog, source.Statistics.Dropped);
        // The first of the flood are there, without a gap.
        Assert.True(closes.Count > 5_000);
        Assert.Equal(Enumerable.Range(100_000, 5_000).Select(fd => (long)fd), closes.Take(5_000));
    }

    [Fact]
    public void Second_reading_brings_what_is_known_up_to_date()
    {
        using var shell = Process.Start(new ProcessStartInfo("/bin/bash") { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        using var state = new MachineState();
        var scanner = new ProcScanner("/proc", TimeProvider.System);
        var missing = new List<long>();
        try
        {
            Tell(shell, "cd /etc; exec 7</etc/passwd 8</etc/group");
            scanner.ScanAll(state);
            var thread = state.Threads.Find(shell.Id)!;
            Assert.Equal("/etc", Text(thread.WorkingDirectory).TrimEnd('/'));
            Assert.Equal("/etc/passwd", Name(thread, 7));

            Tell(shell, "cd /usr; exec 7<&- 8</etc/shells 9</etc/hosts");
            scanner.Refresh(state, missing);
            Assert.Same(thread, state.Threads.Find(shell.Id));
            Assert.DoesNotContain(shell.Id, missing);
            Assert.Equal("/usr", Text(thread.WorkingDirectory).TrimEnd('/'));
            Assert.Null(Name(thread, 7));
            Assert.Equal("/etc/shells", Name(thread, 8));
            Assert.Equal("/etc/hosts", Name(thread, 9));
        }
        finally
        {
            shell.Kill();
            shell.WaitForExit();
        }

        scanner.Refresh(state, missing);
        Assert.Contains(shell.Id, missing);
        Assert.False(scanner.Exists(shell.Id));
    }

    [Fact]
    public void State_is_read_again_when_a_loss_is_over_and_not_too_often()
    {
        Live.Require();
        using var shell = Process.Start(new ProcessStartInfo("/bin/bash") { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        using var state = new MachineState();
        using var source = new HoldingSource(new ModernEbpfSource());
        source.Start(OnlyClose);
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var recovery = new StateRecovery(source, new ProcScanner("/proc", clock), state, clock, NullLogger.Instance);
        recovery.Start();
        recovery.Go();
        Assert.NotNull(state.Threads.Find(shell.Id));
        shell.Kill();
        shell.WaitForExit();

        clock.Advance(StateRecovery.ShortestInterval);
        recovery.Check(default); // nothing lost
        Assert.Equal(0, recovery.Rescans);
        recovery.Check(Lost(5)); // it goes on
        recovery.Check(Lost(6));
        Assert.Equal(0, recovery.Rescans);
        recovery.Check(Lost(6)); // it is over
        Assert.Equal(1, recovery.Rescans);
        Assert.NotNull(state.Threads.Find(shell.Id));
        recovery.Check(Lost(6)); // what came meanwhile was handled
        Assert.Null(state.Threads.Find(shell.Id));

        recovery.Check(Lost(7));
        recovery.Check(Lost(7)); // too early
        Assert.Equal(1, recovery.Rescans);
        clock.Advance(StateRecovery.ShortestInterval);
        recovery.Check(Lost(7));
        Assert.Equal(2, recovery.Rescans);
        recovery.Check(Lost(7));
        Assert.Equal(2, recovery.Rescans);
    }

    private static SourceStatistics Lost(long count) => new() { DroppedRingFull = count };

    /// <summary>Returns the id of the process, for other tests may run the same act beside this one.</summary>
    private static long RunAct(string act) =>
        long.Parse(Programs.Run(Programs.Acts, act, "/tmp").Split('\n').Single(line => line.StartsWith("pid ", StringComparison.Ordinal))[4..], null);

    /// <summary>A backlog comes in several batches, and a loaded machine takes its time over them.</summary>
    private static List<Event> DrainUntil(HoldingSource source, Predicate<List<Event>> complete)
    {
        var events = new List<Event>();
        var limit = Stopwatch.StartNew();
        do
        {
            events.AddRange(Live.Drain(source));
        }
        while (!complete(events) && limit.Elapsed < TimeSpan.FromSeconds(30));
        return events;
    }

    private static List<long> Closes(List<Event> events, long pid) =>
        [.. events.Where(seen => seen.Tid == pid && seen.Type == "close" && seen["fd"] >= 100_000).Select(seen => seen["fd"])];

    /// <summary>Has a shell do something, and waits until it is done.</summary>
    private static void Tell(Process shell, string command)
    {
        shell.StandardInput.WriteLine(command + "; echo done");
        shell.StandardInput.Flush();
        Assert.Equal("done", shell.StandardOutput.ReadLine());
    }

    private static unsafe string? Name(ThreadInfo thread, long fd) =>
        thread.Fds.Find(fd) is var entry && entry is null ? null : Text(entry->Name);

    private static string Text(Detector.State.Text text) => Encoding.UTF8.GetString(text.Span);
}
