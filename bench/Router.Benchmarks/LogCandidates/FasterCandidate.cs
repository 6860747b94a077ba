using FASTER.core;

namespace Saker.Router.Benchmarks.LogCandidates;

/// <summary>FasterLog as it is meant to be used: enqueue from the sender, one loop that commits, senders wait for the commit.</summary>
internal sealed class FasterCandidate : ILogCandidate
{
    private readonly long pageSize;
    private readonly IDevice device;
    private readonly FasterLog log;
    private readonly CancellationTokenSource stop = new();
    private readonly SemaphoreSlim work = new(0, 1);
    private readonly Task committer;

    public FasterCandidate(string directory, int pageBits, int segmentBits)
    {
        pageSize = 1L << pageBits;
        device = Devices.CreateLogDevice(Path.Combine(directory, "log"));
        log = new FasterLog(new FasterLogSettings
        {
            LogDevice = device,
            LogCommitDir = directory,
            PageSizeBits = pageBits,
            MemorySizeBits = pageBits + 2,
            SegmentSizeBits = segmentBits,
            LogChecksum = LogChecksumType.PerEntry,
            TryRecoverLatest = false,
        });
        if (Directory.Exists(Path.Combine(directory, "log-commits")))
        {
            log.Recover();
        }

        committer = Task.Run(CommitAsync);
    }

    public async ValueTask AppendAsync(ReadOnlyMemory<byte> payload)
    {
        var address = await log.EnqueueAsync(payload);
        try
        {
            work.Release();
        }
        catch (SemaphoreFullException)
        {
            // The committer is already awake.
        }

        await log.WaitForCommitAsync(address);
    }

    public ICandidateReader OpenReader(long skip) => new Reader(log, skip, pageSize);

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await committer;
        log.Dispose();
        device.Dispose();
        work.Dispose();
        stop.Dispose();
    }

    private async Task CommitAsync()
    {
        try
        {
            while (true)
            {
                await work.WaitAsync(stop.Token);
                await log.CommitAsync(stop.Token);
            }
        }
        catch (OperationCanceledException)
        {
            await log.CommitAsync();
        }
    }

    private sealed class Reader : ICandidateReader
    {
        private readonly FasterLogScanIterator iterator;

        public Reader(FasterLog log, long skip, long pageSize)
        {
            // Addresses are bytes; a 1 KB record takes 1040. An address inside a record is no valid start, so a page's begin is used.
            var address = Math.Max(log.BeginAddress, skip * 1040 / pageSize * pageSize);
            iterator = log.Scan(address, long.MaxValue);
        }

        public long Lost => 0;

        public byte[]? Next() =>
            iterator.GetNext(out var entry, out _, out _, out _) ? entry : null;

        public void Dispose() => iterator.Dispose();
    }
}
