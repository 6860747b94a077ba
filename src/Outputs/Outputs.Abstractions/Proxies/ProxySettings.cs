using System.Net;
using Saker.Alerts;

namespace Saker.Outputs.Proxies;

/// <summary>
/// The proxies towards destinations, from the variables that Go's programs read, as they mean them: <c>HTTPS_PROXY</c> for https,
/// <c>HTTP_PROXY</c> for http, <c>NO_PROXY</c> for what needs none; in capitals first, then in small letters.
/// </summary>
public sealed class ProxySettings : IWebProxy
{
    private const string Wanted = "write it as in 'http://proxy.example.com:3128', with http, https or socks5";
    private const string NoneWord = "none";

    private readonly Uri? http;
    private readonly Uri? https;
    private readonly NoProxyList without;
    private readonly bool isForAll;

    private ProxySettings(Uri? http, Uri? https, NoProxyList without, ProxyCredentials? credentials, bool isForAll = false)
    {
        (this.http, this.https, this.without, this.isForAll) = (http, https, without, isForAll);
        Credentials = credentials;
    }

    /// <summary>No proxy.</summary>
    public static ProxySettings None { get; } = new(null, null, new NoProxyList("", static _ => { }), null);

    /// <summary>True when no destination has a proxy.</summary>
    public bool IsNone => http is null && https is null;

    /// <summary>User and password of the proxies; they stand nowhere else.</summary>
    public ICredentials? Credentials { get; set; }

    /// <summary>One proxy for every destination, this machine included; the word <c>none</c> is none.</summary>
    /// <param name="address">An address without <see cref="Fault"/>; a secret, since it may hold a password.</param>
    public static ProxySettings ForAll(Secret address)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (IsNoneWord(address) || Parse(address.Reveal().Trim()) is not { } proxy)
        {
            return None;
        }

        var credentials = new ProxyCredentials();
        var plain = credentials.TakeOut(proxy);
        return new ProxySettings(plain, plain, new NoProxyList("", static _ => { }), credentials, isForAll: true);
    }

    /// <summary>What is wrong with the address of a proxy, without showing it; null when nothing is.</summary>
    public static string? Fault(Secret address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return address.IsEmpty || IsNoneWord(address) || Parse(address.Reveal().Trim()) is not null ? null : $"This is no address of a proxy; {Wanted}, or '{NoneWord}'.";
    }

    /// <summary>Reads the variables.</summary>
    /// <param name="variable">The value of a variable; null or empty when it is not set.</param>
    /// <param name="error">Gets the name of a variable that cannot be used, and a sentence without its value.</param>
    /// <param name="warning">The same for what is left out.</param>
    public static ProxySettings Read(Func<string, string?> variable, Action<string, string> error, Action<string, string> warning)
    {
        ArgumentNullException.ThrowIfNull(variable);
        ArgumentNullException.ThrowIfNull(error);
        ArgumentNullException.ThrowIfNull(warning);
        var credentials = new ProxyCredentials();
        var http = Proxy("HTTP_PROXY");
        var https = Proxy("HTTPS_PROXY");
        var (noProxy, list) = First("NO_PROXY");

        // A web server that runs CGI programs puts the header 'Proxy' of any request into this variable (https://httpoxy.org).
        if (http is not null && !string.IsNullOrEmpty(variable("REQUEST_METHOD")))
        {
            error("HTTP_PROXY", "This is not used beside REQUEST_METHOD, which says that a web server started this program: any of its visitors could have set it. Unset one of the two.");
            http = null;
        }

        return new ProxySettings(http, https, new NoProxyList(list, sentence => warning(noProxy, sentence)), credentials);

        Uri? Proxy(string name)
        {
            var (found, text) = First(name);
            if (text.Length == 0)
            {
                return null;
            }

            if (Parse(text) is not { } proxy)
            {
                error(found, $"This is no address of a proxy; {Wanted}.");
                return null;
            }

            return credentials.TakeOut(proxy);
        }

        (string Name, string Text) First(string name)
        {
            var small = name.ToLowerInvariant();
            return variable(name) is { Length: > 0 } text ? (name, text.Trim()) : (small, variable(small)?.Trim() ?? "");
        }
    }

    /// <inheritdoc/>
    public Uri? GetProxy(Uri destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        var proxy = destination.Scheme == Uri.UriSchemeHttps ? https : destination.Scheme == Uri.UriSchemeHttp ? http : null;
        if (proxy is null || isForAll)
        {
            return proxy;
        }

        var host = destination.IdnHost.Trim('[', ']');
        var isAddress = GoAddress.TryParse(host, out var address);
        return host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (isAddress && IPAddress.IsLoopback(address!))
            || without.Contains(host, address, destination.Port)
                ? null
                : proxy;
    }

    /// <inheritdoc/>
    public bool IsBypassed(Uri host) => GetProxy(host) is null;

    /// <summary>For a person: <c>http by http://proxy:3128</c>, without user and password; <c>none</c> for none.</summary>
    public override string ToString()
    {
        var parts = new List<string>();
        if (http is not null)
        {
            parts.Add($"http by {http.GetLeftPart(UriPartial.Authority)}");
        }

        if (https is not null)
        {
            parts.Add($"https by {https.GetLeftPart(UriPartial.Authority)}");
        }

        return parts.Count == 0 ? "none" : string.Join(", ", parts);
    }

    private static bool IsNoneWord(Secret address) => address.Reveal().Trim().Equals(NoneWord, StringComparison.OrdinalIgnoreCase);

    // 'proxy:3128' and '10.0.0.1:3128' have no scheme, which is http then.
    private static Uri? Parse(string text)
    {
        var withScheme = text.Contains("://", StringComparison.Ordinal) ? text : $"http://{text}";
        return !withScheme.Any(char.IsControl) && Uri.TryCreate(withScheme, UriKind.Absolute, out var proxy)
            && proxy.Scheme is "http" or "https" or "socks5" or "socks5h" && proxy.Host.Length > 0
                ? proxy
                : null;
    }

    // What the handler prints of a proxy is its address: user and password are not in it.
    private sealed class ProxyCredentials : ICredentials
    {
        private readonly Dictionary<string, NetworkCredential> byAuthority = new(StringComparer.OrdinalIgnoreCase);

        public Uri TakeOut(Uri proxy)
        {
            // Names are always looked up by a socks proxy, so that the two schemes mean one thing.
            var scheme = proxy.Scheme == "socks5h" ? "socks5" : proxy.Scheme;
            var port = proxy.Port > 0 ? proxy.Port : 1080;
            var plain = new UriBuilder(scheme, proxy.Host, port).Uri;
            if (proxy.UserInfo.Length > 0)
            {
                var colon = proxy.UserInfo.IndexOf(':', StringComparison.Ordinal);
                var user = colon < 0 ? proxy.UserInfo : proxy.UserInfo[..colon];
                var password = colon < 0 ? "" : proxy.UserInfo[(colon + 1)..];
                byAuthority[Key(plain)] = new NetworkCredential(Uri.UnescapeDataString(user), Uri.UnescapeDataString(password));
            }

            return plain;
        }

        public NetworkCredential? GetCredential(Uri uri, string authType) => byAuthority.GetValueOrDefault(Key(uri));

        private static string Key(Uri uri) => $"{uri.Scheme}://{uri.Host}:{uri.Port}";
    }
}
