using Saker.Detector.Events;

namespace Saker.Detector.State.Handlers;

/// <summary>socket, socketpair, bind, connect, accept, shutdown.</summary>
internal static unsafe class SocketHandlers
{
    private const uint CloseOnExecFlag = 4096;
    private const ulong KernelCloseOnExec = 0x80000;
    private const ulong KernelTypeMask = 0xf;
    private const long InProgress = -115;

    public static void Register(HandlerTable table)
    {
        table.AddBefore(EventType.SocketExit, Made);
        table.AddBefore(EventType.SocketpairExit, PairMade);
        table.AddBefore(EventType.BindExit, Bound);
        table.AddBefore(EventType.ConnectExit, Connected, alsoFailed: true); // the descriptor is not connected any more
        table.AddBefore(EventType.AcceptV5Exit, static (MachineState state, in EventView view, EventFrame frame) => Accepted(state, view, frame, 0));
        table.AddBefore(EventType.Accept4V6Exit, static (MachineState state, in EventView view, EventFrame frame) =>
            Accepted(state, view, frame, view.Unsigned(Accept4V6Exit.Flags)));
    }

    private static void Made(MachineState state, in EventView view, EventFrame frame)
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

        var type = view.Unsigned(SocketExit.Type);
        SetFamily(entry, (byte)view.Unsigned(SocketExit.Domain), type, view.Unsigned(SocketExit.Proto));
        if (((uint)view.Unsigned(SocketExit.Flags) & CloseOnExecFlag) != 0 || (type & KernelCloseOnExec) != 0)
        {
            entry->State |= FdState.CloseOnExec;
        }
    }

    private static void PairMade(MachineState state, in EventView view, EventFrame frame)
    {
        if (frame.Thread is not { } thread || !ProcessHandlers.Succeeded(view))
        {
            return;
        }

        for (var end = SocketpairExit.Fd1; end <= SocketpairExit.Fd2; end++)
        {
            var entry = thread.Fds.Set(view.Signed(end, -1));
            if (entry is null)
            {
                continue;
            }

            entry->Kind = FdKind.UnixSocket;
            var (own, other) = end == SocketpairExit.Fd1 ? (SocketpairExit.Source, SocketpairExit.Peer) : (SocketpairExit.Peer, SocketpairExit.Source);
            SocketAddress.SetKernelAddresses(entry, view.Unsigned(own), view.Unsigned(other));
            if ((view.Unsigned(SocketpairExit.Type) & KernelCloseOnExec) != 0)
            {
                entry->State |= FdState.CloseOnExec;
            }

            frame.Fd = entry->Number;
        }
    }

    private static void Bound(MachineState state, in EventView view, EventFrame frame)
    {
        if (frame.Thread is not { } thread || !ProcessHandlers.Succeeded(view))
        {
            return;
        }

        var entry = thread.Fds.Change(view.Signed(BindExit.Fd, -1));
        if (entry is null || !SocketAddress.TryParse(view.Parameter(BindExit.Addr), out var address))
        {
            return;
        }

        if (address.Family == SocketAddress.Unix)
        {
            entry->Kind = FdKind.UnixSocket;
            SocketAddress.Rename(state, entry, address.Path, frame);
            return;
        }

        if (address.Ip.IsEmpty)
        {
            return;
        }
        // The name is what the call was given, a mapped address too.
        Span<byte> buffer = stackalloc byte[64];
        var name = new Utf8Writer(buffer);
        name.AddEnd(address.Ip, address.Port);
        SocketAddress.Rename(state, entry, name.Written, frame);
        if (address.Port == 0)
        {
            return; // the kernel chooses the port, and tells it to who asks: until then the socket has no end to speak of
        }

        var ip = SocketAddress.Unmap(address.Ip);
        entry->State |= FdState.RoleServer;
        entry->Kind = ip.Length == 4 ? FdKind.Ipv4Server : FdKind.Ipv6Server;
        entry->DestinationPort = address.Port;
        entry->Destination = default;
        ip.CopyTo(entry->Destination);
    }

    private static void Connected(MachineState state, in EventView view, EventFrame frame)
    {
        if (frame.Thread is not { } thread)
        {
            return;
        }

        var hasStart = EnterHandlers.TryTake(thread, EventType.ConnectEnter, out var entered);
        if (!view.TryResult(out var result))
        {
            return;
        }

        var entry = thread.Fds.Change(view.Signed(ConnectExit.Fd, -1));
        if (entry is null)
        {
            return;
        }

        entry->State &= ~(FdState.Connected | FdState.ConnectPending | FdState.ConnectFailed);
        entry->State |= result >= 0 ? FdState.Connected : result == InProgress ? FdState.ConnectPending : FdState.ConnectFailed;
        if (result < 0 && result != InProgress)
        {
            return;
        }

        // Who served before serves on: a datagram server that connects to who asked keeps the ends of client and server.
        var isServer = (entry->State & FdState.RoleServer) != 0;
        if (!isServer)
        {
            entry->State |= FdState.RoleClient;
        }

        if (SocketAddress.TryParseTuple(view.Parameter(ConnectExit.Tuple), out var tuple))
        {
            SocketAddress.SetTuple(state, entry, isServer && entry->Protocol == SocketProtocol.Udp ? tuple.Swapped : tuple, frame);
        }
        // The kernel's own ends are right; the start helps when the end's address could not be read any more.
        if (hasStart && SocketAddress.TryParse(entered, out var address))
        {
            SocketAddress.CompleteDestination(state, entry, address, frame);
        }
    }

    private static void Accepted(MachineState state, in EventView view, EventFrame frame, ulong flags)
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

        entry->State = FdState.RoleServer | FdState.Connected;
        if ((flags & CloseOnExecFlag) != 0)
        {
            entry->State |= FdState.CloseOnExec;
        }

        if (!SocketAddress.TryParseTuple(view.Parameter(AcceptV5Exit.Tuple), out var tuple))
        {
            return;
        }

        entry->Protocol = tuple.Family == SocketAddress.Unix ? SocketProtocol.Unknown : SocketProtocol.Tcp;
        SocketAddress.SetTuple(state, entry, tuple, frame);
    }

    private static void SetFamily(FdEntry* entry, byte family, ulong type, ulong protocol)
    {
        (entry->Kind, entry->Protocol) = family switch
        {
            SocketAddress.Unix => (FdKind.UnixSocket, SocketProtocol.NotApplicable),
            SocketAddress.Ipv4 => (FdKind.Ipv4Socket, ProtocolOf(type & KernelTypeMask, protocol)),
            SocketAddress.Ipv6 => (FdKind.Ipv6Socket, ProtocolOf(type & KernelTypeMask, protocol)),
            SocketAddress.Netlink => (FdKind.Netlink, SocketProtocol.NotApplicable),
            _ => (FdKind.Unknown, SocketProtocol.Unknown),
        };
    }

    private static SocketProtocol ProtocolOf(ulong type, ulong protocol) => (protocol, type) switch
    {
        (_, 3) => SocketProtocol.Raw,
        (6, _) or (0, 1) => SocketProtocol.Tcp,
        (17, _) or (0, 2) => SocketProtocol.Udp,
        (1, _) => SocketProtocol.Icmp,
        _ => SocketProtocol.Unknown,
    };
}
