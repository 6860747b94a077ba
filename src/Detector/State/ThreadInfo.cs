namespace Saker.Detector.State;

/// <summary>What is known of a thread besides its attributes.</summary>
[Flags]
internal enum ThreadMarks
{
    None = 0,

    /// <summary>Made because an event named it, without anything else being known.</summary>
    Placeholder = 1,

    /// <summary>It ended; a leader stays while other threads of its process live.</summary>
    Ended = 2,

    /// <summary>It ran exec since it was cloned: a late clone event of its parent must not overwrite it.</summary>
    Executed = 4,

    /// <summary>The program file can be written by the process's user.</summary>
    ExeWritable = 8,

    /// <summary>The program file lies in an overlay's upper layer.</summary>
    ExeUpperLayer = 16,

    /// <summary>The program file lies in an overlay's lower layer.</summary>
    ExeLowerLayer = 32,

    /// <summary>The program came from a memfd.</summary>
    ExeFromMemfd = 64,

    /// <summary>Of the processes that are recorded, as its children will be.</summary>
    Recorded = 128,
}

/// <summary>
/// A thread. Objects are pooled by their <see cref="ThreadTable"/> and reused; texts stand in native memory. What all
/// threads of a process share is kept at its <see cref="Leader"/>.
/// </summary>
internal sealed class ThreadInfo
{
    public long Tid { get; set; }
    public long Pid { get; set; }

    /// <summary>The parent's thread id as it is now, after any reparenting.</summary>
    public long ParentTid { get; set; }
    public long SessionId { get; set; }

    /// <summary>Process group as the initial pid namespace counts.</summary>
    public long GroupId { get; set; }
    public long VTid { get; set; }
    public long VPid { get; set; }
    public long VGroupId { get; set; }

    public Text Comm;
    public Text Exe;
    public Text ExePath;

    /// <summary>Arguments without the first, each ended by a zero byte.</summary>
    public Text Args;

    /// <summary>Environment, each variable ended by a zero byte.</summary>
    public Text Environment;

    /// <summary>The working directory, ending in a slash.</summary>
    public Text WorkingDirectory;

    /// <summary>Subsystem=path pairs, each ended by a zero byte.</summary>
    public Text Cgroups;
    public Text Root;

    /// <summary>The container that it runs in, the host's for none; null when unknown. To be set by <see cref="ThreadTable.SetContainer"/>.</summary>
    public ContainerEntry? Container { get; internal set; }

    public uint Uid { get; set; }
    public uint Gid { get; set; }

    /// <summary>The audit user; all bits set when there is none.</summary>
    public uint LoginUid { get; set; }
    public uint Tty { get; set; }
    public ulong CapInheritable { get; set; }
    public ulong CapPermitted { get; set; }
    public ulong CapEffective { get; set; }
    public ulong ExeInode { get; set; }

    /// <summary>Last status change of the program file, nanoseconds since 1970.</summary>
    public ulong ExeChangeTime { get; set; }

    /// <summary>Last modification of the program file, nanoseconds since 1970.</summary>
    public ulong ExeModifyTime { get; set; }
    public long FdLimit { get; set; }

    /// <summary>Memory sizes in KiB.</summary>
    public uint VmSize { get; set; }
    public uint VmRss { get; set; }
    public uint VmSwap { get; set; }
    public ulong MajorFaults { get; set; }
    public ulong MinorFaults { get; set; }

    /// <summary>When it was cloned or last ran exec, nanoseconds since 1970; 0 when that was before the watch began.</summary>
    public ulong CloneTime { get; set; }

    /// <summary>When its pid namespace began, nanoseconds since 1970.</summary>
    public ulong PidNamespaceStart { get; set; }

    /// <summary>
    /// When it was read from /proc or a capture's list, nanoseconds since 1970; events before that are already in it.
    /// 0 when it came from an event.
    /// </summary>
    public ulong ScannedAt { get; set; }

    /// <summary>Start time that the kernel gives in /proc, in ticks; 0 when unknown. Tells a reused id.</summary>
    public ulong StartTicks { get; set; }

    /// <summary>What the call that is under way was given at its start: a path, or an address. See <see cref="EnteredType"/>.</summary>
    public Text Entered;

