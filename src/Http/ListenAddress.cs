using System.Diagnostics.CodeAnalysis;
using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using System.Net.Sockets;

namespace Saker.Http;

/// <summary>Where a program listens: an IP address, <c>localhost</c>, or every address of the machine.</summary>
public sealed record ListenAddress : IParsable<ListenAddress>
{
    private ListenAddress(string text, IPAddress? address)
    {
        Text = text;
        Address = address;
    }

    /// <summary>Every address, IPv4 and IPv6.</summary>
    public static ListenAddress Any { get; } = new("", IPAddress.IPv6Any);

    /// <summary>The loopback address of IPv4.</summary>
    public static ListenAddress Loopback { get; } = new("127.0.0.1", IPAddress.Loopback);

    /// <summary>True when only programs on this machine reach it.</summary>
    public bool IsLoopback => Address is null || IPAddress.IsLoopback(Address);

    /// <summary>As it was written; empty for every address.</summary>
    public string Text { get; }

    /// <summary>Null for <c>localhost</c>, which is the loopback address of both families.</summary>
    public IPAddress? Address { get; }

    /// <inheritdoc/>
    /// <exception cref="FormatException">The text is no address; the message goes on from "The value".</exception>
    public static ListenAddress Parse(string s, IFormatProvider? provider) =>
        TryParse(s, provider, out var address) ? address : throw new FormatException("is not an IP address; write one, 'localhost', or nothing for every address.");

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, [MaybeNullWhen(false)] out ListenAddress result)
    {
        var text = s?.Trim() ?? "";
        result = text.Length == 0 ? Any
            : text.Equals("localhost", StringComparison.OrdinalIgnoreCase) ? new ListenAddress(text, null)
            : IPAddress.TryParse(text, out var address) && IsWhole(address, text) ? new ListenAddress(text, address)
            : null;
        return result is not null;
    }

    /// <summary>Lets a server listen on a port of this address.</summary>
    public void Listen(KestrelServerOptions kestrel, int port, Action<ListenOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(kestrel);
        if (Address is null)
        {
            kestrel.ListenLocalhost(port, configure);
        }
        else if (Address.Equals(IPAddress.IPv6Any))
        {
            kestrel.ListenAnyIP(port, configure);
        }
        else
        {
            kestrel.Listen(Address, port, configure);
        }
    }

    /// <inheritdoc/>
    public override string ToString() => Text;

    // .NET also takes '1', '127.1', '0x7f.1' and '010.0.0.1' for addresses, and not for those that people mean.
    private static bool IsWhole(IPAddress address, string text) => address.AddressFamily == AddressFamily.InterNetworkV6 || address.ToString() == text;
}
