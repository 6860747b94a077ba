using System.Runtime.InteropServices;
using Saker.Conditions.Runtime;
using Saker.Detector.Events;
using Saker.Detector.State;

namespace Saker.Detector.Fields;

/// <summary>Fields of the descriptor that the event uses or makes: <c>fd.*</c>.</summary>
internal static unsafe class FdFields
{
    private enum End
    {
        Client,
        Server,
        Local,
        Remote,
    }

    public static void Register(FieldRegistry registry)
    {
        AddNames(registry);
        AddAttributes(registry);
        (string Prefix, End End)[] ends = [("c", End.Client), ("s", End.Server), ("l", End.Local), ("r", End.Remote)];
        foreach (var (prefix, end) in ends)
        {
            registry.Add($"fd.{prefix}ip", (c, _) => Address(c, end));
            registry.Add($"fd.{prefix}net", (c, _) => Address(c, end) is { Exists: true } address
                ? Value.Network(address.AsBytes, address.AsBytes.Length * 8) : Value.None);
            registry.Add($"fd.{prefix}port", (c, _) => Port(c, end));
            registry.Add($"fd.{prefix}proto", (c, _) => Port(c, end) is { Exists: true } port ? PortText(c, port.AsUInt64) : Value.None);
        }
        registry.Add("fd.ip", static (c, _) => Both(c, ValueKind.Address));
        registry.Add("fd.net", static (c, _) => Both(c, ValueKind.Address));
        registry.Add("fd.port", static (c, _) => Both(c, ValueKind.UInt64));
        registry.Add("fd.proto", static (c, _) => Both(c, ValueKind.UInt64));
    }

    /// <summary>The name of a kind of descriptor.</summary>
    public static ReadOnlySpan<byte> KindName(FdKind kind) => kind switch
    {
        FdKind.File or FdKind.FileV2 => "file"u8,
        FdKind.Directory => "directory"u8,
        FdKind.Ipv4Socket or FdKind.Ipv4Server => "ipv4"u8,
        FdKind.Ipv6Socket or FdKind.Ipv6Server => "ipv6"u8,
        FdKind.Pipe => "pipe"u8,
        FdKind.UnixSocket => "unix"u8,
        FdKind.Event => "event"u8,
        FdKind.SignalFd => "signalfd"u8,
        FdKind.EventPoll => "eventpoll"u8,
        FdKind.Inotify => "inotify"u8,
        FdKind.TimerFd => "timerfd"u8,
        FdKind.Netlink => "netlink"u8,
        FdKind.Bpf => "bpf"u8,
        FdKind.UserFaultFd => "userfaultfd"u8,
        FdKind.IoUring => "io_uring"u8,
        FdKind.MemFd => "memfd"u8,
        FdKind.PidFd => "pidfd"u8,
        _ => "<NA>"u8,
    };

    /// <summary>The character of a kind of descriptor.</summary>
    public static byte KindCharacter(FdKind kind) => kind switch
    {
        FdKind.File or FdKind.FileV2 => (byte)'f',
        FdKind.Directory => (byte)'d',
        FdKind.Ipv4Socket or FdKind.Ipv4Server => (byte)'4',
        FdKind.Ipv6Socket or FdKind.Ipv6Server => (byte)'6',
        FdKind.Pipe => (byte)'p',
        FdKind.UnixSocket => (byte)'u',
        FdKind.Event => (byte)'e',
        FdKind.SignalFd => (byte)'s',
        FdKind.EventPoll => (byte)'l',
        FdKind.Inotify => (byte)'i',
        FdKind.TimerFd => (byte)'t',
        FdKind.Netlink => (byte)'n',
        FdKind.Bpf => (byte)'b',
        FdKind.UserFaultFd => (byte)'u',
        FdKind.IoUring => (byte)'r',
        FdKind.MemFd => (byte)'m',
        FdKind.PidFd => (byte)'P',
        _ => (byte)'o',
    };

    private static FdEntry* Entry(EventContext context) => context.Frame.Entry;

    private static void AddNames(FieldRegistry registry)
    {
        registry.Add("fd.num", static (c, _) => c.Frame.HasFd ? Value.Int64(Number(c)) : Value.None);
        registry.Add("fd.name", static (c, _) => Name(c));
        registry.Add("fd.nameraw", static (c, _) => RawName(c));
        registry.Add("fd.directory", static (c, _) => Directory(c));
        registry.Add("fd.filename", static (c, _) => Entry(c) is null || !Entry(c)->IsFile || Entry(c)->Kind == FdKind.Directory ? Value.None
            : Value.Bytes(Entry(c)->Name.Span[(Entry(c)->Name.Span.LastIndexOf((byte)'/') + 1)..]));
        registry.Add("fd.containername", static (c, _) => WithContainer(c, Name(c)));
        registry.Add("fd.containerdirectory", static (c, _) => WithContainer(c, Directory(c)));
        registry.Add("fd.type", static (c, _) => Entry(c) is null ? Value.None : Value.Bytes(KindName(Entry(c)->Kind)));
        registry.Add("fd.typechar", static (c, _) => Character(c));
        registry.Add("fd.types", static (c, f) => Types(c, f));
        registry.Add("fd.uid", static (c, _) => Unique(c));
    }

