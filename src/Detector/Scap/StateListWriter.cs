using System.Buffers.Binary;
using Saker.Detector.State;

namespace Saker.Detector.Scap;

/// <summary>
/// Writes what is known of a machine as the lists at a capture's start, for <see cref="StateLists"/> to read. What the lists
/// have no place for is left out: descriptors of threads that do not share those of their process, and whether a socket or
/// pipe is closed at exec. What is longer than other readers of captures accept is cut and counted.
/// </summary>
internal sealed unsafe class StateListWriter(CaptureWriter capture)
{
    // A list may have any length, but readers keep a block in memory.
    private const int LongestList = 4 << 20;

    private const uint CloseOnExec = 4096;

    // The limits of libscap, which refuses the whole capture beyond them.
    private const int LongestPath = 1023;
    private const int LongestTexts = 4096;
    private const int LongestCredential = 255;

    private readonly ListWriter list = new();
    private readonly ListWriter entry = new();

    /// <summary>Texts that were cut.</summary>
    public long Cut { get; private set; }

    /// <summary>Writes all lists.</summary>
    /// <param name="state">What is known.</param>
    /// <param name="chosen">Which threads are written; null for all.</param>
    public void Write(MachineState state, Func<ThreadInfo, bool>? chosen = null)
    {
        WriteInterfaces(state);
        WriteUsers(state);
        var threads = state.Threads.All.Where(thread => chosen is null || chosen(thread)).OrderBy(static thread => thread.Tid).ToList();
        foreach (var thread in threads)
        {
            AddProcess(thread);
            FlushWhenLong(BlockType.ProcessList);
        }

        Flush(BlockType.ProcessList);
        foreach (var thread in threads.Where(static thread => thread.IsLeader && thread.Fds.Count > 0))
        {
            list.I64(thread.Tid);
            for (var slot = 0; (slot = thread.Fds.Next(slot)) >= 0; slot++)
            {
                AddDescriptor(thread.Fds.At(slot));
            }

            Flush(BlockType.DescriptorList);
        }
    }

    private void WriteInterfaces(MachineState state)
    {
        // type, no name, address, mask, broadcast, speed; who reads it needs to know the addresses.
        foreach (var address in state.Interfaces.All)
        {
            entry.U16(address.Length == 4 ? (ushort)1 : (ushort)2).U16(0).Bytes(address);
            for (var i = 0; i < address.Length; i++)
            {
                entry.U8(byte.MaxValue);
            }

            entry.Bytes(address).U64(0);
            list.U32((uint)entry.Written.Length).Bytes(entry.Written);
            entry.Clear();
        }

        Flush(BlockType.InterfaceList);
    }

    private void WriteUsers(MachineState state)
    {
        foreach (var user in state.Users.AllUsers.OrderBy(static user => user.Uid))
        {
            entry.U8(0).U32(user.Uid).U32(user.Gid).Text(Within(user.Name, LongestCredential))
                .Text(Within(user.Home, LongestCredential)).Text(Within(user.Shell, LongestCredential));
            AddEntry();
        }

        foreach (var group in state.Users.AllGroups.OrderBy(static group => group.Gid))
        {
            entry.U8(1).U32(group.Gid).Text(Within(group.Name, LongestCredential));
            AddEntry();
        }

        Flush(BlockType.UserList);
    }

