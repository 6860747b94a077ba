using System.Diagnostics;
using Saker.Detector.Capture;
using Saker.Detector.Drivers.ModernEbpf;
using Saker.Detector.Engine;

namespace Saker.Detector.Kernel.Tests;

/// <summary>Runs acts under the driver and gives back what it told of them.</summary>
internal static class Live
{
    /// <summary>Codes of all calls that have an event of their own, and of the end of threads.</summary>
    private static readonly IReadOnlySet<int> AllCalls =
        SystemCalls.All.Select(call => call.Code).Concat(SystemCalls.Exits).ToHashSet();

    /// <summary>What the clock of the events, which is set at the start of the source, may be away from that of the machine.</summary>
    private static readonly TimeSpan ClockMargin = TimeSpan.FromMilliseconds(10);

    /// <summary>Asks for what the state needs.</summary>
    public static SourceSettings Settings => new() { SystemCalls = InterestSet.For(new HashSet<string>()) };

    /// <summary>
    /// Skips the test where the driver cannot run. On CI that is a failure, unless SAKER_NO_KERNEL_TESTS=true says that the
    /// machine is known to have no usable kernel.
    /// </summary>
    public static void Require()
    {
        if (KernelRequirements.Lacking() is not { } lacking)
        {
            return;
        }

        var ci = Environment.GetEnvironmentVariable("CI") == "true";
        Assert.SkipWhen(!ci || Environment.GetEnvironmentVariable("SAKER_NO_KERNEL_TESTS") == "true", lacking);
        Assert.Fail(lacking);
    }

    /// <summary>Runs one act of acts.c and returns its events with what it printed.</summary>
    public static Act Run(string act, SourceSettings? settings = null)
    {
        Require();
        return Run(Programs.Acts, [act], settings ?? Settings);
    }

    /// <summary>Runs one act of opens.c.</summary>
    public static Act RunOpens(string act, SourceSettings settings)
    {
        Require();
        return Run(Programs.Opens, [act], settings);
    }

    /// <summary>Runs calls.c, every kind of call once.</summary>
    public static Act RunCalls()
    {
        Require();
        return Run(Programs.Calls, [], Settings with { SystemCalls = AllCalls.Append(GenericCalls.All.Single(call => call.Name == "getpid").Code).ToHashSet() });
    }

    private static Act Run(string program, string[] arguments, SourceSettings settings)
    {
        var folder = Directory.CreateTempSubdirectory("saker-act");
        try
        {
            var printed = "";
            var events = Record(() => printed = Programs.Run(program, [.. arguments, folder.FullName]), settings);
            var values = printed.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => line.Split(' '))
                .ToDictionary(words => words[0], words => long.Parse(words[1], null));
            return new Act(values, events, folder.FullName);
        }
        finally
        {
            folder.Delete(true);
        }
    }

    /// <summary>All events of the machine from before <paramref name="act"/> until after it, in the order of the source.</summary>
    public static List<Event> Record(Action act, SourceSettings settings)
    {
        using var source = new ModernEbpfSource();
        source.Start(settings);
        act();
        var events = Drain(source);
        Assert.Equal(0, source.Statistics.Malformed);
        Assert.Equal(0, source.Statistics.DroppedOther);
        return events;
    }

    /// <summary>What is there now, and what was under way.</summary>
    public static List<Event> Drain(IEventSource source)
    {
        var events = new List<Event>();
        var batch = new RawEvent[256];
        // Other processes go on: the first event that is newer than this says that all before it have come.
        var now = (ulong)(DateTimeOffset.UtcNow - DateTimeOffset.UnixEpoch + ClockMargin).Ticks * TimeSpan.NanosecondsPerTick;
        var limit = Stopwatch.StartNew();
        while (true)
        {
            // Longer than the source holds events back to bring them into order, so that silence means that nothing is left.
            var count = source.Read(batch, TimeSpan.FromMilliseconds(100));
            foreach (var raw in batch.AsSpan(0, count))
            {
                events.Add(Event.Decode(raw));
            }

            source.Release();
            if (count == 0 || events[^1].Time > now || limit.Elapsed > TimeSpan.FromSeconds(30))
            {
                return events;
            }
        }
    }
}

/// <summary>What an act printed, and the events of the whole machine while it ran.</summary>
internal sealed record Act(IReadOnlyDictionary<string, long> Values, IReadOnlyList<Event> All, string Folder)
{
    public long this[string key] => Values[key];

    /// <summary>Events of one type by the act's own thread.</summary>
    public List<Event> Own(string type) => Of(this["pid"], type);

    public List<Event> Of(long tid, string type) => [.. All.Where(seen => seen.Tid == tid && seen.Type == type)];
}
