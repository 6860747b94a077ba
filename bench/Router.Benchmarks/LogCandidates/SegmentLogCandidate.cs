using Microsoft.Extensions.Logging.Abstractions;
using Saker.Router.Log;

namespace Saker.Router.Benchmarks.LogCandidates;

/// <summary>What was built after the choice, beside the candidates.</summary>
internal sealed class SegmentLogCandidate(string directory, int segmentBytes) : ILogCandidate
{
    private readonly SegmentLog log = SegmentLog.Open(
        DataFiles.Instance, directory, new SegmentLogOptions { SegmentBytes = segmentBytes }, TimeProvider.System, NullLogger<SegmentLog>.Instance);

    public async ValueTask AppendAsync(ReadOnlyMemory<byte> payload)
    {
        var result = await log.AppendAsync(payload);
        if (!result.IsStored)
        {
            throw new IOException(result.Status.ToString());
        }
    }

    public ICandidateReader OpenReader(long skip) => new Reader(log.OpenReader(skip));

    public ValueTask DisposeAsync() => log.DisposeAsync();

    private sealed class Reader(IAlertLogReader reader) : ICandidateReader
    {
        public long Lost => reader.Lost;

        public byte[]? Next() => reader.TryRead(out var record) ? record!.Payload.ToArray() : null;

        public void Dispose() => reader.Dispose();
    }
}
