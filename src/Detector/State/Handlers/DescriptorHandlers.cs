using System.Buffers.Binary;
using Saker.Detector.Events;

namespace Saker.Detector.State.Handlers;

/// <summary>Calls that close, copy or mark descriptors, and those that make descriptors without a path.</summary>
internal static unsafe class DescriptorHandlers
{
    private const uint CloseOnExecFlag = 4096;
    private const ulong DupFd = 1, SetFd = 3, DupFdCloseOnExec = 26;
    private const ulong CloseRangeUnshare = 1, CloseRangeCloseOnExec = 2;
    private const ulong FdCloseOnExec = 1;
    private const uint EpollCloseOnExec = 1;
    private const int NoParameter = -1;

    /// <summary>CLONE_FILES, in the driver's values.</summary>
    private const ulong UnshareFiles = 1;

    public static void Register(HandlerTable table)
    {
        table.AddAfter(EventType.CloseExit, Close);
        table.AddBefore(EventType.CloseRangeExit, CloseRange);
        table.AddBefore(EventType.UnshareExit, Unshare);
        table.AddBefore(EventType.DupV1Exit, static (MachineState state, in EventView view, EventFrame frame) => Duplicate(view, frame, 0));
        table.AddBefore(EventType.Dup2Exit, static (MachineState state, in EventView view, EventFrame frame) => Duplicate(view, frame, 0));
        table.AddBefore(EventType.Dup3Exit, static (MachineState state, in EventView view, EventFrame frame) =>
            Duplicate(view, frame, (uint)view.Unsigned(Dup3Exit.Flags)));
        table.AddBefore(EventType.FcntlExit, Control);
        table.AddBefore(EventType.PipeExit, static (MachineState state, in EventView view, EventFrame frame) => Pipe(view, frame, 0));
        table.AddBefore(EventType.Pipe2Exit, static (MachineState state, in EventView view, EventFrame frame) =>
            Pipe(view, frame, (uint)view.Unsigned(Pipe2Exit.Flags)));
        AddKind(table, EventType.EventfdExit, FdKind.Event, NoParameter, 0);
        AddKind(table, EventType.Eventfd2Exit, FdKind.Event, Eventfd2Exit.Flags, CloseOnExecFlag);
        AddKind(table, EventType.SignalfdExit, FdKind.SignalFd, NoParameter, 0);
        AddKind(table, EventType.Signalfd4Exit, FdKind.SignalFd, Signalfd4Exit.Flags, CloseOnExecFlag);
        AddKind(table, EventType.EpollCreateExit, FdKind.EventPoll, NoParameter, 0);
        AddKind(table, EventType.EpollCreate1Exit, FdKind.EventPoll, EpollCreate1Exit.Flags, EpollCloseOnExec);
        AddKind(table, EventType.InotifyInitExit, FdKind.Inotify, NoParameter, 0);
        AddKind(table, EventType.InotifyInit1Exit, FdKind.Inotify, InotifyInit1Exit.Flags, CloseOnExecFlag);
        AddKind(table, EventType.TimerfdCreateExit, FdKind.TimerFd, NoParameter, 0);
        AddKind(table, EventType.UserfaultfdExit, FdKind.UserFaultFd, UserfaultfdExit.Flags, CloseOnExecFlag);
        AddKind(table, EventType.IoUringSetupExit, FdKind.IoUring, NoParameter, 0);
        AddKind(table, EventType.BpfV2Exit, FdKind.Bpf, NoParameter, 0);
        table.AddBefore(EventType.PidfdOpenExit, OpenProcess);
        table.AddBefore(EventType.PidfdGetfdExit, TakeOver);
    }

    private static void AddKind(HandlerTable table, EventType type, FdKind kind, int flags, uint closeOnExec) =>
        table.AddBefore(type, (MachineState state, in EventView view, EventFrame frame) =>
        {
            if (frame.Thread is not { } thread || !view.TryResult(out var fd) || fd < 0)
            {
                return;
            }

            var entry = thread.Fds.Set(fd);
            if (entry is null)
            {
                return;
            }

            entry->Kind = kind;
            if (flags >= 0 && (view.Unsigned(flags) & closeOnExec) != 0)
            {
                entry->State = FdState.CloseOnExec;
            }
        });

    private static void Close(MachineState state, in EventView view, EventFrame frame)
    {
        if (frame.Thread is { } thread && ProcessHandlers.Succeeded(view))
        {
            thread.Fds.Remove(view.Signed(CloseExit.Fd, -1));
        }
    }

    private static void CloseRange(MachineState state, in EventView view, EventFrame frame)
    {
        if (frame.Thread is not { } thread || !ProcessHandlers.Succeeded(view))
        {
            return;
        }

        var flags = view.Unsigned(CloseRangeExit.Flags);
        var first = (uint)view.Unsigned(CloseRangeExit.First);
        var last = (uint)view.Unsigned(CloseRangeExit.Last, uint.MaxValue);
        if ((flags & CloseRangeUnshare) != 0)
        {
            state.Threads.OwnTable(thread);
        }

        if ((flags & CloseRangeCloseOnExec) != 0)
        {
            thread.Fds.MarkCloseOnExec(first, last);
        }
        else
        {
            thread.Fds.RemoveRange(first, last);
        }
    }

