using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Saker.Detector.Events;

namespace Saker.Detector.State;

/// <summary>An address parameter: one end of a socket.</summary>
internal readonly ref struct SocketEnd
{
    /// <summary>The driver's number of the family.</summary>
    public byte Family { get; init; }

    /// <summary>4 or 16 bytes in network order; empty for other families.</summary>
    public ReadOnlySpan<byte> Ip { get; init; }

    /// <summary>The port.</summary>
    public ushort Port { get; init; }

    /// <summary>The path of a Unix socket.</summary>
    public ReadOnlySpan<byte> Path { get; init; }

    /// <summary>The same end; a mapped address as the IPv4 address that it is.</summary>
    public SocketEnd Unmapped => new() { Family = Family, Ip = SocketAddress.Unmap(Ip), Port = Port, Path = Path };
}

/// <summary>A tuple parameter: both ends of a socket.</summary>
internal readonly ref struct SocketTuple
{
    /// <summary>The driver's number of the family.</summary>
    public byte Family { get; init; }

    /// <summary>4 or 16 bytes in network order; empty for other families.</summary>
    public ReadOnlySpan<byte> SourceIp { get; init; }

    /// <summary>Port of the source.</summary>
    public ushort SourcePort { get; init; }

    /// <summary>4 or 16 bytes in network order; empty for other families.</summary>
    public ReadOnlySpan<byte> DestinationIp { get; init; }

    /// <summary>Port of the destination.</summary>
    public ushort DestinationPort { get; init; }

    /// <summary>Kernel address of the source of a Unix socket.</summary>
    public ulong Source { get; init; }

    /// <summary>Kernel address of the destination of a Unix socket.</summary>
    public ulong Destination { get; init; }

    /// <summary>The path of a Unix socket.</summary>
    public ReadOnlySpan<byte> Path { get; init; }

    /// <summary>Destination and source exchanged.</summary>
    public SocketTuple Swapped => new()
    {
        Family = Family,
        SourceIp = DestinationIp,
        SourcePort = DestinationPort,
        DestinationIp = SourceIp,
        DestinationPort = SourcePort,
        Source = Destination,
        Destination = Source,
        Path = Path,
    };

    /// <summary>The same ends; those of a connection over IPv4 as IPv4 addresses, when both are mapped.</summary>
    public SocketTuple Unmapped => SocketAddress.IsMapped(SourceIp) && SocketAddress.IsMapped(DestinationIp)
        ? WithIps(SocketAddress.Unmap(SourceIp), SocketAddress.Unmap(DestinationIp))
        : this;

    /// <summary>As <see cref="Unmapped"/>, also when one end is mapped and the other is not bound to any address.</summary>
    public SocketTuple UnmappedOrAny
    {
        get
        {
            var isSource = SocketAddress.IsMapped(SourceIp);
            var isDestination = SocketAddress.IsMapped(DestinationIp);
            return isSource && isDestination ? Unmapped
                : isSource && SocketAddress.IsAny(DestinationIp) ? WithIps(SocketAddress.Unmap(SourceIp), DestinationIp[..4])
                : isDestination && SocketAddress.IsAny(SourceIp) ? WithIps(SourceIp[..4], SocketAddress.Unmap(DestinationIp))
                : this;
        }
    }

    private SocketTuple WithIps(ReadOnlySpan<byte> source, ReadOnlySpan<byte> destination) => new()
    {
        Family = Family,
        SourceIp = source,
        SourcePort = SourcePort,
        DestinationIp = destination,
        DestinationPort = DestinationPort,
    };
}

/// <summary>Reads address parameters and keeps a socket's ends and name.</summary>
internal static unsafe class SocketAddress
{
    /// <summary>Bytes of a Unix socket's name at most: two addresses and a path of 108 bytes, which is all that the kernel allows.</summary>
    private const int MaxUnixName = 256;

    /// <summary>The driver's number of AF_UNIX.</summary>
    public const byte Unix = 1;

    /// <summary>The driver's number of AF_INET.</summary>
    public const byte Ipv4 = 2;

    /// <summary>The driver's number of AF_INET6.</summary>
    public const byte Ipv6 = 10;

    /// <summary>The driver's number of AF_NETLINK.</summary>
    public const byte Netlink = 16;

    private static ReadOnlySpan<byte> Mapping => [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];

    /// <summary>True for an IPv4 address in IPv6's clothes: <c>::ffff:192.0.2.1</c>.</summary>
    public static bool IsMapped(ReadOnlySpan<byte> ip) => ip.Length == 16 && ip.StartsWith(Mapping);

