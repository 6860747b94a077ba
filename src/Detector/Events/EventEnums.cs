namespace Saker.Detector.Events;

/// <summary>How a parameter's value is encoded. Numbers of the driver's table; frozen, for they travel in captures.</summary>
internal enum ParameterType : byte
{
    None = 0, Int8 = 1, Int16 = 2, Int32 = 3, Int64 = 4, UInt8 = 5, UInt16 = 6, UInt32 = 7, UInt64 = 8, CharBuf = 9, ByteBuf = 10,
    Errno = 11, SockAddr = 12, SockTuple = 13, Fd = 14, Pid = 15, FdList = 16, FsPath = 17, SyscallId = 18, SigType = 19,
    RelTime = 20, AbsTime = 21, Port = 22, L4Proto = 23, SockFamily = 24, Bool = 25, Ipv4Addr = 26, Dyn = 27, Flags8 = 28,
    Flags16 = 29, Flags32 = 30, Uid = 31, Gid = 32, Double = 33, SigSet = 34, CharBufArray = 35, CharBufPairArray = 36,
    Ipv4Net = 37, Ipv6Addr = 38, Ipv6Net = 39, IpAddr = 40, IpNet = 41, Mode = 42, FsRelPath = 43, EnumFlags8 = 44,
    EnumFlags16 = 45, EnumFlags32 = 46, Fd32 = 47, Pid32 = 48,
}

/// <summary>How a number is printed.</summary>
internal enum PrintFormat : byte
{
    /// <summary>No format of its own.</summary>
    Na,

    /// <summary>Decimal.</summary>
    Dec,

    /// <summary>Hexadecimal, capital letters, no prefix.</summary>
    Hex,

    /// <summary>Octal with a leading 0.</summary>
    Oct,
}

/// <summary>What the table says about an event type.</summary>
[Flags]
internal enum EventFlags
{
    None = 0,
    CreatesFd = 1,
    DestroysFd = 2,
    UsesFd = 4,
    ReadsFromFd = 8,
    WritesToFd = 16,
    ModifiesState = 32,
    Waits = 64,
    SkipParseReset = 128,
    OldVersion = 256,
    Unused = 512,
    LargePayload = 1024,
    ConverterManaged = 2048,
}

/// <summary>What kind of thing an event is about, and where it comes from.</summary>
[Flags]
internal enum EventCategory
{
    None = 0,
    Unknown = 1, Other = 2, File = 4, Net = 8, Ipc = 16, Memory = 32, Process = 64, Sleep = 128, System = 256, Signal = 512,
    User = 1024, Time = 2048, IoRead = 4096, IoWrite = 8192, IoOther = 16384, Wait = 32768, Scheduler = 65536, Internal = 131072,
    Syscall = 1 << 20, Tracepoint = 1 << 21, Plugin = 1 << 22, MetaEvent = 1 << 23, Iter = 1 << 24,
}
