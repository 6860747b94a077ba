using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;

namespace Saker.Router.Benchmarks.LogCandidates;

/// <summary>Compares what could carry the alert log; its figures are in docs/decisions/0040-alert-log.md.</summary>
internal static class Comparison
{
    private static readonly TimeSpan LoadTime = TimeSpan.FromSeconds(3);

    private static readonly (string Name, Func<string, int, ILogCandidate> Open)[] Candidates =
    [
        ("built", (directory, bits) => new SegmentLogCandidate(directory, 1 << bits)),
        ("plain", (directory, bits) => new PlainCandidate(directory, 1 << bits)),
        ("sqlite", (directory, bits) => new SqliteCandidate(directory, 1 << bits)),
        ("faster-4M", (directory, bits) => new FasterCandidate(directory, 22, Math.Max(bits, 22))),
        ("faster-32M", (directory, bits) => new FasterCandidate(directory, 25, Math.Max(bits, 25))),
    ];

    /// <summary>Runs the comparison in a directory, for all candidates or the named ones.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        var root = Path.Combine(args is [var given, ..] ? given : AppContext.BaseDirectory, "log-candidates");
        var chosen = args.Length > 1 ? [.. Candidates.Where(candidate => Array.IndexOf(args, candidate.Name, 1) > 0)] : Candidates;
        SyncLatency.Print(root);
        foreach (var (name, open) in chosen)
        {
            foreach (var senders in (int[])[1, 16, 128])
            {
                await LoadAsync(root, name, open, senders);
            }
        }

        foreach (var (name, open) in chosen)
        {
            await ReadersAsync(root, name, open);
        }

        foreach (var (name, open) in chosen)
        {
            foreach (var damage in Damage.All)
            {
                await DamageAsync(root, name, open, damage);
            }
        }

        Directory.Delete(root, recursive: true);
        return 0;
    }

    private static string Fresh(string root)
    {
        if (Directory.Exists(root))
        {
            Directory.Delete(root, recursive: true);
        }

        Directory.CreateDirectory(root);
        return root;
    }

    private static async Task LoadAsync(string root, string name, Func<string, int, ILogCandidate> open, int senders)
    {
        await using var log = open(Fresh(root), 26);
        await SendAsync(log, senders, TimeSpan.FromSeconds(0.5));
        var cpu = Environment.CpuUsage.TotalTime;
        var allocated = GC.GetTotalAllocatedBytes();
        var clock = Stopwatch.StartNew();
        var count = await SendAsync(log, senders, LoadTime);
        clock.Stop();
        var used = Environment.CpuUsage.TotalTime - cpu;
        Print($"load     {name,-11} {senders,4} senders: {count / clock.Elapsed.TotalSeconds,8:F0} alerts/s  {used.TotalMicroseconds / count,7:F1} us CPU  {(GC.GetTotalAllocatedBytes() - allocated) / count,6} B allocated, per alert");
    }

    private static async Task<long> SendAsync(ILogCandidate log, int senders, TimeSpan time)
    {
        var until = Stopwatch.GetTimestamp() + (long)(time.TotalSeconds * Stopwatch.Frequency);
        var counts = await Task.WhenAll(Enumerable.Range(0, senders).Select(_ => Task.Run(async () =>
        {
            var payload = RandomNumberGenerator.GetBytes(1024);
            long count = 0;
            for (; Stopwatch.GetTimestamp() < until; count++)
            {
                await log.AppendAsync(payload);
            }

            return count;
        })));
        return counts.Sum();
    }

    private static async Task ReadersAsync(string root, string name, Func<string, int, ILogCandidate> open)
    {
        await using var log = open(Fresh(root), 26);
        await FillAsync(log, 300_000);
        GC.Collect();
        using var process = Process.GetCurrentProcess();
        process.Refresh();
        var before = process.WorkingSet64;
        var cpu = Environment.CpuUsage.TotalTime;
        var readers = new List<ICandidateReader>();
        long read = 0;
        for (var i = 0; i < 70; i++)
        {
            var reader = log.OpenReader(i * 3000);
            readers.Add(reader);
            for (var k = 0; k < 200 && reader.Next() is not null; k++)
            {
                read++;
            }
        }

        var used = (Environment.CpuUsage.TotalTime - cpu).TotalMicroseconds / Math.Max(read, 1);
        GC.Collect();
        process.Refresh();
        Print($"readers  {name,-11} 70 lagging: +{(process.WorkingSet64 - before) / (1024.0 * 1024),7:F1} MiB resident, {used,6:F1} us CPU per record ({read} read)");
        foreach (var reader in readers)
        {
            reader.Dispose();
        }
    }

    private static async Task DamageAsync(string root, string name, Func<string, int, ILogCandidate> open, Damage damage)
    {
        const int Records = 12_000;
        await using (var log = open(Fresh(root), 22))
        {
            await FillAsync(log, Records);
        }

        damage.Apply(root);
        string outcome;
        try
        {
            await using var log = open(root, 22);
            using var reader = log.OpenReader(0);
            var good = 0;
            var wrong = 0;
            var clock = Stopwatch.StartNew();
            while (clock.Elapsed < TimeSpan.FromSeconds(5) && reader.Next() is { } payload)
            {
                if (payload.Length == 1024 && payload.AsSpan(16).IndexOfAnyExcept((byte)(BitConverter.ToInt64(payload) % 251)) < 0)
                {
                    good++;
                }
                else
                {
                    wrong++;
                }
            }

            outcome = $"{good} of {Records} good, {wrong} wrong, {reader.Lost} seen to be lost before the last good";
        }
        catch (Exception e)
        {
            outcome = $"{e.GetType().Name}: {e.Message.Split('\n')[0]}";
        }

        Print($"damage   {name,-11} {damage.Name,-26}: {outcome}");
    }

    private static async Task FillAsync(ILogCandidate log, int records)
    {
        const int Group = 500;
        var tasks = new Task[Group];
        for (var i = 0; i < records; i += Group)
        {
            for (var k = 0; k < Group; k++)
            {
                var payload = new byte[1024];
                payload.AsSpan().Fill((byte)((i + k) % 251));
                BitConverter.TryWriteBytes(payload, (long)(i + k));
                payload.AsSpan(8, 8).Clear();
                tasks[k] = log.AppendAsync(payload).AsTask();
            }

            await Task.WhenAll(tasks);
        }
    }

    internal static void Print(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
