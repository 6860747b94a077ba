namespace Saker.Detector.Containers.Runtimes;

/// <summary>The parts of an image's name: <c>registry:5000/team/app:1.2@sha256:…</c>. A part that is not there is empty.</summary>
/// <param name="Repository">What stands before tag and digest: <c>registry:5000/team/app</c>.</param>
/// <param name="Tag">The tag: <c>1.2</c>.</param>
/// <param name="Digest">The digest, with its algorithm: <c>sha256:…</c>.</param>
internal readonly record struct ImageReference(string Repository, string Tag, string Digest)
{
    /// <summary>How digests begin.</summary>
    public const string DigestStart = "sha256:";

    /// <summary>
    /// Takes a name apart. The digest stands behind the first <c>@</c>, the tag behind the last colon after the last slash, so that the
    /// port of a registry is none. A bare digest has no repository.
    /// </summary>
    public static ImageReference Split(string name)
    {
        if (name.StartsWith(DigestStart, StringComparison.Ordinal))
        {
            return new ImageReference("", "", name);
        }

        var at = name.IndexOf('@', StringComparison.Ordinal);
        var digest = at < 0 ? "" : name[(at + 1)..];
        var rest = at < 0 ? name : name[..at];
        var colon = rest.LastIndexOf(':');
        return colon > rest.LastIndexOf('/')
            ? new ImageReference(rest[..colon], rest[(colon + 1)..], digest)
            : new ImageReference(rest, "", digest);
    }

    /// <summary>An id without the algorithm in front.</summary>
    public static string BareId(string id) => id.StartsWith(DigestStart, StringComparison.Ordinal) ? id[DigestStart.Length..] : id;
}