    /// <summary>True for an address of zeros: none, or any.</summary>
    public static bool IsAny(ReadOnlySpan<byte> ip) => !ip.ContainsAnyExcept((byte)0);

    /// <summary>The IPv4 address of a mapped one, any other as it is.</summary>
    public static ReadOnlySpan<byte> Unmap(ReadOnlySpan<byte> ip) => IsMapped(ip) ? ip[Mapping.Length..] : ip;

    /// <summary>Reads a SOCKADDR parameter; false when it is empty or cut.</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out SocketEnd end)
    {
        end = default;
        if (bytes.IsEmpty)
        {
            return false;
        }

        var family = bytes[0];
        bytes = bytes[1..];
        var size = SizeOf(family);
        if (size > 0 && bytes.Length < size + 2)
        {
            return false;
        }

        end = size > 0
            ? new SocketEnd { Family = family, Ip = bytes[..size], Port = BinaryPrimitives.ReadUInt16LittleEndian(bytes[size..]) }
            : new SocketEnd { Family = family, Path = EventView.CutAtZero(bytes) };
        return true;
    }

    /// <summary>Reads a SOCKTUPLE parameter; false when it is empty or cut.</summary>
    public static bool TryParseTuple(ReadOnlySpan<byte> bytes, out SocketTuple tuple)
    {
        tuple = default;
        if (bytes.IsEmpty)
        {
            return false;
        }

        var family = bytes[0];
        bytes = bytes[1..];
        var size = SizeOf(family);
        if (size > 0)
        {
            if (bytes.Length < 2 * (size + 2))
            {
                return false;
            }

            tuple = new SocketTuple
            {
                Family = family,
                SourceIp = bytes[..size],
                SourcePort = BinaryPrimitives.ReadUInt16LittleEndian(bytes[size..]),
                DestinationIp = bytes.Slice(size + 2, size),
                DestinationPort = BinaryPrimitives.ReadUInt16LittleEndian(bytes[(2 * size + 2)..]),
            };
            return true;
        }

        if (family != Unix || bytes.Length < 16)
        {
            return false;
        }

        tuple = new SocketTuple
        {
            Family = family,
            Source = BinaryPrimitives.ReadUInt64LittleEndian(bytes),
            Destination = BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]),
            Path = EventView.CutAtZero(bytes[16..]),
        };
        return true;
    }

    /// <summary>Makes both ends of a socket those of a tuple.</summary>
    public static void SetTuple(MachineState state, FdEntry* entry, in SocketTuple told, EventFrame frame)
    {
        var tuple = told.UnmappedOrAny;
        if (tuple.Family == Unix)
        {
            entry->Kind = FdKind.UnixSocket;
            SetKernelAddresses(entry, tuple.Source, tuple.Destination);
            Span<byte> buffer = stackalloc byte[MaxUnixName];
            var name = new Utf8Writer(buffer);
            WriteUnixEnds(tuple, ref name);
            Rename(state, entry, name.Written, frame);
            return;
        }

        entry->Kind = tuple.SourceIp.Length == 4 ? FdKind.Ipv4Socket : FdKind.Ipv6Socket;
        entry->Source = entry->Destination = default;
        tuple.SourceIp.CopyTo(entry->Source);
        tuple.DestinationIp.CopyTo(entry->Destination);
        entry->SourcePort = tuple.SourcePort;
        entry->DestinationPort = tuple.DestinationPort;
        NameFromEnds(state, entry, frame);
    }

    /// <summary>Gives a socket whose destination is unknown the one that its connect asked for.</summary>
    public static void CompleteDestination(MachineState state, FdEntry* entry, in SocketEnd told, EventFrame frame)
    {
        var end = told.Unmapped;
        if (end.Family == Unix && entry->Kind == FdKind.UnixSocket)
        {
            if (entry->Name.IsEmpty)
            {
                Rename(state, entry, end.Path, frame);
            }

            return;
        }

        if (!entry->HasTwoEnds || IsAny(end.Ip) || !IsAny(Bytes(ref entry->Destination, entry->AddressLength)))
        {
            return;
        }

        var kind = end.Ip.Length == 4 ? FdKind.Ipv4Socket : FdKind.Ipv6Socket;
        if (entry->Kind != kind)
        {
            if (end.Ip.Length == told.Ip.Length)
            {
                return; // an address that this socket cannot connect to
            }

            entry->Kind = kind;
            entry->Source = default;
        }

        end.Ip.CopyTo(entry->Destination);
        entry->DestinationPort = end.Port;
        NameFromEnds(state, entry, frame);
    }

    /// <summary>
    /// Takes over the ends that a message showed, for a socket that is not connected. Who sends first is the client; who
    /// receives first is the server.
    /// </summary>
    public static void Learn(MachineState state, FdEntry* entry, in SocketTuple told, EventFrame frame, bool isSend)
    {
        var tuple = told.UnmappedOrAny;
        var isServer = (entry->State & FdState.RoleServer) != 0 || ((entry->State & FdState.RoleClient) == 0 && !isSend);
        entry->State |= isServer ? FdState.RoleServer : FdState.RoleClient;
        var source = tuple.SourceIp;
        var destination = tuple.DestinationIp;
        if (IsAny(source))
        {
            source = OwnAddress(state, destination);
        }
        else if (IsAny(destination))
        {
            destination = OwnAddress(state, source);
        }
        // A tuple tells source and destination of the message; the entry keeps client and server.
        var asIs = isServer != isSend;
        var filled = new SocketTuple
        {
            Family = tuple.Family,
            SourceIp = source,
            SourcePort = tuple.SourcePort,
            DestinationIp = destination,
            DestinationPort = tuple.DestinationPort,
        };
        SetTuple(state, entry, asIs ? filled : filled.Swapped, frame);
    }

    /// <summary>
    /// A datagram socket that is bound to no address reports zeros; the address that its peer sees is one of the host's: the
    /// peer's own when that is local too, else the first that is no loopback; zeros when the host's addresses are unknown.
    /// </summary>
    private static ReadOnlySpan<byte> OwnAddress(MachineState state, ReadOnlySpan<byte> peer)
    {
        if (state.Interfaces.Contains(peer))
        {
            return peer;
        }

        var external = state.Interfaces.FirstExternal(peer.Length);
        return external.IsEmpty ? unspecified[..peer.Length] : external;
    }

    private static ReadOnlySpan<byte> unspecified => [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    /// <summary>Writes the ends of a Unix socket: the kernel's addresses, and the path that was bound.</summary>
    public static void WriteUnixEnds(in SocketTuple tuple, ref Utf8Writer writer)
    {
        writer.AddLowerHex(tuple.Source);
        writer.Add("->"u8);
        writer.AddLowerHex(tuple.Destination);
        writer.Add((byte)' ');
        writer.Add(tuple.Path);
    }

    /// <summary>Keeps the kernel's addresses of a Unix socket's ends.</summary>
    public static void SetKernelAddresses(FdEntry* entry, ulong source, ulong destination)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(entry->Source, source);
        BinaryPrimitives.WriteUInt64LittleEndian(entry->Destination, destination);
    }

    /// <summary>Names an internet socket after its ends: <c>1.2.3.4:5->6.7.8.9:80</c>, or <c>0.0.0.0:80</c> for a server.</summary>
    public static void NameFromEnds(MachineState state, FdEntry* entry, EventFrame frame)
    {
        Span<byte> buffer = stackalloc byte[128];
        var name = Write(entry, buffer);
        Rename(state, entry, name, frame);
    }

    /// <summary>The text of an internet socket's ends.</summary>
    public static ReadOnlySpan<byte> Write(FdEntry* entry, Span<byte> buffer)
    {
        var length = entry->AddressLength;
        var writer = new Utf8Writer(buffer);
        var source = Bytes(ref entry->Source, length);
        var destination = Bytes(ref entry->Destination, length);
        if (entry->HasTwoEnds)
        {
            writer.AddEnd(source, entry->SourcePort);
            writer.Add("->"u8);
        }

        writer.AddEnd(destination, entry->DestinationPort);
        return writer.Written;
    }

    /// <summary>The first bytes of an address.</summary>
    public static ReadOnlySpan<byte> Bytes(ref AddressBytes address, int length) => MemoryMarshal.CreateReadOnlySpan(ref address[0], length);

    private static int SizeOf(byte family) => family switch
    {
        Ipv4 => 4,
        Ipv6 => 16,
        _ => 0,
    };

    /// <summary>Gives a descriptor another name, and says so to the rules when it is a different one.</summary>
    public static void Rename(MachineState state, FdEntry* entry, ReadOnlySpan<byte> name, EventFrame frame)
    {
        if (entry->Name.Span.SequenceEqual(name))
        {
            return;
        }

        state.Texts.Set(ref entry->Name, name);
        frame.NameChanged = true;
    }
}
