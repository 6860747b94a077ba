using FASTER.core;

namespace Saker.Router.Benchmarks.LogCandidates;

/// <summary>FasterLog as it is meant to be used: enqueue from the sender, one loop that commits, senders wait for the commit.</summary>
internal sealed class FasterCandidate : ILogCandidate
{
    private readonly long _pageSize;
    private readonly IDevice _device;
    private readonly FasterLog _log;
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _work = new(0, 1);
    private readonly Task _committer;

    public FasterCandidate(string directory, int pageBits, int segmentBits)
    {
        _pageSize = 1L << pageBits;
        _device = Devices.CreateLogDevice(Path.Combine(directory, "log"));
        _log = new FasterLog(new FasterLogSettings
        {
            LogDevice = _device,
            LogCommitDir = directory,
            PageSizeBits = pageBits,
            MemorySizeBits = pageBits + 2,
            SegmentSizeBits = segmentBits,
            LogChecksum = LogChecksumType.PerEntry,
            TryRecoverLatest = false,
        });
        if (Directory.Exists(Path.Combine(directory, "log-commits")))
            _log.Recover();
        _committer = Task.Run(CommitAsync);
    }

    public async ValueTask AppendAsync(ReadOnlyMemory<byte> payload)
    {
        var address = await _log.EnqueueAsync(payload);
        try
        {
            _work.Release();
        }
        catch (SemaphoreFullException)
        {
            // The committer is already awake.
        }

        await _log.WaitForCommitAsync(address);
    }

    public ICandidateReader OpenReader(long skip) => new Reader(_log, skip, _pageSize);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _committer;
        _log.Dispose();
        _device.Dispose();
        _work.Dispose();
        _stop.Dispose();
    }

    private async Task CommitAsync()
    {
        try
        {
            while (true)
            {
                await _work.WaitAsync(_stop.Token);
                await _log.CommitAsync(_stop.Token);
            }
        }
        catch (OperationCanceledException)
        {
            await _log.CommitAsync();
        }
    }

    private sealed class Reader : ICandidateReader
    {
        private readonly FasterLogScanIterator _iterator;

        public Reader(FasterLog log, long skip, long pageSize)
        {
            // Addresses are bytes; a 1 KB record takes 1040. An address inside a record is no valid start, so a page's begin is used.
            var address = Math.Max(log.BeginAddress, skip * 1040 / pageSize * pageSize);
            _iterator = log.Scan(address, long.MaxValue);
        }

        public long Lost => 0;

        public byte[]? Next() =>
            _iterator.GetNext(out var entry, out _, out _, out _) ? entry : null;

        public void Dispose() => _iterator.Dispose();
    }
}
