using System.Diagnostics;

namespace Saker.Router.Benchmarks.LogCandidates;

/// <summary>What one fdatasync costs on this disk, alone: after an append, and after a write into space that was filled before.</summary>
internal static class SyncLatency
{
    private const int Count = 500;

    public static void Print(string directory)
    {
        Directory.CreateDirectory(directory);
        var path = Path.Combine(directory, "sync");
        var drive = new DriveInfo(directory);
        Comparison.Print($"disk     {drive.DriveFormat}, {drive.AvailableFreeSpace >> 30} GiB free");
        Measure(path, "append", 0, preallocate: 0);
        Measure(path, "append, space allocated", 0, preallocate: 64 << 20);
        Measure(path, "overwrite", 8 << 20, preallocate: 0);
    }

    private static void Measure(string path, string name, int filled, long preallocate)
    {
        File.Delete(path);
        using var file = File.OpenHandle(path, FileMode.Create, FileAccess.Write, FileShare.Read, FileOptions.None, preallocate);
        if (filled > 0)
        {
            RandomAccess.Write(file, new byte[filled], 0);
            RandomAccess.FlushToDisk(file);
        }

        var block = new byte[1040];
        var times = new double[Count];
        var cpu = Environment.CpuUsage.TotalTime;
        for (var i = 0; i < Count; i++)
        {
            var start = Stopwatch.GetTimestamp();
            RandomAccess.Write(file, block, (long)i * block.Length);
            if (PlainCandidate.FDataSync(file) != 0)
            {
                throw new IOException("fdatasync failed.");
            }

            times[i] = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
        }

        var used = (Environment.CpuUsage.TotalTime - cpu).TotalMicroseconds / Count;
        Array.Sort(times);
        Comparison.Print($"sync     {name,-24}: p50 {times[Count / 2],6:F0} us  p99 {times[Count * 99 / 100],6:F0} us  {used,5:F0} us CPU");
    }
}
