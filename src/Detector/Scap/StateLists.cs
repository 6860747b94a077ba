using System.Buffers.Binary;
using Saker.Detector.State;

namespace Saker.Detector.Scap;

/// <summary>Gives the lists at a capture's start (processes, descriptors, users, interfaces) to the state.</summary>
internal static unsafe class StateLists
{
    /// <summary>Users and groups.</summary>
    public static void ReadUsers(ReadOnlySpan<byte> body, MachineState state)
    {
        var list = new ListReader(body);
        while (list.TryEntry(inclusive: true, out var entry))
        {
            if (entry.U8() == 0)
            {
                state.Users.Set(entry.U32(), entry.U32(), entry.Text(), entry.Text(), entry.Text());
            }
            else
            {
                state.Users.Set(entry.U32(), entry.Text());
            }
        }
    }

    /// <summary>Addresses of the machine's interfaces.</summary>
    public static void ReadInterfaces(ReadOnlySpan<byte> body, MachineState state)
    {
        var list = new ListReader(body);
        while (list.TryEntry(inclusive: false, out var entry))
        {
            var type = entry.U16();
            entry.U16();
            // 1 and 3 are IPv4 with and without the link's speed, 2 and 4 IPv6.
            var address = entry.Bytes(type is 1 or 3 ? 4 : 16);
            if (type is >= 1 and <= 4 && !address.IsEmpty)
            {
                state.Interfaces.Add(address);
            }
        }
    }

    /// <summary>Threads.</summary>
    public static void ReadProcesses(ReadOnlySpan<byte> body, MachineState state)
    {
        var list = new ListReader(body);
        while (list.TryEntry(inclusive: true, out var entry))
        {
            ReadProcess(ref entry, state);
        }

        state.Threads.ShareLeaderTables();
    }

    /// <summary>Descriptors of one thread.</summary>
    public static void ReadDescriptors(ReadOnlySpan<byte> body, MachineState state)
    {
        var list = new ListReader(body);
        if (state.Threads.Find(list.I64()) is not { } thread)
        {
            return;
        }

        while (list.TryEntry(inclusive: true, out var entry))
        {
            ReadDescriptor(ref entry, thread, state);
        }
    }

    private static void ReadProcess(ref ListReader entry, MachineState state)
    {
        long tid = entry.I64(), pid = entry.I64(), parent = entry.I64();
        if (tid <= 0 || pid <= 0)
        {
            return;
        }

        if (state.Threads.Add(tid, pid, parent) is not { } thread)
        {
            return;
        }

        var texts = state.Texts;
        thread.SessionId = entry.I64();
        thread.VGroupId = entry.I64();
        texts.Set(ref thread.Comm, entry.Text());
        texts.Set(ref thread.Exe, entry.Text());
        texts.Set(ref thread.ExePath, entry.Text());
        texts.Set(ref thread.Args, entry.Text());
        State.Handlers.ProcessHandlers.SetWorkingDirectory(state, thread, entry.Text());
        thread.FdLimit = entry.I64();
        entry.U32();
        thread.Uid = entry.U32();
        thread.Gid = entry.U32();
        thread.VmSize = entry.U32();
        thread.VmRss = entry.U32();
        thread.VmSwap = entry.U32();
        thread.MajorFaults = entry.U64();
        thread.MinorFaults = entry.U64();
        texts.Set(ref thread.Environment, entry.Text());
        thread.VTid = entry.I64();
        thread.VPid = entry.I64();
        state.SetCgroups(thread, entry.Text());
        texts.Set(ref thread.Root, entry.Text());
        ReadProcessTail(ref entry, thread);
    }

    private static void ReadProcessTail(ref ListReader entry, ThreadInfo thread)
    {
        thread.PidNamespaceStart = entry.U64();
        thread.Tty = entry.U32();
        thread.LoginUid = entry.U32();
        if (entry.U8() != 0)
        {
            thread.State |= ThreadMarks.ExeWritable;
        }

        thread.CapInheritable = entry.U64();
        thread.CapPermitted = entry.U64();
        thread.CapEffective = entry.U64();
        if (entry.U8() != 0)
        {
            thread.State |= ThreadMarks.ExeUpperLayer;
        }

        thread.ExeInode = entry.U64();
        thread.ExeChangeTime = entry.U64();
        thread.ExeModifyTime = entry.U64();
        if (entry.U8() != 0)
        {
            thread.State |= ThreadMarks.ExeFromMemfd;
        }

        if (entry.U8() != 0)
        {
            thread.State |= ThreadMarks.ExeLowerLayer;
        }

        thread.GroupId = entry.I64();
    }

    private static void ReadDescriptor(ref ListReader list, ThreadInfo thread, MachineState state)
    {
        var number = list.I64();
        var inode = list.U64();
        var kind = (FdKind)list.U8();
        if (kind > FdKind.PidFd)
        {
            return;
        }

        var entry = thread.Fds.Set(number);
        if (entry is null)
        {
            return;
        }

        entry->Kind = kind;
        entry->Inode = inode;
        switch (kind)
        {
            case FdKind.FileV2:
                entry->Kind = FdKind.File;
                entry->OpenFlags = list.U32();
                entry->Name = state.Texts.Add(list.Text());
                entry->Device = list.U32();
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