    private static void Unshare(MachineState state, in EventView view, EventFrame frame)
    {
        if (frame.Thread is { } thread && ProcessHandlers.Succeeded(view) && (view.Unsigned(UnshareExit.Flags) & UnshareFiles) != 0)
        {
            state.Threads.OwnTable(thread);
        }
    }

    private static void Duplicate(in EventView view, EventFrame frame, uint flags)
    {
        if (frame.Thread is { } thread && view.TryResult(out var fd) && fd >= 0)
        {
            Duplicate(thread, view.Signed(Dup3Exit.Oldfd, -1), fd, (flags & CloseOnExecFlag) != 0);
        }
    }

    private static void Duplicate(ThreadInfo thread, long from, long to, bool closeOnExec)
    {
        if (from == to)
        {
            return;
        }

        var entry = thread.Fds.Duplicate(from, to);
        if (entry is null)
        {
            // The original is unknown; what the number meant before is wrong now.
            thread.Fds.Remove(to);
            return;
        }

        entry->State &= ~FdState.CloseOnExec;
        if (closeOnExec)
        {
            entry->State |= FdState.CloseOnExec;
        }
    }

    private static void Control(MachineState state, in EventView view, EventFrame frame)
    {
        if (frame.Thread is not { } thread || !view.TryResult(out var result) || result < 0)
        {
            return;
        }

        var fd = view.Signed(FcntlExit.Fd, -1);
        switch (view.Unsigned(FcntlExit.Cmd))
        {
            case DupFd:
                Duplicate(thread, fd, result, closeOnExec: false);
                frame.Fd = result;
                break;
            case DupFdCloseOnExec:
                Duplicate(thread, fd, result, closeOnExec: true);
                frame.Fd = result;
                break;
            case SetFd when view.Has(FcntlExit.Arg) && thread.Fds.Change(fd) is var entry && entry is not null:
                entry->State &= ~FdState.CloseOnExec;
                if ((view.Unsigned(FcntlExit.Arg) & FdCloseOnExec) != 0)
                {
                    entry->State |= FdState.CloseOnExec;
                }

                break;
            default:
                break;
        }
    }

    private static void Pipe(in EventView view, EventFrame frame, uint flags)
    {
        if (frame.Thread is not { } thread || !ProcessHandlers.Succeeded(view))
        {
            return;
        }

        var inode = view.Unsigned(PipeExit.Ino);
        for (var end = PipeExit.Fd1; end <= PipeExit.Fd2; end++)
        {
            var entry = thread.Fds.Set(view.Signed(end, -1));
            if (entry is null)
            {
                continue;
            }

            entry->Kind = FdKind.Pipe;
            entry->Inode = inode;
            entry->OpenFlags = flags;
            if ((flags & CloseOnExecFlag) != 0)
            {
                entry->State = FdState.CloseOnExec;
            }

            frame.Fd = entry->Number;
        }
    }

    /// <summary>pidfd_open: the process stands where a socket has its destination.</summary>
    private static void OpenProcess(MachineState state, in EventView view, EventFrame frame)
    {
        if (frame.Thread is not { } thread || !view.TryResult(out var fd) || fd < 0)
        {
            return;
        }

        var entry = thread.Fds.Set(fd);
        if (entry is null)
        {
            return;
        }

        entry->Kind = FdKind.PidFd;
        entry->State = FdState.CloseOnExec; // always, says the kernel
        BinaryPrimitives.WriteInt64LittleEndian(entry->Destination, view.Signed(PidfdOpenExit.Pid));
        Span<byte> buffer = stackalloc byte[32];
        var name = new Utf8Writer(buffer);
        name.Add("/proc/"u8);
        name.Add(view.Signed(PidfdOpenExit.Pid));
        entry->Name = state.Texts.Add(name.Written);
        frame.NameChanged = true;
    }

    /// <summary>pidfd_getfd: a descriptor of another process, named by a pidfd whose process the open told.</summary>
    private static void TakeOver(MachineState state, in EventView view, EventFrame frame)
    {
        if (frame.Thread is not { } thread || !view.TryResult(out var fd) || fd < 0)
        {
            return;
        }

        var pidfd = thread.Fds.Find(view.Signed(PidfdGetfdExit.PidFd, -1));
        var other = pidfd is null || pidfd->Kind != FdKind.PidFd
            ? null
            : state.Threads.Find(BinaryPrimitives.ReadInt64LittleEndian(pidfd->Destination));
        var original = other is null ? null : other.Fds.Find(view.Signed(PidfdGetfdExit.TargetFd, -1));
        var entry = thread.Fds.Set(fd);
        if (entry is null || original is null)
        {
            return;
        }

        var copy = *original;
        copy.Number = (int)fd;
        copy.State |= FdState.CloseOnExec;
        copy.Name = TextPool.Share(original->Name);
        copy.RawName = TextPool.Share(original->RawName);
        *entry = copy;
    }
}
