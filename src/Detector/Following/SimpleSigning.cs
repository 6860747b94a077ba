using System.Text.Json;
using Saker.Detector.Answers;

namespace Saker.Detector.Following;

/// <summary>
/// Signatures as cosign leaves them beside an artifact: a manifest under a tag that names the artifact's digest, whose layers are
/// statements about that digest, each with its signature.
/// </summary>
internal static class SimpleSigning
{
    private const string LayerType = "application/vnd.dev.cosign.simplesigning.v1+json";
    private const string Annotation = "dev.cosignproject.cosign/signature";
    private const string StatementType = "cosign container image signature";
    private const int MostLayers = 32;
    private const int MostStatement = 64 * 1024;

    /// <summary>The tag under which the signatures of a digest lie.</summary>
    public static string TagOf(string digest) => $"{digest.Replace(':', '-')}.sig";

    /// <summary>Checks that the key has signed the digest.</summary>
    /// <exception cref="RulesSourceException">It has not.</exception>
    public static async Task CheckAsync(RegistryClient registry, string digest, SignatureKey key, CancellationToken cancellationToken)
    {
        if (await registry.ManifestAsync(TagOf(digest), cancellationToken) is not { } signatures)
        {
            throw RulesSourceException.Refused($"Nobody has signed {digest}: there is no {TagOf(digest)} beside it. Sign it with 'cosign sign', or set 'allow_unsigned: true' to take it from anybody.");
        }

        foreach (var layer in signatures.Manifest.At("layers").Items().Take(MostLayers))
        {
            if (layer.TextOrNull("mediaType") == LayerType
                && layer.TextOrNull("digest") is { } statementDigest && RegistryClient.IsDigest(statementDigest)
                && layer.ObjectOrNull("annotations") is { } annotations && annotations.TextOrNull(Annotation) is { } signature)
            {
                var statement = await registry.BlobAsync(statementDigest, MostStatement, cancellationToken);
                if (key.VerifiesBase64(statement.Span, signature) && IsAbout(statement, digest))
                {
                    return;
                }
            }
        }

        throw RulesSourceException.Refused($"{digest} is not signed by the key of 'public_key'.");
    }

    /// <summary>Whether a statement is about a digest. Its signature is checked before, so that only the key's owner can have written it.</summary>
    public static bool IsAbout(ReadOnlyMemory<byte> statement, string digest)
    {
        try
        {
            return SourceJson.Parse(statement).ObjectOrNull("critical") is { } critical
                && critical.TextOrNull("type") == StatementType
                && critical.ObjectOrNull("image") is { } image
                && image.TextOrNull("docker-manifest-digest") == digest;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
