namespace Saker.Router.Benchmarks.LogCandidates;

/// <summary>What a store must do to carry the alert log: append groups durably, and be read from the start by many readers.</summary>
internal interface ILogCandidate : IAsyncDisposable
{
    /// <summary>Appends one record; completes when it is on the disk.</summary>
    ValueTask AppendAsync(ReadOnlyMemory<byte> payload);

    /// <summary>A reader that starts behind about <paramref name="skip"/> records. It keeps its buffers until disposed.</summary>
    ICandidateReader OpenReader(long skip);
}

internal interface ICandidateReader : IDisposable
{
    /// <summary>Reads the next record's payload, or gives null at the end of what is committed.</summary>
    byte[]? Next();

    /// <summary>Records that the store knows to be missing so far.</summary>
    long Lost { get; }
}
