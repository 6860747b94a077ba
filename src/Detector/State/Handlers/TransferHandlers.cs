using System.Buffers.Binary;
using Saker.Detector.Events;

namespace Saker.Detector.State.Handlers;

/// <summary>send and receive in all forms: datagram sockets learn their ends from what passes, and messages bring descriptors.</summary>
internal static unsafe class TransferHandlers
{
    public static void Register(HandlerTable table)
    {
        Add(table, EventType.SendExit, SendExit.Fd, SendExit.Tuple, isSend: true);
        Add(table, EventType.SendtoExit, SendtoExit.Fd, SendtoExit.Tuple, isSend: true);
        Add(table, EventType.SendmsgExit, SendmsgExit.Fd, SendmsgExit.Tuple, isSend: true);
        Add(table, EventType.SendmmsgExit, SendmmsgExit.Fd, SendmmsgExit.Tuple, isSend: true);
        Add(table, EventType.RecvExit, RecvExit.Fd, RecvExit.Tuple, isSend: false);
        Add(table, EventType.RecvfromExit, RecvfromExit.Fd, RecvfromExit.Tuple, isSend: false);
        Add(table, EventType.RecvmsgExit, RecvmsgExit.Fd, RecvmsgExit.Tuple, isSend: false, control: RecvmsgExit.Msgcontrol);
        Add(table, EventType.RecvmmsgExit, RecvmmsgExit.Fd, RecvmmsgExit.Tuple, isSend: false, control: RecvmmsgExit.Msgcontrol);
    }

    private const int NoParameter = -1;

    private static void Add(HandlerTable table, EventType type, int fd, int tuple, bool isSend, int control = NoParameter) =>
        table.AddBefore(type, (MachineState state, in EventView view, EventFrame frame) =>
        {
            if (frame.Thread is not { } thread || !view.TryResult(out var result) || result < 0)
            {
                return;
            }

            if (control >= 0 && view.Has(control))
            {
                TakeDescriptors(state, thread, view.Parameter(control));
            }

            Learn(state, thread, view.Signed(fd, -1), view.Parameter(tuple), frame, isSend);
        });

    private static void Learn(MachineState state, ThreadInfo thread, long fd, ReadOnlySpan<byte> tuple, EventFrame frame, bool isSend)
    {
        var entry = thread.Fds.Find(fd);
        if (entry is null && isSend && fd >= 0 && (entry = Infer(thread, fd, tuple)) is not null)
        {
            frame.Entry = entry;
        }

        if (entry is null || !entry->IsInternet)
        {
            return;
        }

        if (entry->HasTwoEnds && entry->Protocol == SocketProtocol.Tcp && (entry->State & FdState.Connected) != 0)
        {
            return;
        }

        entry = thread.Fds.Change(fd);
        if (entry is null)
        {
            return;
        }
        // What passes through a socket with two ends shows that it is connected; one that was only bound is not yet.
        if (entry->HasTwoEnds)
        {
            entry->State |= FdState.Connected;
        }

        if (SocketAddress.TryParseTuple(tuple, out var ends))
        {
            SocketAddress.Learn(state, entry, ends, frame, isSend);
        }
    }

    /// <summary>What is sent shows what a socket is that nobody saw being made: one of datagrams, or it would tell no ends.</summary>
    private static FdEntry* Infer(ThreadInfo thread, long fd, ReadOnlySpan<byte> tuple)
    {
        if (!SocketAddress.TryParseTuple(tuple, out var ends) || ends.SourceIp.IsEmpty)
        {
            return null;
        }

        var entry = thread.Fds.Set(fd);
        if (entry is not null)
        {
            entry->Kind = ends.SourceIp.Length == 4 ? FdKind.Ipv4Socket : FdKind.Ipv6Socket;
            entry->Protocol = SocketProtocol.Udp;
        }

        return entry;
    }

    /// <summary>
    /// Descriptors that came with a message (SCM_RIGHTS), in control messages as the kernel writes them for 64-bit programs.
    /// The event tells their numbers alone: what those meant before is over, and what they mean now is looked up on a live
    /// machine.
    /// </summary>
    private static void TakeDescriptors(MachineState state, ThreadInfo thread, ReadOnlySpan<byte> control)
    {
        const int header = sizeof(ulong) + 2 * sizeof(int);
        const int socketLevel = 1, rights = 1;
        while (control.Length > header)
        {
            var told = BinaryPrimitives.ReadUInt64LittleEndian(control);
            if (told < header)
            {
                return;
            }

            var length = (int)Math.Min(told, (ulong)control.Length);
            var areRights = BinaryPrimitives.ReadInt32LittleEndian(control[sizeof(ulong)..]) == socketLevel
                && BinaryPrimitives.ReadInt32LittleEndian(control[(sizeof(ulong) + sizeof(int))..]) == rights;
            for (var numbers = control[header..length]; areRights && numbers.Length >= sizeof(int); numbers = numbers[sizeof(int)..])
            {
                var number = BinaryPrimitives.ReadInt32LittleEndian(numbers);
                thread.Fds.Remove(number);
                state.Lookup?.TryReadDescriptor(state, thread, number);
            }

            control = control[Math.Min(control.Length, (length + sizeof(ulong) - 1) & -sizeof(ulong))..];
        }
    }
}
