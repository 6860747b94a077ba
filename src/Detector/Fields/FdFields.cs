using Saker.Conditions.Values;
using Saker.Detector.Events;
using Saker.Detector.State;

namespace Saker.Detector.Fields;

/// <summary>Fields of the descriptor that the event uses or makes: <c>fd.*</c>.</summary>
internal static unsafe class FdFields
{
    public static void Register(FieldRegistry registry)
    {
        AddNames(registry);
        AddAttributes(registry);
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
        registry.Add("fd.connected", static (c, _) => Entry(c) is null ? Value.None : Value.Bool((Entry(c)->State & (FdState.Connected | FdState.ConnectPending)) != 0));
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
        : NameOfUnknown(context);

    private static Value RawName(EventContext context) => !context.Frame.HasFd ? Value.None
        : Entry(context) is not null ? Value.Bytes(Entry(context)->RawName.Span)
        : FsPathFields.TryOpenedPath(context, out var raw, out _) ? Value.Bytes(raw)
        : NameOfUnknown(context);

    /// <summary>A descriptor that nobody knows has the name that the call gives it, if any.</summary>
    private static Value NameOfUnknown(EventContext context)
    {
        var view = context.View;
        if (view.Type == EventType.OpenByHandleAtExit)
        {
            return Value.Bytes(view.Has(OpenByHandleAtExit.Path) ? view.Text(OpenByHandleAtExit.Path) : "<NA>"u8);
        }

        if (view.Type != EventType.ConnectExit)
        {
            return Value.Bytes(""u8);
        }

        var writer = new Utf8Writer(context.Scratch);
        ArgumentText.WriteTuple(view.Parameter(ConnectExit.Tuple), ref writer);
        return Value.Bytes(context.Keep(writer.Length));
    }

    private static Value Directory(EventContext context)
    {
        var entry = Entry(context);
        if (!context.Frame.HasFd || (entry is not null && !entry->IsFile))
        {
            return Value.None;
        }

        var name = Name(context).AsBytes;
        if (entry is not null && entry->Kind == FdKind.Directory)
        {
            return Value.Bytes(name);
        }

        var slash = name.LastIndexOf((byte)'/');
        return slash < 0 ? Value.Bytes("/"u8) : Value.Bytes(name[..Math.Max(slash, 1)]);
    }

    private static Value WithContainer(EventContext context, Value name)
    {
        if (!name.Exists)
        {
            return Value.None;
        }

        var writer = new Utf8Writer(context.Scratch);
        if (context.Thread?.Container is { IsHost: false } container)
        {
            writer.Add(container.Id);
        }

        writer.Add((byte)':');
        writer.Add(name.AsBytes);
        return Value.Bytes(context.Keep(writer.Length));
    }

    private static Value Character(EventContext context)
    {
        if (!context.Frame.HasFd)
        {
            return Value.None;
        }

        var character = KindCharacter(Entry(context) is not null ? Entry(context)->Kind : KindToBe(context.View.Type));
        var writer = new Utf8Writer(context.Scratch);
        writer.Add(character);
        return Value.Bytes(context.Keep(writer.Length));
    }

    /// <summary>What a call would have made that made nothing.</summary>
    private static FdKind KindToBe(EventType type) => type switch
    {
        EventType.OpenatV2Exit or EventType.Openat2Exit or EventType.CreatExit => FdKind.File,
        EventType.SocketExit or EventType.AcceptV5Exit or EventType.Accept4V6Exit => FdKind.Ipv4Socket,
        EventType.PipeExit or EventType.Pipe2Exit => FdKind.Pipe,
        EventType.EventfdExit or EventType.Eventfd2Exit => FdKind.Event,
        EventType.SignalfdExit or EventType.Signalfd4Exit => FdKind.SignalFd,
        EventType.TimerfdCreateExit => FdKind.TimerFd,
        EventType.InotifyInitExit or EventType.InotifyInit1Exit => FdKind.Inotify,
        _ => FdKind.Unknown,
    };

    private static Value Types(EventContext context, DetectorField field)
    {
        if (!context.Frame.HasFd || context.Thread is not { } thread)
        {
            return Value.None;
        }

        var list = new ValueListWriter(context.Scratch);
        ulong seen = 0;
        var table = thread.Fds;
        for (var slot = 0; (slot = table.Next(slot)) >= 0; slot++)
        {
            var entry = table.At(slot);
            if (field.Index >= 0 && entry->Number != field.Index)
            {
                continue;
            }

            var bit = 1UL << (int)(entry->Kind switch
            {
                FdKind.Ipv4Server => FdKind.Ipv4Socket,
                FdKind.Ipv6Server => FdKind.Ipv6Socket,
                var kind => kind,
            });
            if ((seen & bit) != 0)
            {
                continue;
            }

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
        {
            return Value.None;
        }

        var writer = new Utf8Writer(context.Scratch);
        writer.Add(thread.Tid);
        writer.Add(Number(context));
        return Value.Bytes(context.Keep(writer.Length));
    }

    /// <summary>A socket that is neither client nor server yet is not said to be of a protocol, unless it is a raw one.</summary>
    public static SocketProtocol KnownProtocol(FdEntry* entry) =>
        entry->HasTwoEnds && entry->Protocol != SocketProtocol.Raw && !HasEnds(entry) ? SocketProtocol.NotApplicable : entry->Protocol;

    /// <summary>True for a socket that is known to be client or server, or that was found connected.</summary>
    public static bool HasEnds(FdEntry* entry) =>
        (entry->State & (FdState.RoleClient | FdState.RoleServer)) != 0 || (entry->HasTwoEnds && entry->DestinationPort != 0);

    private static ReadOnlySpan<byte> Protocol(FdEntry* entry) => KnownProtocol(entry) switch
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
            || context.State.Interfaces.Contains(SocketAddress.Bytes(ref entry->Destination, entry->AddressLength))
            || (entry->Kind == FdKind.Ipv6Socket && !SocketAddress.Bytes(ref entry->Destination, entry->AddressLength).ContainsAnyExcept((byte)0)),
        _ => false,
    };
}
