using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Saker.Detector.State;

/// <summary>What a descriptor refers to. Numbers are those of captures' descriptor lists; frozen, for they are on disk.</summary>
internal enum FdKind : byte
{
    Unknown = 0, File = 1, Directory = 2, Ipv4Socket = 3, Ipv6Socket = 4, Ipv4Server = 5, Ipv6Server = 6, Pipe = 7, UnixSocket = 8,
    Event = 9, Unsupported = 10, SignalFd = 11, EventPoll = 12, Inotify = 13, TimerFd = 14, Netlink = 15, FileV2 = 16, Bpf = 17,
    UserFaultFd = 18, IoUring = 19, MemFd = 20, PidFd = 21,
}

/// <summary>What is known of a descriptor besides its kind.</summary>
[Flags]
internal enum FdState : ushort
{
    None = 0,

    /// <summary>The socket accepted, or was connected to.</summary>
    RoleServer = 1,

    /// <summary>The socket connected.</summary>
    RoleClient = 2,

    /// <summary>The socket is connected.</summary>
    Connected = 4,

    /// <summary>A connect is under way (EINPROGRESS).</summary>
    ConnectPending = 8,

    /// <summary>A connect failed.</summary>
    ConnectFailed = 16,

    /// <summary>Closed at exec.</summary>
    CloseOnExec = 32,

    /// <summary>Of the upper layer of an overlay file system.</summary>
    UpperLayer = 64,

    /// <summary>Of the lower layer of an overlay file system.</summary>
    LowerLayer = 128,

    /// <summary>The name was changed by the present event.</summary>
    NameChanged = 256,
}

/// <summary>The transport of a socket. Numbers are those of captures' descriptor lists.</summary>
internal enum SocketProtocol : byte
{
    Unknown = 0, NotApplicable = 1, Tcp = 2, Udp = 3, Icmp = 4, Raw = 5,
}

/// <summary>An address of up to 16 bytes, in network order.</summary>
[InlineArray(16)]
internal struct AddressBytes
{
    private byte first;
}

/// <summary>One descriptor of a process. Lives in native memory: no references to managed objects.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct FdEntry
{
    /// <summary>The descriptor's number; -1 marks an empty slot.</summary>
    public int Number;

    /// <summary>What it refers to.</summary>
    public FdKind Kind;

    /// <summary>The socket's transport.</summary>
    public SocketProtocol Protocol;

    /// <summary>What else is known.</summary>
    public FdState State;

    /// <summary>Open flags in the driver's values.</summary>
    public uint OpenFlags;

    /// <summary>The device that holds the file.</summary>
    public uint Device;

    /// <summary>The mount that a path of /proc belongs to.</summary>
    public uint MountId;

    /// <summary>Port of the source (client) end.</summary>
    public ushort SourcePort;

    /// <summary>Port of the destination (server) end, or of a listening socket.</summary>
    public ushort DestinationPort;

    /// <summary>The inode.</summary>
    public ulong Inode;

    /// <summary>Path or name as rules see it.</summary>
    public Text Name;

    /// <summary>The name before it was made absolute.</summary>
    public Text RawName;

    /// <summary>Address of the source (client) end: 4 or 16 bytes by <see cref="Kind"/>; for Unix sockets, kernel addresses.</summary>
    public AddressBytes Source;

    /// <summary>Address of the destination (server) end, or of a listening socket.</summary>
    public AddressBytes Destination;

    /// <summary>True for files and directories.</summary>
    public readonly bool IsFile => Kind is FdKind.File or FdKind.FileV2 or FdKind.Directory;

    /// <summary>True for sockets of IPv4 or IPv6.</summary>
    public readonly bool IsInternet => Kind is >= FdKind.Ipv4Socket and <= FdKind.Ipv6Server;

    /// <summary>True for sockets of any family.</summary>
    public readonly bool IsSocket => IsInternet || Kind is FdKind.UnixSocket or FdKind.Netlink;

    /// <summary>True for an internet socket with two ends.</summary>
    public readonly bool HasTwoEnds => Kind is FdKind.Ipv4Socket or FdKind.Ipv6Socket;

    /// <summary>Bytes of an address of this socket: 4 or 16; 0 when it has none.</summary>
    public readonly int AddressLength => Kind switch
    {
        FdKind.Ipv4Socket or FdKind.Ipv4Server => 4,
        FdKind.Ipv6Socket or FdKind.Ipv6Server => 16,
        _ => 0,
    };
}
