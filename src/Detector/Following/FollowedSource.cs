using System.Security.Cryptography.X509Certificates;
using Saker.Detector.Configuration;
using Saker.Tls;

namespace Saker.Detector.Following;

/// <summary>A source with everything that the configuration names for it, read and found good.</summary>
internal sealed class FollowedSource : IDisposable
{
    private readonly FollowedRulesOptions options;
    private readonly Func<string, string> resolve;
    private readonly SignatureKey? key;
    private readonly X509Certificate2Collection? authorities;
    private readonly string folder;

    private FollowedSource(FollowedRulesOptions options, RulesSource source, string folder, SignatureKey? key, X509Certificate2Collection? authorities, Func<string, string> resolve)
    {
        this.options = options;
        this.key = key;
        this.authorities = authorities;
        this.resolve = resolve;
        this.folder = folder;
        Source = source;
        Cache = new RulesCache(Path.Combine(folder, Name), options.Source, key?.Fingerprint ?? "anybody");
    }

    /// <summary>Where its rules are.</summary>
    public RulesSource Source { get; }

    /// <summary>What it is called.</summary>
    public string Name => options.EffectiveName;

    /// <summary>Time between two looks.</summary>
    public TimeSpan Interval => options.Interval;

    /// <summary>Whether a signature is checked.</summary>
    public bool IsSigned => key is not null;

    /// <summary>Its last good rules.</summary>
    public RulesCache Cache { get; }

    /// <summary>All sources of a configuration. Those that cannot be used are faults of it, and are left out.</summary>
    public static IReadOnlyList<FollowedSource> Of(DetectorConfiguration configuration, Action<string, string> fault)
    {
        var follow = configuration.Options.RulesFollow;
        var sources = new List<FollowedSource>();
        for (var i = 0; i < follow.Sources.Count; i++)
        {
            var place = $"rules_follow.sources[{i}]";
            if (Open(follow.Sources[i], configuration.Resolve(follow.Folder), configuration.Resolve, (key, sentence) => fault($"{place}.{key}", sentence)) is { } source)
            {
                sources.Add(source);
            }
        }

        return sources;
    }

    /// <summary>One source; null after faults.</summary>
    /// <param name="options">What the configuration says of it.</param>
    /// <param name="folder">Where the folders of sources lie.</param>
    /// <param name="resolve">Makes paths absolute.</param>
    /// <param name="fault">Gets key and sentence.</param>
    public static FollowedSource? Open(FollowedRulesOptions options, string folder, Func<string, string> resolve, Action<string, string> fault)
    {
        if (RulesSource.Parse(options.Source, out _) is not { } source)
        {
            return null; // the options have said so
        }

        var isGood = true;
        SignatureKey? key = null;
        if (options.PublicKey.Length > 0)
        {
            key = SignatureKey.Read(resolve(options.PublicKey), out var problem);
            if (key is null)
            {
                Fault("public_key", problem);
            }
        }

        var authorities = options.CaCert.Length > 0 ? PemFile.Certificates(resolve(options.CaCert), "ca_cert", Fault) : null;
        // Without a key only where that is said: the options check it, and this is the place where it counts.
        if (isGood && (key is not null || options.AllowUnsigned))
        {
            return new FollowedSource(options, source, folder, key, authorities, resolve);
        }

        key?.Dispose();
        return null;

        void Fault(string name, string sentence)
        {
            isGood = false;
            fault(name, sentence);
        }
    }

    /// <summary>Whether another is this source, with the same key, and in the same folder.</summary>
    public bool IsSame(FollowedSource other) =>
        options == other.options && folder == other.folder && key?.Fingerprint == other.key?.Fingerprint && Thumbprints(authorities).SequenceEqual(Thumbprints(other.authorities));

    /// <summary>What fetches from it.</summary>
    public IRulesFetcher Connect(TimeProvider clock)
    {
        var client = new SourceClient(authorities, clock);
        return Source.Url is null
            ? new ArtifactFetcher(client, Source, options.PlainHttp, key, Credentials)
            : new FileFetcher(client, Source, key, Credentials);
    }

    public void Dispose() => key?.Dispose();

    private static IEnumerable<string> Thumbprints(X509Certificate2Collection? certificates) => certificates?.Select(static certificate => certificate.Thumbprint) ?? [];

    private SourceCredentials? Credentials() => RegistryCredentials.Find(options, Source.Url?.Authority ?? Source.Registry, resolve);
}
