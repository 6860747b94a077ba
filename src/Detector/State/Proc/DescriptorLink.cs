using System.Buffers.Text;

namespace Saker.Detector.State.Proc;

/// <summary>Tells from the target of a link under <c>/proc/PID/fd</c> what a descriptor is.</summary>
internal static unsafe class DescriptorLink
{
    private const uint KernelCloseOnExec = 0x80000;
    private const uint KernelDirectory = 0x10000;

    private static ReadOnlySpan<byte> Deleted => " (deleted)"u8;

    /// <summary>Gives a descriptor to a thread.</summary>
    public static void Apply(MachineState state, ThreadInfo thread, long number, ReadOnlySpan<byte> target, uint kernelFlags, SocketList sockets)
    {
        var entry = thread.Fds.Set(number);
        if (entry is null)
        {
            return;
        }

        if ((kernelFlags & KernelCloseOnExec) != 0)
        {
            entry->State |= FdState.CloseOnExec;
        }

        if (target.StartsWith("socket:["u8))
        {
            entry->Inode = Inode(target);
            sockets.Apply(state, entry);
            return;
        }

        if (target.StartsWith("pipe:["u8))
        {
            entry->Kind = FdKind.Pipe;
            entry->Inode = Inode(target);
            return;
        }

        if (target.StartsWith("anon_inode:"u8))
        {
            entry->Kind = AnonymousKind(target["anon_inode:".Length..]);
            return;
        }

        entry->Kind = target.StartsWith("/memfd:"u8) ? FdKind.MemFd
            : (kernelFlags & KernelDirectory) != 0 ? FdKind.Directory
            : FdKind.File;
        // A file that was deleted keeps the name that it was opened by, as it does when that was seen.
        entry->Name = state.Texts.Add(entry->Kind == FdKind.MemFd ? target : WithoutDeleted(target));
    }

    /// <summary>Whether what is known of a descriptor is still what its link leads to.</summary>
    public static bool IsStill(FdEntry* entry, ReadOnlySpan<byte> target)
    {
        if (entry is null)
        {
            return false;
        }

        if (target.StartsWith("socket:["u8) || target.StartsWith("pipe:["u8))
        {
            return entry->Inode != 0 && entry->Inode == Inode(target);
        }

        if (target.StartsWith("anon_inode:"u8))
        {
            return entry->Kind == AnonymousKind(target["anon_inode:".Length..]);
        }

        return (entry->IsFile || entry->Kind == FdKind.MemFd) && entry->Name.Span.SequenceEqual(WithoutDeleted(target));
    }

    /// <summary>The target of a link under <c>/proc</c> without what the kernel puts behind the name of a file that is gone.</summary>
    public static ReadOnlySpan<byte> WithoutDeleted(ReadOnlySpan<byte> target) => target.EndsWith(Deleted) ? target[..^Deleted.Length] : target;

    private static ulong Inode(ReadOnlySpan<byte> target) =>
        Utf8Parser.TryParse(target[(target.IndexOf((byte)'[') + 1)..], out ulong inode, out _) ? inode : 0;

    private static FdKind AnonymousKind(ReadOnlySpan<byte> name) => name switch
    {
        _ when name.SequenceEqual("[eventfd]"u8) => FdKind.Event,
        _ when name.SequenceEqual("[eventpoll]"u8) => FdKind.EventPoll,
        _ when name.SequenceEqual("inotify"u8) => FdKind.Inotify,
        _ when name.SequenceEqual("[signalfd]"u8) => FdKind.SignalFd,
        _ when name.SequenceEqual("[timerfd]"u8) => FdKind.TimerFd,
        _ when name.SequenceEqual("[userfaultfd]"u8) => FdKind.UserFaultFd,
        _ when name.SequenceEqual("[io_uring]"u8) => FdKind.IoUring,
        _ when name.SequenceEqual("[pidfd]"u8) => FdKind.PidFd,
        _ when name.StartsWith("bpf"u8) => FdKind.Bpf,
        _ => FdKind.Unsupported,
    };
}
