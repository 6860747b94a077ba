using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Saker.Detector.Events;
using Saker.Detector.State.Handlers;

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
}

/// <summary>Reads address parameters and keeps a socket's ends and name.</summary>
internal static unsafe class SocketAddress
{
    /// <summary>The driver's number of AF_UNIX.</summary>
    public const byte Unix = 1;

    /// <summary>The driver's number of AF_INET.</summary>
    public const byte Ipv4 = 2;

    /// <summary>The driver's number of AF_INET6.</summary>
    public const byte Ipv6 = 10;

    /// <summary>The driver's number of AF_NETLINK.</summary>
    public const byte Netlink = 16;

    /// <summary>Reads a SOCKADDR parameter; false when it is empty or cut.</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out SocketEnd end)
    {
        end = default;
        if (bytes.IsEmpty)
            return false;
        byte family = bytes[0];
        bytes = bytes[1..];
        int size = SizeOf(family);
        if (size > 0 && bytes.Length < size + 2)
            return false;
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
            return false;
        byte family = bytes[0];
        bytes = bytes[1..];
        int size = SizeOf(family);
        if (size > 0)
        {
            if (bytes.Length < 2 * (size + 2))
                return false;
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
            return false;
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
    public static void SetTuple(MachineState state, FdEntry* entry, in SocketTuple tuple, EventFrame frame)
    {
        if (tuple.Family == Unix)
        {
            entry->Kind = FdKind.UnixSocket;
            SetKernelAddresses(entry, tuple.Source, tuple.Destination);
            SocketHandlers.Rename(state, entry, tuple.Path, frame);
            return;
        }
        entry->Kind = tuple.SourceIp.Length == 4 ? FdKind.Ipv4Socket : FdKind.Ipv6Socket;
        entry->Source = entry->Destination = default;
        tuple.SourceIp.CopyTo(entry->Source);
        tuple.DestinationIp.CopyTo(entry->Destination);
        entry->SourcePort = tuple.SourcePort;
        entry->DestinationPort = tuple.DestinationPort;
        int length = tuple.SourceIp.Length;
        if (entry->Protocol == SocketProtocol.Udp && tuple.SourcePort != 0)
            FillUnspecified(state, ref entry->Source, ref entry->Destination, length);
        NameFromEnds(state, entry, frame);
    }

    /// <summary>
    /// Takes over the ends that a message showed, for a socket that is not connected. Who sends first is the client; who
    /// receives first is the server.
    /// </summary>
    public static void Learn(MachineState state, FdEntry* entry, in SocketTuple tuple, EventFrame frame, bool isSend)
    {
        bool isServer = (entry->State & FdState.RoleServer) != 0 || ((entry->State & FdState.RoleClient) == 0 && !isSend);
        entry->State |= isServer ? FdState.RoleServer : FdState.RoleClient;
        // A tuple tells source and destination of the message; the entry keeps client and server.
        bool asIs = isServer != isSend;
        var ordered = asIs ? tuple : new SocketTuple
        {
            Family = tuple.Family,
            SourceIp = tuple.DestinationIp,
            SourcePort = tuple.DestinationPort,
            DestinationIp = tuple.SourceIp,
            DestinationPort = tuple.SourcePort,
        };
        if (isSend)
            entry->State |= FdState.Connected;
        SetTuple(state, entry, ordered, frame);
    }

    /// <summary>
    /// A datagram socket that is bound to no address reports zeros; the address that its peer sees is one of the host's: the
    /// peer's own when that is local too, else the first that is no loopback.
    /// </summary>
    private static void FillUnspecified(MachineState state, ref AddressBytes address, ref AddressBytes peer, int length)
    {
        var own = MemoryMarshal.CreateSpan(ref address[0], length);
        if (own.ContainsAnyExcept((byte)0))
            return;
        ReadOnlySpan<byte> other = MemoryMarshal.CreateReadOnlySpan(ref peer[0], length);
        var local = state.Interfaces.Contains(other) ? other : state.Interfaces.FirstExternal(length);
        local.CopyTo(own);
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
        SocketHandlers.Rename(state, entry, name, frame);
    }

    /// <summary>The text of an internet socket's ends.</summary>
    public static ReadOnlySpan<byte> Write(FdEntry* entry, Span<byte> buffer)
    {
        int length = entry->AddressLength;
        var writer = new Utf8Writer(buffer);
        var source = MemoryMarshal.CreateReadOnlySpan(ref entry->Source[0], length);
        var destination = MemoryMarshal.CreateReadOnlySpan(ref entry->Destination[0], length);
        if (entry->HasTwoEnds)
        {
            writer.AddEnd(source, entry->SourcePort);
            writer.Add("->"u8);
        }
        writer.AddEnd(destination, entry->DestinationPort);
        return writer.Written;
    }

    private static int SizeOf(byte family) => family switch
    {
        Ipv4 => 4,
        Ipv6 => 16,
        _ => 0,
    };
}
