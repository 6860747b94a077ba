using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;

namespace Saker.Outputs.Proxies;

/// <summary>IP addresses as Go reads them: four decimal numbers, or IPv6. .NET alone takes <c>1</c>, <c>127.1</c>, <c>0x7f.1</c> and <c>010.0.0.1</c> as well.</summary>
internal static class GoAddress
{
    public static bool TryParse(string text, [NotNullWhen(true)] out IPAddress? address) =>
        IPAddress.TryParse(text, out address)
        && (address.AddressFamily == AddressFamily.InterNetworkV6 ? !text.StartsWith('[') : address.ToString() == text);
}
