using System.Text.Json;
using Saker.Detector.Answers;
using Saker.Detector.Configuration;

namespace Saker.Detector.Following;

/// <summary>Fetches rules that are an artifact in a registry, as falcoctl pushes them.</summary>
internal sealed class ArtifactFetcher(SourceClient client, RulesSource source, bool plainHttp, SignatureKey? key, Func<SourceCredentials?> credentials) : IRulesFetcher
{
    private const string LayerType = "application/vnd.cncf.falco.rulesfile.layer.v1+tar.gz";
    private const string ConfigType = "application/vnd.cncf.falco.rulesfile.config.v1+json";
    private const int MostLayers = 8;

    /// <inheritdoc/>
    public async Task<FetchedRules?> FetchAsync(string knownDigest, string knownTag, CancellationToken cancellationToken)
    {
        // A client for each look: a token lives for minutes.
        var registry = new RegistryClient(client, source, plainHttp, credentials);
        var reference = source.IsPinned ? source.Reference : await registry.ResolveAsync(source.Reference, cancellationToken);
        if (knownDigest.Length > 0 && reference == knownDigest)
        {
            return null;
        }

        var (digest, manifest) = await ManifestAsync(registry, reference.Length > 0 ? reference : source.Reference, cancellationToken);
        if (digest == knownDigest)
        {
            return null;
        }

        if (key is not null)
        {
            await SimpleSigning.CheckAsync(registry, digest, key, cancellationToken);
        }

        if (OnlyOneOf(manifest) is { } inner)
        {
            (_, manifest) = await ManifestAsync(registry, inner, cancellationToken);
        }

        var files = new List<FetchedFile>();
        foreach (var layer in Layers(manifest))
        {
            files.AddRange(RulesArchive.Read(await registry.BlobAsync(layer, RulesArchive.MostPacked, cancellationToken)));
        }

        if (files.GroupBy(static file => file.Name, StringComparer.Ordinal).FirstOrDefault(static group => group.Count() > 1) is { } twice)
        {
            throw RulesSourceException.Refused($"The artifact has '{twice.Key}' twice.");
        }

        return new FetchedRules(digest, "", [.. files.OrderBy(static file => file.Name, StringComparer.Ordinal)]);
    }

    public void Dispose() => client.Dispose();

    /// <summary>The digests of the layers with rules.</summary>
    internal static IReadOnlyList<string> Layers(JsonElement manifest)
    {
        var kind = manifest.ObjectOrNull("config") is { } config ? config.TextOrNull("mediaType") : null;
        if (kind != ConfigType)
        {
            throw RulesSourceException.Refused($"This artifact holds no rules for Falco: it says that it is '{Shown(kind)}', and not {ConfigType}.");
        }

        var layers = manifest.At("layers").Items().Where(static layer => layer.TextOrNull("mediaType") == LayerType).Take(MostLayers + 1)
            .Select(static layer => (Digest: layer.TextOrNull("digest") ?? "", Size: layer.NumberOr(-1, "size"))).ToList();
        if (layers.Count is 0 or > MostLayers)
        {
            throw RulesSourceException.Refused($"This artifact has {(layers.Count == 0 ? "no layer" : "too many layers")} of {LayerType}.");
        }

        return layers.TrueForAll(static layer => RegistryClient.IsDigest(layer.Digest) && layer.Size is > 0 and <= RulesArchive.MostPacked)
            ? [.. layers.Select(static layer => layer.Digest)]
            : throw RulesSourceException.Refused($"A layer of this artifact has no digest of sha256, or a size that is not from 1 to {RulesArchive.MostPacked} bytes.");
    }

    private async Task<(string Digest, JsonElement Manifest)> ManifestAsync(RegistryClient registry, string reference, CancellationToken cancellationToken) =>
        await registry.ManifestAsync(reference, cancellationToken) ?? throw RulesSourceException.Unreachable($"There is no {source.Display}.");

    // A list of manifests for several platforms, of which rules have one.
    private static string? OnlyOneOf(JsonElement manifest)
    {
        var manifests = manifest.At("manifests").Items().Take(2).ToList();
        if (manifests.Count == 0)
        {
            return null;
        }

        return manifests.Count == 1 && manifests[0].TextOrNull("digest") is { } digest && RegistryClient.IsDigest(digest)
            ? digest
            : throw RulesSourceException.Refused("This artifact is one for several platforms; rules are the same for all.");
    }

    private static string Shown(string? text) => text is null ? "nothing" : new string([.. text.Where(static character => character is > ' ' and < '\x7f').Take(100)]);
}
