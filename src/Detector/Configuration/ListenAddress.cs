using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace Saker.Detector.Configuration;

/// <summary>An IP address to listen on, or <c>localhost</c>.</summary>
/// <param name="Address">The address.</param>
internal sealed record ListenAddress(IPAddress Address) : IParsable<ListenAddress>
{
    public static ListenAddress Parse(string s, IFormatProvider? provider) =>
        TryParse(s, provider, out var address) ? address : throw new FormatException("is not an IP address; write one, as in '127.0.0.1', or 'localhost'.");

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, [MaybeNullWhen(false)] out ListenAddress result)
    {
        result = s is "localhost" ? new ListenAddress(IPAddress.Loopback)
            : IPAddress.TryParse(s, out var address) ? new ListenAddress(address)
            : null;
        return result is not null;
    }

    public override string ToString() => Address.ToString();
}
