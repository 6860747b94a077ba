using System.Buffers.Binary;
using System.Net;
using System.Text;
using SocketAddress = Saker.Detector.State.SocketAddress;

namespace Saker.Detector.RuleTools.Scenes;

/// <summary>Addresses as people write them (<c>10.0.0.2:40000->192.0.2.7:443</c>, <c>/run/docker.sock</c>), in the driver's bytes.</summary>
internal static class SocketText
{
    /// <summary>How an address is to be written.</summary>
    public const string Form = "write 192.0.2.7:443, [2001:db8::1]:443, or the path of a Unix socket";

    /// <summary>How both ends are to be written.</summary>
    public const string PairForm = "write 10.0.0.2:40000->192.0.2.7:443, both of one family, or the path of a Unix socket";

    // Kernel addresses stand in the place of names for the ends of a Unix socket.
    private const ulong UnixSource = 0xffff_8880_0000_1000, UnixDestination = 0xffff_8880_0000_2000;

    private static readonly IPEndPoint source = IPEndPoint.Parse("10.0.0.2:40000");
    private static readonly IPEndPoint source6 = IPEndPoint.Parse("[2001:db8::2]:40000");

    /// <summary>One end; null when the text is none.</summary>
    public static byte[]? Address(string text)
    {
        if (text.StartsWith('/'))
        {
            return [SocketAddress.Unix, .. Encoding.UTF8.GetBytes(text), 0];
        }

        return EndOf(text) is { } end ? [FamilyOf(end), .. BytesOf(end)] : null;
    }

    /// <summary>Both ends; null when the text is none, or has only one.</summary>
    public static byte[]? Pair(string text)
    {
        if (text.StartsWith('/'))
        {
            return UnixPair(text);
        }

        return text.Split("->") is [var left, var right] && EndOf(left.Trim()) is { } from && EndOf(right.Trim()) is { } to && from.AddressFamily == to.AddressFamily
            ? [FamilyOf(to), .. BytesOf(from), .. BytesOf(to)]
            : null;
    }

    /// <summary>Both ends of a socket that was connected to an address, of which only that one is known.</summary>
    public static byte[]? PairTo(string address) => address.StartsWith('/') ? UnixPair(address)
        : EndOf(address) is { } to ? [FamilyOf(to), .. BytesOf(FamilyOf(to) == SocketAddress.Ipv4 ? source : source6), .. BytesOf(to)]
        : null;

    /// <summary>The end that a socket was connected to.</summary>
    public static string DestinationOf(string pair) => pair.StartsWith('/') ? pair : pair[(pair.IndexOf("->", StringComparison.Ordinal) + 2)..].Trim();

    private static byte[] UnixPair(string path)
    {
        var bytes = new byte[1 + (2 * sizeof(ulong)) + Encoding.UTF8.GetByteCount(path) + 1];
        bytes[0] = SocketAddress.Unix;
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(1), UnixSource);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(1 + sizeof(ulong)), UnixDestination);
        Encoding.UTF8.GetBytes(path, bytes.AsSpan(1 + (2 * sizeof(ulong))));
        return bytes;
    }

    // Without a port the text may be a number, which the library takes for an address.
    private static IPEndPoint? EndOf(string text) => text.Contains(':', StringComparison.Ordinal) && IPEndPoint.TryParse(text, out var end) ? end : null;

    private static byte FamilyOf(IPEndPoint end) => end.Address.GetAddressBytes().Length == 4 ? SocketAddress.Ipv4 : SocketAddress.Ipv6;

    private static byte[] BytesOf(IPEndPoint end)
    {
        var port = new byte[sizeof(ushort)];
        BinaryPrimitives.WriteUInt16LittleEndian(port, (ushort)end.Port);
        return [.. end.Address.GetAddressBytes(), .. port];
    }
}
