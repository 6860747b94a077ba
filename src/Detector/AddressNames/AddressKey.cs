using System.Buffers.Binary;
using System.Net;

namespace Saker.Detector.AddressNames;

/// <summary>An address as a key of tables.</summary>
/// <param name="High">The first half of an IPv6 address; 0 for IPv4.</param>
/// <param name="Low">The second half, or the IPv4 address.</param>
/// <param name="Length">Its bytes: 4 or 16.</param>
internal readonly record struct AddressKey(ulong High, ulong Low, int Length)
{
    /// <summary>The key of an address of 4 or 16 bytes.</summary>
    public static AddressKey Of(ReadOnlySpan<byte> address) => address.Length == 4
        ? new AddressKey(0, BinaryPrimitives.ReadUInt32BigEndian(address), 4)
        : new AddressKey(BinaryPrimitives.ReadUInt64BigEndian(address), BinaryPrimitives.ReadUInt64BigEndian(address[8..]), 16);

    /// <summary>The key of an address.</summary>
    public static AddressKey Of(IPAddress address) => Of((address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).GetAddressBytes());

    /// <summary>The address.</summary>
    public IPAddress ToAddress()
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, High);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], Low);
        return new IPAddress(Length == 4 ? bytes[12..] : bytes);
    }
}
