using System.Net;
using System.Net.Sockets;

namespace Saker.Router.Cli;

/// <summary>How a command on this machine names the address on which the router listens.</summary>
internal static class LocalAddress
{
    /// <summary>The host of a URL.</summary>
    public static string Of(IPAddress? listening) =>
        listening is null || listening.Equals(IPAddress.IPv6Any) || listening.Equals(IPAddress.Any) ? "127.0.0.1"
        : listening.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{listening}]"
        : listening.ToString();
}