    /// <summary>The start that <see cref="Entered"/> is of; 0 when no call is under way that told its start.</summary>
    public Events.EventType EnteredType { get; set; }

    /// <summary>Open flags that the call was given at its start.</summary>
    public uint EnteredFlags { get; set; }

    public ThreadMarks State { get; set; }

    /// <summary>The process's first thread; itself when it is that.</summary>
    public ThreadInfo Leader { get; set; }

    /// <summary>For a leader: threads of the process that live, itself included.</summary>
    public int LivingThreads { get; set; }

    /// <summary>The descriptors; shared among threads with <c>CLONE_FILES</c>. Null only in the pool.</summary>
    public FdTable Fds { get; set; } = null!;

    /// <summary>The parent, when it is known.</summary>
    internal ThreadInfo? Parent { get; set; }
    internal ThreadInfo? FirstChild { get; set; }
    internal ThreadInfo? NextSibling { get; set; }
    internal ThreadInfo? PreviousSibling { get; set; }

    /// <summary>A thread that is its own leader.</summary>
    public ThreadInfo() => Leader = this;

    /// <summary>True for the first thread of a process.</summary>
    public bool IsLeader => Tid == Pid;

    /// <summary>Forgets everything but the texts and descriptors, which their owners take back before.</summary>
    internal void Reset()
    {
        Tid = Pid = ParentTid = SessionId = GroupId = VTid = VPid = VGroupId = 0;
        Uid = Gid = Tty = 0;
        LoginUid = uint.MaxValue;
        CapInheritable = CapPermitted = CapEffective = 0;
        ExeInode = ExeChangeTime = ExeModifyTime = 0;
        FdLimit = 0;
        VmSize = VmRss = VmSwap = 0;
        MajorFaults = MinorFaults = CloneTime = PidNamespaceStart = ScannedAt = StartTicks = 0;
        EnteredType = default;
        EnteredFlags = 0;
        State = ThreadMarks.None;
        Leader = this;
        LivingThreads = 0;
        Fds = null!;
        Parent = FirstChild = NextSibling = PreviousSibling = null;
    }

    /// <summary>Takes over what a clone inherits. Ids, times, descriptors and the container are the caller's.</summary>
    internal void InheritFrom(ThreadInfo parent, TextPool texts)
    {
        texts.SetShared(ref Comm, parent.Comm);
        texts.SetShared(ref Exe, parent.Exe);
        texts.SetShared(ref ExePath, parent.ExePath);
        texts.SetShared(ref Args, parent.Args);
        texts.SetShared(ref Environment, parent.Environment);
        texts.SetShared(ref WorkingDirectory, parent.WorkingDirectory);
        texts.SetShared(ref Cgroups, parent.Cgroups);
        texts.SetShared(ref Root, parent.Root);
        SessionId = parent.SessionId;
        GroupId = parent.GroupId;
        VGroupId = parent.VGroupId;
        Uid = parent.Uid;
        Gid = parent.Gid;
        LoginUid = parent.LoginUid;
        Tty = parent.Tty;
        CapInheritable = parent.CapInheritable;
        CapPermitted = parent.CapPermitted;
        CapEffective = parent.CapEffective;
        ExeInode = parent.ExeInode;
        ExeChangeTime = parent.ExeChangeTime;
        ExeModifyTime = parent.ExeModifyTime;
        FdLimit = parent.FdLimit;
        PidNamespaceStart = parent.PidNamespaceStart;
        State |= parent.State & (ThreadMarks.ExeWritable | ThreadMarks.ExeUpperLayer | ThreadMarks.ExeLowerLayer | ThreadMarks.ExeFromMemfd | ThreadMarks.Recorded);
    }

    /// <summary>Gives the texts back.</summary>
    internal void ReleaseTexts(TextPool texts)
    {
        texts.Release(ref Comm);
        texts.Release(ref Exe);
        texts.Release(ref ExePath);
        texts.Release(ref Args);
        texts.Release(ref Environment);
        texts.Release(ref WorkingDirectory);
        texts.Release(ref Cgroups);
        texts.Release(ref Root);
        texts.Release(ref Entered);
    }
}
