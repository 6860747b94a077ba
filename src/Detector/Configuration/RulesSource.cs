using System.Text.RegularExpressions;

namespace Saker.Detector.Configuration;

/// <summary>Where rules are fetched from: an artifact in an OCI registry, or a file behind a URL.</summary>
internal sealed partial record RulesSource
{
    private const string Scheme = "oci://";
    private const string DefaultTag = "latest";

    /// <summary>The file's address; null for an artifact.</summary>
    public Uri? Url { get; private init; }

    /// <summary>The registry with its port; empty for a URL.</summary>
    public string Registry { get; private init; } = "";

    /// <summary>The repository in the registry.</summary>
    public string Repository { get; private init; } = "";

    /// <summary>A tag, or a digest (<c>sha256:…</c>), which never changes.</summary>
    public string Reference { get; private init; } = "";

    /// <summary>Whether the reference is a digest.</summary>
    public bool IsPinned => Reference.StartsWith("sha256:", StringComparison.Ordinal);

    /// <summary>The source as it may be shown: a query may hold a token, and is left out.</summary>
    public string Display => Url is not null ? Url.GetLeftPart(UriPartial.Path) : $"{Registry}/{Repository}{(IsPinned ? '@' : ':')}{Reference}";

    /// <summary>The last part of it, without tag and ending.</summary>
    public string ShortName
    {
        get
        {
            var last = (Url?.AbsolutePath ?? Repository).TrimEnd('/').Split('/')[^1];
            var cut = last.IndexOf('.', StringComparison.Ordinal);
            var name = NoNamePart().Replace(cut > 0 ? last[..cut] : last, "-").Trim('-');
            return name.Length == 0 ? "rules" : name;
        }
    }

    /// <summary>Reads a source. Null when it is none; the sentence says what is wrong, without what may be a secret.</summary>
    /// <param name="text">As it was written.</param>
    /// <param name="fault">What is wrong, and the cure.</param>
    public static RulesSource? Parse(string text, out string fault)
    {
        fault = "";
        if (text.StartsWith("https://", StringComparison.OrdinalIgnoreCase) || text.StartsWith("http://", StringComparison.OrdinalIgnoreCase))
        {
            return OfUrl(text, ref fault);
        }

        var rest = text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? text[Scheme.Length..] : text;
        if (rest.Contains("://", StringComparison.Ordinal) || Artifact().Match(rest) is not { Success: true } match)
        {
            fault = "This is neither an artifact nor a URL; write it as in 'ghcr.io/falcosecurity/rules/falco-rules:3' or 'https://example.com/rules.yaml'.";
            return null;
        }

        var digest = match.Groups["digest"].Value;
        var tag = match.Groups["tag"].Value;
        return new RulesSource
        {
            Registry = match.Groups["registry"].Value,
            Repository = match.Groups["repository"].Value,
            Reference = digest.Length > 0 ? digest : tag.Length > 0 ? tag : DefaultTag,
        };
    }

    private static RulesSource? OfUrl(string text, ref string fault)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Host.Length == 0)
        {
            fault = "This is no URL; write it as in 'https://example.com/rules.yaml'.";
            return null;
        }

        if (url.UserInfo.Length > 0)
        {
            fault = "There is a user or a password in this URL, which would be seen in logs; write them into 'username' and 'password'.";
            return null;
        }

        return new RulesSource { Url = url };
    }

    // A registry has a dot or a port in its name, or is this machine; else the first part may as well be a repository's.
    [GeneratedRegex(
        @"\A(?<registry>(?:localhost|[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?|[A-Za-z0-9-]+:[0-9]{1,5})/(?<repository>[a-z0-9]+(?:[._-]+[a-z0-9]+)*(?:/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*)(?::(?<tag>[A-Za-z0-9_][A-Za-z0-9._-]{0,127}))?(?:@(?<digest>sha256:[0-9a-f]{64}))?\z",
        RegexOptions.CultureInvariant | RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Artifact();

    [GeneratedRegex("[^A-Za-z0-9_-]+", RegexOptions.CultureInvariant)]
    private static partial Regex NoNamePart();
}
