namespace Saker.Detector.Following;

/// <summary>A rule file that was fetched.</summary>
/// <param name="Name">Its name, without folders.</param>
/// <param name="Content">Its bytes.</param>
internal sealed record FetchedFile(string Name, ReadOnlyMemory<byte> Content);

/// <summary>What a source has, its digest and its signature checked.</summary>
/// <param name="Digest">The digest: <c>sha256:…</c>.</param>
/// <param name="Tag">What the source calls this version of it (an ETag); empty for none.</param>
/// <param name="Files">The rule files, in the order of their names.</param>
internal sealed record FetchedRules(string Digest, string Tag, IReadOnlyList<FetchedFile> Files);

/// <summary>Fetches rules.</summary>
internal interface IRulesFetcher : IDisposable
{
    /// <summary>What the source has; null when that is what is known already.</summary>
    /// <param name="knownDigest">The digest of what is known; empty for nothing.</param>
    /// <param name="knownTag">What the source called it.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="RulesSourceException">It cannot be had, or must not be used.</exception>
    Task<FetchedRules?> FetchAsync(string knownDigest, string knownTag, CancellationToken cancellationToken);
}
