using Saker.Alerts;

namespace Saker.Outputs.Http;

/// <summary>Checks what the options of HTTP outputs have in common.</summary>
internal static class UrlCheck
{
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
}
