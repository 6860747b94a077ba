using System.Buffers;
using Saker.Alerts;

namespace Saker.Outputs.Http;

/// <summary>Checks what the options of HTTP outputs have in common.</summary>
internal static class UrlCheck
{
    // RFC 9110, 5.6.2: token.
    private static readonly SearchValues<char> TokenCharacters =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    /// <summary>What is wrong with an address; null when nothing is. Never shows the address.</summary>
    public static string? Fault(Secret address)
    {
        var text = address.Reveal();
        if (text.Length == 0)
        {
            return null;
        }

        if (!text.StartsWith("http://", StringComparison.OrdinalIgnoreCase) && !text.StartsWith("https://", StringComparison.OrdinalIgnoreCase))
        {
            return "The address must begin with http:// or https://.";
        }

        return Uri.TryCreate(text, UriKind.Absolute, out _) ? null : "This is no URL.";
    }

    /// <summary>True for what may be the name of a header.</summary>
    public static bool IsHeaderName(string name) => name.Length > 0 && !name.AsSpan().ContainsAnyExcept(TokenCharacters);
}
