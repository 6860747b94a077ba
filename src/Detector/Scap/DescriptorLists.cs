using System.Buffers.Binary;
using Saker.Detector.State;

namespace Saker.Detector.Scap;

/// <summary>Gives the descriptors that a capture lists at its start to the state.</summary>
internal static unsafe class DescriptorLists
{
    /// <summary>Descriptors of one thread.</summary>
    public static void Read(ReadOnlySpan<byte> body, MachineState state, bool hasLengths = true)
    {
        var list = new ListReader(body);
        if (state.Threads.Find(list.I64()) is not { } thread)
        {
            return;
        }

        while (hasLengths ? list.TryEntry(inclusive: true, out var entry) : list.TryRest(out entry))
        {
            if (!ReadDescriptor(ref entry, thread, state, hasLengths) && !hasLengths)
            {
                return; // where the next one begins is not known
            }

            list.Continue(entry, hasLengths);
        }
    }

    private static bool ReadDescriptor(ref ListReader list, ThreadInfo thread, MachineState state, bool hasDevice)
    {
        var number = list.I64();
        var inode = list.U64();
        var kind = (FdKind)list.U8();
        if (kind > FdKind.PidFd)
        {
            return false;
        }

        var entry = thread.Fds.Set(number);
        if (entry is null)
        {
            return false;
        }

        entry->Kind = kind;
        entry->Inode = inode;
        switch (kind)
        {
            case FdKind.FileV2:
                entry->Kind = FdKind.File;
                entry->OpenFlags = list.U32();
                entry->Name = state.Texts.Add(list.Text());
                entry->Device = hasDevice ? list.U32() : 0;
                break;
            case FdKind.Ipv4Socket or FdKind.Ipv6Socket:
                list.Bytes(entry->AddressLength).CopyTo(entry->Source);
                list.Bytes(entry->AddressLength).CopyTo(entry->Destination);
                entry->SourcePort = list.U16();
                entry->DestinationPort = list.U16();
                entry->Protocol = (SocketProtocol)list.U8();
                UnmapEnds(entry);
                NameSocket(entry, state);
                break;
            case FdKind.Ipv4Server or FdKind.Ipv6Server:
                list.Bytes(entry->AddressLength).CopyTo(entry->Destination);
                entry->DestinationPort = list.U16();
                entry->Protocol = (SocketProtocol)list.U8();
                entry->State = FdState.RoleServer;
                UnmapEnds(entry);
                NameSocket(entry, state);
                break;
            case FdKind.UnixSocket:
                BinaryPrimitives.WriteUInt64LittleEndian(entry->Source, list.U64());
                BinaryPrimitives.WriteUInt64LittleEndian(entry->Destination, list.U64());
                entry->Name = state.Texts.Add(list.Text());
                break;
            default:
                entry->Name = state.Texts.Add(list.Text());
                break;
        }

        const uint closeOnExec = 4096;
        if ((entry->OpenFlags & closeOnExec) != 0)
        {
            entry->State |= FdState.CloseOnExec;
        }

        return true;
    }

    /// <summary>A connection over IPv4 through a socket of IPv6 is one of IPv4; others list it as it was made.</summary>
    private static void UnmapEnds(FdEntry* entry)
    {
        var destination = SocketAddress.Bytes(ref entry->Destination, 16);
        var source = SocketAddress.Bytes(ref entry->Source, 16);
        if (entry->AddressLength != 16 || !SocketAddress.IsMapped(destination) || (entry->HasTwoEnds && !SocketAddress.IsMapped(source)))
        {
            return;
        }

        AddressBytes from = default, to = default;
        SocketAddress.Unmap(source).CopyTo(from);
        SocketAddress.Unmap(destination).CopyTo(to);
        entry->Kind = entry->HasTwoEnds ? FdKind.Ipv4Socket : FdKind.Ipv4Server;
        entry->Source = from;
        entry->Destination = to;
    }

    private static void NameSocket(FdEntry* entry, MachineState state)
    {
        Span<byte> buffer = stackalloc byte[128];
        entry->Name = state.Texts.Add(SocketAddress.Write(entry, buffer));
    }
}
