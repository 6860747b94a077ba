using Saker.Alerts;
using Saker.Settings;

namespace Saker.Outputs.Requests;

/// <summary>Checks what the options of HTTP outputs have in common.</summary>
public static class UrlCheck
{
    /// <summary>What is wrong with the address at a key, as the faults of options.</summary>
    public static IEnumerable<OptionFault> Faults(string key, Secret address) => Fault(address) is { } fault ? [new OptionFault(key, fault)] : [];

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
