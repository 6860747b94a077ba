using Saker.Detector.Events;

namespace Saker.Detector.State.Handlers;

/// <summary>send and receive in all forms: datagram sockets learn their ends from what passes, and messages bring descriptors.</summary>
internal static unsafe class TransferHandlers
{
    public static void Register(HandlerTable table)
    {
        Add(table, EventType.SendExit, 2, 4, isSend: true);
        Add(table, EventType.SendtoExit, 2, 4, isSend: true);
        Add(table, EventType.SendmsgExit, 2, 4, isSend: true);
        Add(table, EventType.SendmmsgExit, 1, 4, isSend: true);
        Add(table, EventType.RecvExit, 2, 4, isSend: false);
        Add(table, EventType.RecvfromExit, 3, 2, isSend: false);
        Add(table, EventType.RecvmsgExit, 5, 3, isSend: false);
        Add(table, EventType.RecvmmsgExit, 1, 4, isSend: false);
    }

    private static void Add(HandlerTable table, EventType type, int fd, int tuple, bool isSend) =>
        table.AddBefore(type, (MachineState state, in EventView view, EventFrame frame) =>
        {
            if (frame.Thread is not { } thread || !view.TryResult(out long result) || result < 0)
                return;
            var entry = thread.Fds.Find(view.Signed(fd, -1));
            if (entry is null || !entry->IsInternet || !SocketAddress.TryParseTuple(view.Parameter(tuple), out var ends))
                return;
            if (entry->HasTwoEnds && entry->Protocol == SocketProtocol.Tcp && (entry->State & FdState.Connected) != 0)
                return;
            entry = thread.Fds.Change(entry->Number);
            if (entry is null)
                return;
            SocketAddress.Learn(state, entry, ends, frame, isSend);
        });
}