    private static void AddAttributes(FieldRegistry registry)
    {
        registry.Add("fd.l4proto", static (c, _) => Entry(c) is null ? Value.None : Value.Bytes(Protocol(Entry(c))));
        registry.Add("fd.sockfamily", static (c, _) => Entry(c) is null ? Value.None
            : Entry(c)->IsInternet ? Value.Bytes("ip"u8) : Entry(c)->Kind == FdKind.UnixSocket ? Value.Bytes("unix"u8) : Value.None);
        registry.Add("fd.is_server", static (c, _) => Entry(c) is null ? Value.None : Value.Bool(IsServer(c, Entry(c))));
        registry.Add("fd.connected", static (c, _) => Entry(c) is null ? Value.None : Value.Bool((Entry(c)->State & FdState.Connected) != 0));
        registry.Add("fd.name_changed", static (c, _) => Entry(c) is null ? Value.None : Value.Bool(c.Frame.NameChanged));
        registry.Add("fd.dev", static (c, _) => Entry(c) is null ? Value.None : Value.Int64(Entry(c)->Device), FieldFormat.Hex);
        registry.Add("fd.dev.major", static (c, _) => Entry(c) is null ? Value.None : Value.Int64(Entry(c)->Device >> 8 & 0xfff));
        registry.Add("fd.dev.minor", static (c, _) => Entry(c) is null ? Value.None
            : Value.Int64((Entry(c)->Device & 0xff) | (Entry(c)->Device >> 12 & 0xfff00)));
        registry.Add("fd.ino", static (c, _) => Entry(c) is null ? Value.None : Value.Int64((long)Entry(c)->Inode));
        registry.Add("fd.is_upper_layer", static (c, _) => Entry(c) is null ? Value.None : Value.Bool((Entry(c)->State & FdState.UpperLayer) != 0));
        registry.Add("fd.is_lower_layer", static (c, _) => Entry(c) is null ? Value.None : Value.Bool((Entry(c)->State & FdState.LowerLayer) != 0));
    }

    private static Value Name(EventContext context) => !context.Frame.HasFd ? Value.None
        : Entry(context) is not null ? Value.Bytes(Entry(context)->Name.Span)
        : FsPathFields.TryOpenedPath(context, out _, out var path) ? Value.Bytes(path)
        : Value.Bytes(""u8);

    private static Value RawName(EventContext context) => !context.Frame.HasFd ? Value.None
        : Entry(context) is not null ? Value.Bytes(Entry(context)->RawName.Span)
        : FsPathFields.TryOpenedPath(context, out var raw, out _) ? Value.Bytes(raw)
        : Value.Bytes(""u8);

    private static Value Directory(EventContext context)
    {
        var entry = Entry(context);
        if (!context.Frame.HasFd || (entry is not null && !entry->IsFile))
            return Value.None;
        var name = Name(context).AsBytes;
        if (entry is not null && entry->Kind == FdKind.Directory)
            return Value.Bytes(name);
        int slash = name.LastIndexOf((byte)'/');
        return slash < 0 ? Value.Bytes("/"u8) : Value.Bytes(name[..Math.Max(slash, 1)]);
    }

    private static Value WithContainer(EventContext context, Value name)
    {
        if (!name.Exists)
            return Value.None;
        var writer = new Utf8Writer(context.Scratch);
        if (context.Thread is { } thread && !ContainerFields.IsHost(context))
            writer.Add(thread.ContainerId.Span);
        writer.Add((byte)':');
        writer.Add(name.AsBytes);
        return Value.Bytes(context.Keep(writer.Length));
    }

    private static Value Character(EventContext context)
    {
        if (!context.Frame.HasFd)
            return Value.None;
        byte character = Entry(context) is not null ? KindCharacter(Entry(context)->Kind)
            : FsPathFields.TryOpenedPath(context, out _, out _) ? (byte)'f' : (byte)'o';
        var writer = new Utf8Writer(context.Scratch);
        writer.Add(character);
        return Value.Bytes(context.Keep(writer.Length));
    }

