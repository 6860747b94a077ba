using System.Buffers;
using Saker.Alerts;

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

    private readonly Secret text;
    private readonly string secretPath; // of the user's own address, which a server may say back

    private HttpTarget(Secret text, Uri address, string secretPath) => (this.text, Address, this.secretPath) = (text, address, secretPath);

    /// <summary>Where to.</summary>
    public Uri Address { get; }

    /// <summary>The target of an address without <see cref="UrlCheck.Fault"/>; a secret, since webhook addresses carry their token.</summary>
    public static HttpTarget Of(Secret address)
    {
        ArgumentNullException.ThrowIfNull(address);
        var target = Parse(address.Reveal());
        return new HttpTarget(address, target, target.PathAndQuery.TrimEnd('/'));
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
        return new HttpTarget(new Secret(whole), Parse(whole), secretPath);
    }

    /// <summary>A text without this address.</summary>
    public string MaskIn(string words)
    {
        var masked = text.MaskIn(words);
        return secretPath.Length == 0 ? masked : masked.Replace(secretPath, Secret.Mask, StringComparison.Ordinal);
    }

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
