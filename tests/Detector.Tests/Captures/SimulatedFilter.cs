using System.Text;
using Saker.Detector.Capture;
using Saker.Detector.Drivers.ModernEbpf;
using Saker.Detector.Engine;
using Saker.Detector.Events;
using Saker.Detector.State;

namespace Saker.Detector.Tests.Captures;

/// <summary>What the driver would leave out of a capture's events, by its own logic.</summary>
/// <param name="failed">The calls whose failed ones do not come.</param>
/// <param name="opens">The opens that do not come.</param>
/// <param name="directories">Paths of directories, whose opens come.</param>
internal sealed class SimulatedFilter(IReadOnlySet<int> failed, OpensLeftOut opens, IReadOnlySet<string> directories)
{
    private const uint CreatFlags = 4 | 2;

    private static readonly ILookup<int, int> codes = SystemCalls.All.ToLookup(static call => (int)call.ExitEvent, static call => call.Code);

    private readonly Dictionary<long, (Fate Fate, (OpenRegion Region, OpenClasses Class)? Asked)> starts = [];

    private enum Fate
    {
        Told,
        Unanswered,
        LeftOut,
    }

    /// <summary>Whether an event does not come. To be asked of each, in their order.</summary>
    public bool LeavesOut(ReadOnlySpan<byte> bytes)
    {
        if (!EventView.TryParse(bytes, out var view))
        {
            return false;
        }

        switch (view.Type)
        {
            case EventType.OpenEnter or EventType.OpenatV2Enter or EventType.Openat2Enter or EventType.CreatEnter:
                var asked = Ask(view);
                var fate = starts.GetValueOrDefault(view.ThreadId).Fate != Fate.Unanswered && asked is var (region, open) && (region.Wanted & open) == 0 ? Fate.LeftOut : Fate.Told;
                starts[view.ThreadId] = (fate, asked);
                return fate == Fate.LeftOut;
            case EventType.OpenExit or EventType.OpenatV2Exit or EventType.Openat2Exit or EventType.CreatExit:
                return EndIsLeftOut(view);
            default:
                return IsFailure(view);
        }
    }

    /// <summary>The paths of directories that a capture's calls begin paths at, or enter.</summary>
    public static IReadOnlySet<string> DirectoriesOf(Replay replay)
    {
        using var state = new MachineState();
        using var source = replay.Open(state);
        var names = new DirectoryNames();
        var pipeline = new EventPipeline(state);
        for (var i = 0; i < replay.Count; i++)
        {
            replay.Run(i, pipeline, names);
        }

        return names.Names;
    }

    private bool EndIsLeftOut(in EventView view)
    {
        // Newer drivers, Falco's, tell no starts: then both are taken to say the same.
        var asked = Ask(view);
        var hasStart = starts.TryGetValue(view.ThreadId, out var start);
        if (!hasStart)
        {
            start = (asked is var (its, way) && (its.Wanted & way) == 0 ? Fate.LeftOut : Fate.Told, asked);
        }

        var isSame = asked is not null && asked == start.Asked;
        if (!view.TryResult(out var result))
        {
            return false;
        }

        if (result is >= 0 or < -DriverSettings.LastError)
        {
            return isSame && start.Fate == Fate.LeftOut && result >= 0 && !directories.Contains(Encoding.Latin1.GetString(PathOf(view)));
        }

        if (!IsLeftOutFailing(view) && !(isSame && asked is var (region, open) && (region.WantedFailed & open) == 0))
        {
            return false;
        }

        if (hasStart && start.Fate == Fate.Told)
        {
            starts[view.ThreadId] = (Fate.Unanswered, null);
        }

        return true;
    }

    private bool IsFailure(in EventView view) => view.TryResult(out var result) && result is < 0 and >= -DriverSettings.LastError && IsLeftOutFailing(view);

    private bool IsLeftOutFailing(in EventView view) => codes[view.Definition.Number].Any(failed.Contains);

    private (OpenRegion Region, OpenClasses Class)? Ask(in EventView view)
    {
        var flags = view.Definition.Find("flags");
        return opens.IsEmpty ? null : opens.Ask(PathOf(view), flags < 0 ? CreatFlags : (uint)view.Unsigned(flags));
    }

    private static ReadOnlySpan<byte> PathOf(EventView view) => view.Text(view.Definition.Find("name"));

    private sealed unsafe class DirectoryNames : IEventConsumer
    {
        public HashSet<string> Names { get; } = new(StringComparer.Ordinal);

        public void Handle(in EventView view, EventFrame frame, in RawEvent raw)
        {
            foreach (var parameter in view.Definition.Parameters)
            {
                if (parameter.Directory >= 0 && view.TrySigned(parameter.Directory, out var fd))
                {
                    Add(frame, fd);
                }
            }

            if (view.Type == EventType.FchdirExit)
            {
                Add(frame, frame.Fd);
            }
        }

        private void Add(EventFrame frame, long fd)
        {
            if (fd >= 0 && frame.Thread is { } thread && thread.Fds.Find(fd) is var entry && entry is not null)
            {
                Names.Add(Encoding.Latin1.GetString(entry->Name.Span));
            }
        }
    }
}
