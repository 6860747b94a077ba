using System.Buffers;
using Saker.Alerts;
using Saker.Http;

namespace Saker.Outputs.Requests;

/// <summary>
/// The address of requests, parsed once and sent as it was written, as programs in Go send it: .NET alone resolves <c>..</c> and rewrites
/// escapes (<c>%7E</c>), which a signed address does not survive.
/// </summary>
public sealed class HttpTarget
{
    // RFC 3986, 2: what may stand in path and query; without '#', which begins what is not sent.
    private static readonly SearchValues<char> Plain =
        SearchValues.Create("!$%&'()*+,-./0123456789:;=?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]_abcdefghijklmnopqrstuvwxyz~");

    private const int MinMaskedLength = 8;

    private readonly Secret text;
    private readonly IReadOnlyList<Secret> parts; // of the user's own address, which a server may say back

    private HttpTarget(Secret text, Uri address, IReadOnlyList<Secret> parts) => (this.text, Address, this.parts) = (text, address, parts);

    /// <summary>Where to.</summary>
    public Uri Address { get; }

    /// <summary>The target of an address without <see cref="UrlCheck.Fault"/>; a secret, since webhook addresses carry their token.</summary>
    public static HttpTarget Of(Secret address)
    {
        ArgumentNullException.ThrowIfNull(address);
        var target = Parse(address.Reveal());
        return new HttpTarget(address, target, [.. Parts(target)]);
    }

    /// <summary>A path below an address, with one slash between the two.</summary>
    public static HttpTarget Of(Secret address, string path) => Of(address).Below(path);

    /// <summary>A path below this address, for one that is another with each request.</summary>
    public HttpTarget Below(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (path.Length == 0)
        {
            return this;
        }

        var whole = $"{text.Reveal().TrimEnd('/')}/{path.TrimStart('/')}";
        return new HttpTarget(new Secret(whole), Parse(whole), parts);
    }

    /// <summary>A text without this address.</summary>
    public string MaskIn(string words)
    {
        return parts.Aggregate(text.MaskIn(words), static (masked, part) => part.MaskIn(masked));
    }

    // The longest first: what is masked of one must not hide the rest of another.
    private static IEnumerable<Secret> Parts(Uri target)
    {
        yield return new Secret(target.PathAndQuery.TrimEnd('/'));
        foreach (var value in target.Query.TrimStart('?').Split('&').Select(static pair => pair[(pair.IndexOf('=', StringComparison.Ordinal) + 1)..]).Where(IsLong))
        {
            yield return new Secret(value);
        }

        if (BasicCredentials.Of(target) is { Length: > 0 } credentials)
        {
            yield return new Secret(credentials);
            foreach (var password in new[] { target.UserInfo, Uri.UnescapeDataString(target.UserInfo) }.Select(static info => info[(info.IndexOf(':', StringComparison.Ordinal) + 1)..]).Where(IsLong))
            {
                yield return new Secret(password);
            }
        }
    }

    // A shorter one stands in every second sentence.
    private static bool IsLong(string value) => value.Length >= MinMaskedLength;

    private static Uri Parse(string text)
    {
        var authority = text.IndexOf("://", StringComparison.Ordinal) + "://".Length;
        var path = text.IndexOf('/', authority);

        // What must be escaped before it can be sent is .NET's to escape.
        return path < 0 || text.AsSpan(path).ContainsAnyExcept(Plain)
            ? new Uri(text)
            : new Uri(text, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
    }
}