    private static Value Types(EventContext context, DetectorField field)
    {
        if (!context.Frame.HasFd || context.Thread is not { } thread)
            return Value.None;
        var list = new ValueListWriter(context.Scratch);
        ulong seen = 0;
        var table = thread.Fds;
        for (int slot = 0; (slot = table.Next(slot)) >= 0; slot++)
        {
            var entry = table.At(slot);
            if (field.Index >= 0 && entry->Number != field.Index)
                continue;
            ulong bit = 1UL << (int)(entry->Kind switch
            {
                FdKind.Ipv4Server => FdKind.Ipv4Socket,
                FdKind.Ipv6Server => FdKind.Ipv6Socket,
                var kind => kind,
            });
            if ((seen & bit) != 0)
                continue;
            seen |= bit;
            list.Add(KindName(entry->Kind));
        }
        return seen == 0 ? Value.None : Value.List(ValueKind.Bytes, context.Keep(list.Packed.Length));
    }

    /// <summary>The number; -1 for one that a call failed to make.</summary>
    private static long Number(EventContext context) =>
        Entry(context) is null && (context.View.Definition.Flags & EventFlags.CreatesFd) != 0 ? -1 : context.Frame.Fd;

    private static Value Unique(EventContext context)
    {
        if (!context.Frame.HasFd || context.Thread is not { } thread)
            return Value.None;
        var writer = new Utf8Writer(context.Scratch);
        writer.Add(thread.Tid);
        writer.Add(Number(context));
        return Value.Bytes(context.Keep(writer.Length));
    }

    /// <summary>A socket without ends is not said to be of a protocol yet.</summary>
    private static ReadOnlySpan<byte> Protocol(FdEntry* entry) => (entry->Name.IsEmpty ? SocketProtocol.Unknown : entry->Protocol) switch
    {
        SocketProtocol.Tcp => "tcp"u8,
        SocketProtocol.Udp => "udp"u8,
        SocketProtocol.Icmp => "icmp"u8,
        SocketProtocol.Raw => "raw"u8,
        _ => "<NA>"u8,
    };

    private static bool IsServer(EventContext context, FdEntry* entry) => entry->Kind switch
    {
        FdKind.Ipv4Server or FdKind.Ipv6Server => true,
        FdKind.Ipv4Socket or FdKind.Ipv6Socket => (entry->State & FdState.RoleServer) != 0
            || context.State.Interfaces.Contains(Bytes(ref entry->Destination, entry->AddressLength)),
        _ => false,
    };

    private static Value Address(EventContext context, End end)
    {
        var entry = Entry(context);
        if (entry is null || !TryEnd(context, entry, end, out bool isSource))
            return Value.None;
        return Value.Address(isSource ? Bytes(ref entry->Source, entry->AddressLength) : Bytes(ref entry->Destination, entry->AddressLength));
    }

    private static Value Port(EventContext context, End end)
    {
        var entry = Entry(context);
        if (entry is null || !TryEnd(context, entry, end, out bool isSource))
            return Value.None;
        return Value.UInt64(isSource ? entry->SourcePort : entry->DestinationPort);
    }

    /// <summary>Which end of the entry is meant; false when the socket has not that end, or nothing is known of it yet.</summary>
    private static bool TryEnd(EventContext context, FdEntry* entry, End end, out bool isSource)
    {
        isSource = end == End.Client;
        if (entry->Kind is FdKind.Ipv4Server or FdKind.Ipv6Server)
            return end == End.Server;
        if (!entry->HasTwoEnds || entry->Name.IsEmpty)
            return false;
        if (end is End.Local or End.Remote)
        {
            bool sourceIsLocal = context.State.Interfaces.Contains(Bytes(ref entry->Source, entry->AddressLength));
            isSource = sourceIsLocal == (end == End.Local);
        }
        return true;
    }

    private static Value Both(EventContext context, ValueKind kind)
    {
        var entry = Entry(context);
        if (entry is null || !entry->IsInternet || entry->Name.IsEmpty)
            return Value.None;
        var list = new ValueListWriter(context.Scratch);
        for (var end = entry->HasTwoEnds ? End.Client : End.Server; end <= End.Server; end++)
        {
            if (kind == ValueKind.Address)
                list.Add(Address(context, end).AsBytes);
            else
                list.Add(Port(context, end).AsInt64);
        }
        return Value.List(kind, context.Keep(list.Packed.Length));
    }

    private static Value PortText(EventContext context, ulong port)
    {
        var writer = new Utf8Writer(context.Scratch);
        writer.Add(port);
        return Value.Bytes(context.Keep(writer.Length));
    }

    private static ReadOnlySpan<byte> Bytes(ref AddressBytes address, int length) => MemoryMarshal.CreateReadOnlySpan(ref address[0], length);
}
