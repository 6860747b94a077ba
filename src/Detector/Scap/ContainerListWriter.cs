using Saker.Detector.Capture;
using Saker.Detector.Containers;
using Saker.Detector.State;

namespace Saker.Detector.Scap;

/// <summary>
/// Writes what is known of containers at a capture's start. The format has no list for them: they are told in the events that tell of
/// containers later on, so that every reader of such events knows them.
/// </summary>
internal static unsafe class ContainerListWriter
{
    /// <summary>Writes an event for each container of which a record is there.</summary>
    /// <param name="capture">The capture, whose other lists are written.</param>
    /// <param name="state">What is known.</param>
    /// <param name="time">The time of the first event that follows, nanoseconds since 1970.</param>
    /// <param name="chosen">Whose threads' containers are written; null for all.</param>
    /// <returns>How many there are.</returns>
    public static int Write(CaptureWriter capture, MachineState state, ulong time, Func<ThreadInfo, bool>? chosen = null)
    {
        var containers = chosen is null ? state.Containers.All : state.Threads.All.Where(chosen).Select(static thread => thread.Container).OfType<ContainerEntry>().Distinct();
        if (state.Containers.Static is { } only)
        {
            containers = containers.Append(only).Distinct();
        }

        var count = 0;
        foreach (var entry in containers.OrderBy(static entry => entry.OwnId, ByBytes.Instance))
        {
            if (entry.Kind == CgroupKind.None || entry.Facts is not { } facts)
            {
                continue;
            }

            var bytes = ContainerEventWriter.Write(ContainerEventWriter.Told, facts.Record, time);
            fixed (byte* address = bytes)
            {
                capture.Event(new RawEvent(address, bytes.Length));
            }

            count++;
        }

        return count;
    }

    private sealed class ByBytes : IComparer<byte[]>
    {
        public static ByBytes Instance { get; } = new();

        public int Compare(byte[]? x, byte[]? y) => x.AsSpan().SequenceCompareTo(y);
    }
}