    private void AddProcess(ThreadInfo thread)
    {
        entry.I64(thread.Tid).I64(thread.Pid).I64(thread.ParentTid).I64(thread.SessionId).I64(thread.VGroupId);
        entry.Text(Path(thread.Comm)).Text(Path(thread.Exe)).Text(Path(thread.ExePath)).Texts(Counted(thread.Args), LongestTexts);
        entry.Text(Path(thread.Leader.WorkingDirectory)).I64(thread.FdLimit).U32(0).U32(thread.Uid).U32(thread.Gid);
        entry.U32(thread.VmSize).U32(thread.VmRss).U32(thread.VmSwap).U64(thread.MajorFaults).U64(thread.MinorFaults);
        entry.Texts(Counted(thread.Environment), LongestTexts).I64(thread.VTid).I64(thread.VPid);
        entry.Texts(Counted(thread.Cgroups), LongestTexts).Text(Path(thread.Root));
        entry.U64(thread.PidNamespaceStart).U32(thread.Tty).U32(thread.LoginUid).U8(Mark(thread, ThreadMarks.ExeWritable));
        entry.U64(thread.CapInheritable).U64(thread.CapPermitted).U64(thread.CapEffective);
        entry.U8(Mark(thread, ThreadMarks.ExeUpperLayer)).U64(thread.ExeInode).U64(thread.ExeChangeTime).U64(thread.ExeModifyTime);
        entry.U8(Mark(thread, ThreadMarks.ExeFromMemfd)).U8(Mark(thread, ThreadMarks.ExeLowerLayer)).I64(thread.GroupId);
        AddEntry();
    }

    private ReadOnlySpan<byte> Path(State.Text text) => Within(text.Span, LongestPath);

    private ReadOnlySpan<byte> Within(ReadOnlySpan<byte> text, int longest)
    {
        if (text.Length <= longest)
        {
            return text;
        }

        Cut++;
        return text[..longest];
    }

    private ReadOnlySpan<byte> Counted(State.Text texts)
    {
        Cut += texts.Span.Length > LongestTexts ? 1 : 0;
        return texts.Span;
    }

    private static byte Mark(ThreadInfo thread, ThreadMarks mark) => (thread.State & mark) != 0 ? (byte)1 : (byte)0;

    private void AddDescriptor(FdEntry* fd)
    {
        // Others refuse a capture with a descriptor of a kind that they do not know, which "unknown" is.
        var kind = fd->Kind switch
        {
            FdKind.File => FdKind.FileV2,
            FdKind.Unknown => FdKind.Unsupported,
            _ => fd->Kind,
        };
        entry.I64(fd->Number).U64(fd->Inode).U8((byte)kind);
        ReadOnlySpan<byte> source = fd->Source, destination = fd->Destination;
        switch (fd->Kind)
        {
            case FdKind.File or FdKind.FileV2:
                var closing = (fd->State & FdState.CloseOnExec) != 0 ? CloseOnExec : 0;
                entry.U32(fd->OpenFlags | closing).Text(Path(fd->Name)).U32(fd->Device);
                break;
            case FdKind.Ipv4Socket or FdKind.Ipv6Socket:
                entry.Bytes(source[..fd->AddressLength]).Bytes(destination[..fd->AddressLength]);
                entry.U16(fd->SourcePort).U16(fd->DestinationPort).U8((byte)fd->Protocol);
                break;
            case FdKind.Ipv4Server or FdKind.Ipv6Server:
                entry.Bytes(destination[..fd->AddressLength]).U16(fd->DestinationPort).U8((byte)fd->Protocol);
                break;
            case FdKind.UnixSocket:
                entry.U64(BinaryPrimitives.ReadUInt64LittleEndian(source)).U64(BinaryPrimitives.ReadUInt64LittleEndian(destination)).Text(Path(fd->Name));
                break;
            default:
                entry.Text(Path(fd->Name));
                break;
        }

        AddEntry();
    }

    /// <summary>Puts the entry into the list, its own length in front.</summary>
    private void AddEntry()
    {
        list.U32((uint)(entry.Written.Length + sizeof(uint))).Bytes(entry.Written);
        entry.Clear();
    }

    private void FlushWhenLong(BlockType type)
    {
        if (list.Written.Length > LongestList)
        {
            Flush(type);
        }
    }

    private void Flush(BlockType type)
    {
        if (list.Written.Length > 0)
        {
            capture.List(type, list);
        }

        list.Clear();
    }
}
