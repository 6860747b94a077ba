using System.ComponentModel.DataAnnotations;
using Saker.Alerts;
using Saker.Settings;

namespace Saker.Detector.Configuration;

/// <summary>Rules that are fetched, and fetched again when they change.</summary>
[SnakeCaseKeys]
internal sealed record RulesFollowOptions : ICheckedOptions
{
    /// <summary>How many sources there may be.</summary>
    internal const int MostSources = 32;

    /// <summary>Where what was fetched is kept, so that a start without network has it: a folder that is kept over restarts.</summary>
    public string Folder { get; init; } = "/var/lib/saker-detector/rules";

    /// <summary>The sources. Their rules are loaded in this order, and before those of <c>rules_files</c>, which may change them.</summary>
    public IReadOnlyList<FollowedRulesOptions> Sources { get; init; } = [];

    /// <summary>Whether another configuration follows the same in the same way.</summary>
    internal bool IsSame(RulesFollowOptions other) => Folder == other.Folder && Sources.SequenceEqual(other.Sources);

    /// <inheritdoc/>
    public IEnumerable<OptionFault> Validate()
    {
        if (Sources.Count > 0 && Folder.Length == 0)
        {
            yield return new OptionFault("folder", "Rules are followed, and there is no folder for them; name one that is kept over restarts.");
        }

        if (Sources.Count > MostSources)
        {
            yield return new OptionFault("sources", $"These are {Sources.Count} sources; there may be {MostSources}.");
        }

        foreach (var name in Sources.Where(static source => source.Parsed is not null).GroupBy(static source => source.EffectiveName, StringComparer.Ordinal).Where(static group => group.Count() > 1))
        {
            yield return new OptionFault("sources", $"Several sources are called '{name.Key}'; give each a 'name' of its own.");
        }
    }
}

/// <summary>A source of rules.</summary>
[SnakeCaseKeys]
internal sealed record FollowedRulesOptions : ICheckedOptions
{
    /// <summary>An artifact in an OCI registry, as falcoctl has them (<c>ghcr.io/falcosecurity/rules/falco-rules:3</c>, with or without <c>oci://</c>; a digest behind <c>@</c> pins it), or the <c>https://</c> URL of a rule file.</summary>
    public string Source { get; init; } = "";

    /// <summary>What it is called in logs and metrics, and its folder; by default the last part of the source.</summary>
    [RegularExpression("^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$", ErrorMessage = "is no name; write letters, digits, '-' and '_'.")]
    public string Name { get; init; } = "";

    /// <summary>Time between two looks at it.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "365.00:00:00")]
    public TimeSpan Interval { get; init; } = TimeSpan.FromHours(6);

    /// <summary>File with the public key that must have signed what is there (PEM; ECDSA P-256 or Ed25519): by cosign for an artifact, in a file beside it (<c>.sig</c>) for a URL.</summary>
    public string PublicKey { get; init; } = "";

    /// <summary>Takes what nobody has signed. Who can write to the source, or sits in between, then decides what is detected.</summary>
    public bool AllowUnsigned { get; init; }

    /// <summary>The user, where the source wants one.</summary>
    public string Username { get; init; } = "";

    /// <summary>The user's password or token.</summary>
    public Secret Password { get; init; } = Secret.None;

    /// <summary>A <c>config.json</c> of Docker with credentials for the registry, when no user is named.</summary>
    public string DockerConfig { get; init; } = "";

    /// <summary>File with the certificate of the authority that signed the source's; empty trusts the system's authorities.</summary>
    public string CaCert { get; init; } = "";

    /// <summary>Speaks HTTP without TLS, for a registry on this machine.</summary>
    public bool PlainHttp { get; init; }

    /// <summary>The source, understood; null when it is none.</summary>
    internal RulesSource? Parsed => RulesSource.Parse(Source, out _);

    /// <summary>What it is called.</summary>
    internal string EffectiveName => Name.Length > 0 ? Name : Parsed?.ShortName ?? "rules";

    /// <inheritdoc/>
    public IEnumerable<OptionFault> Validate()
    {
        if (RulesSource.Parse(Source, out var fault) is not { } source)
        {
            yield return new OptionFault("source", fault);
            yield break;
        }

        if (source.Url?.Scheme == Uri.UriSchemeHttp && !PlainHttp)
        {
            yield return new OptionFault("source", "This URL is without TLS, so that anybody in between could put other rules in place; write 'https://', or set 'plain_http: true'.");
        }

        if (PublicKey.Length == 0 && !AllowUnsigned)
        {
            yield return new OptionFault("public_key", "Rules from elsewhere decide what is detected, so that their signature is checked: name the file of the public key, or set 'allow_unsigned: true' to take them from anybody.");
        }

        if (PublicKey.Length > 0 && AllowUnsigned)
        {
            yield return new OptionFault("allow_unsigned", "There is a 'public_key' too, which must have signed; take one of the two out.");
        }

        if (Username.Length == 0 != Password.IsEmpty)
        {
            yield return new OptionFault("password", "A user and a password belong together; one of them is missing ('username', 'password').");
        }

        if (PlainHttp && (!Password.IsEmpty || DockerConfig.Length > 0) && !IsThisMachine(source))
        {
            yield return new OptionFault("plain_http", "A password would be sent without TLS over the network; take 'plain_http' out, or the password.");
        }
    }

    private static bool IsThisMachine(RulesSource source) =>
        Uri.TryCreate(source.Url?.ToString() ?? $"http://{source.Registry}/", UriKind.Absolute, out var url) && url.IsLoopback;
}
