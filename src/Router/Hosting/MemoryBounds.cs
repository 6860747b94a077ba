using Saker.Router.Options;
using Saker.Settings;

namespace Saker.Router.Hosting;

/// <summary>Bounds of a log whose directory is memory: the usual ones are made for disks, and <c>/dev/shm</c> of a container has 64 MiB.</summary>
internal static class MemoryBounds
{
    private const long LeastSegment = 1 << 20;

    /// <summary>The settings, with sizes that fit into a file system of <paramref name="bytes"/>.</summary>
    public static RouterOptions Fit(RouterOptions options, long bytes) => options with
    {
        Log = options.Log with
        {
            SegmentSize = AtMost(options.Log.SegmentSize, Math.Max(bytes / 16, LeastSegment)),
            HistorySize = AtMost(options.Log.HistorySize, bytes / 4),
            FreeSpaceReserve = AtMost(options.Log.FreeSpaceReserve, bytes / 8),
        },
        Delivery = options.Delivery with
        {
            Backlog = AtMost(options.Delivery.Backlog, bytes / 2),
            DeadLetterSize = AtMost(options.Delivery.DeadLetterSize, bytes / 8),
        },
    };

    private static ByteSize AtMost(ByteSize size, long bytes) => size.Bytes <= bytes ? size : new ByteSize(bytes);
}
