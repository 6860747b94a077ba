using Saker.Detector.State;
using Saker.Detector.State.Handlers;

namespace Saker.Detector.Scap;

/// <summary>A thread as a capture lists it, of any version of the list. What an older version lacks is unknown.</summary>
internal readonly ref struct ProcessEntry
{
    /// <summary>The version that is written today, the only one whose entries begin with their length.</summary>
    public const int CurrentVersion = 9;

    private const int WithMemory = 2, WithEnvironment = 3, WithNamespaces = 4, WithRoot = 5, WithSession = 6, WithExePath = 7, WithGroup = 8;

    // Entries of version 9 grew in their middle once: those that have at most so many bytes left begin with the audit user.
    private const int OldTail = 29;
    private const long Unknown = -1;

    private readonly long tid, pid, parent, session = Unknown, vgroup = Unknown, vtid = Unknown, vpid = Unknown, fdLimit;
    private readonly ReadOnlySpan<byte> comm, exe, exePath, args, directory, environment, cgroups, root;
    private readonly uint uid, gid, vmSize, vmRss, vmSwap;
    private readonly ulong majorFaults, minorFaults;
    private readonly ListReader tail;

    /// <summary>Reads an entry to its end.</summary>
    public ProcessEntry(ref ListReader entry, int version)
    {
        tid = entry.I64();
        pid = entry.I64();
        parent = entry.I64();
        session = version >= WithSession ? entry.I64() : Unknown;
        vgroup = version >= WithGroup ? entry.I64() : Unknown;
        comm = entry.Text();
        exe = entry.Text();
        exePath = version >= WithExePath ? entry.Text() : default;
        args = entry.Text();
        directory = entry.Text();
        fdLimit = entry.I64();
        entry.U32(); // flags of the clone
        uid = entry.U32();
        gid = entry.U32();
        if (version >= WithMemory)
        {
            vmSize = entry.U32();
            vmRss = entry.U32();
            vmSwap = entry.U32();
            majorFaults = entry.U64();
            minorFaults = entry.U64();
        }

        environment = version >= WithEnvironment ? entry.Text() : default;
        if (version >= WithNamespaces)
        {
            vtid = entry.I64();
            vpid = entry.I64();
            cgroups = entry.Text();
        }

        root = version >= WithRoot ? entry.Text() : default;
        tail = version >= CurrentVersion ? entry : default;
    }

    /// <summary>The version of a process list; 0 for other blocks.</summary>
    public static int VersionOf(BlockType type) => type switch
    {
        BlockType.ProcessListV1 or BlockType.EarlyProcessListV1 => 1,
        BlockType.ProcessListV2 or BlockType.EarlyProcessListV2 => WithMemory,
        BlockType.ProcessListV3 or BlockType.EarlyProcessListV3 => WithEnvironment,
        BlockType.ProcessListV4 => WithNamespaces,
        BlockType.ProcessListV5 => WithRoot,
        BlockType.ProcessListV6 => WithSession,
        BlockType.ProcessListV7 => WithExePath,
        BlockType.ProcessListV8 => WithGroup,
        BlockType.ProcessList => CurrentVersion,
        _ => 0,
    };

    /// <summary>Adds the thread to the state; an entry that names no thread is left out.</summary>
    public void AddTo(MachineState state)
    {
        if (tid <= 0 || pid <= 0 || state.Threads.Add(tid, pid, parent) is not { } thread)
        {
            return;
        }

        var texts = state.Texts;
        thread.SessionId = session;
        thread.VGroupId = vgroup;
        texts.Set(ref thread.Comm, comm);
        texts.Set(ref thread.Exe, exe);
        texts.Set(ref thread.ExePath, exePath);
        texts.Set(ref thread.Args, args is [0] ? default : args); // of a program that wrote over its arguments
        ProcessHandlers.SetWorkingDirectory(state, thread, directory);
        thread.FdLimit = fdLimit;
        thread.Uid = uid;
        thread.Gid = gid;
        thread.VmSize = vmSize;
        thread.VmRss = vmRss;
        thread.VmSwap = vmSwap;
        thread.MajorFaults = majorFaults;
        thread.MinorFaults = minorFaults;
        texts.Set(ref thread.Environment, environment);
        thread.VTid = vtid;
        thread.VPid = vpid;
        state.SetCgroups(thread, cgroups);
        texts.Set(ref thread.Root, root);
        AddTail(tail, thread);
    }

    /// <summary>What came into version 9 in the course of time, as far as the entry has it.</summary>
    private static void AddTail(ListReader entry, ThreadInfo thread)
    {
        if (entry.Rest.Length > OldTail)
        {
            thread.PidNamespaceStart = entry.U64();
            thread.Tty = entry.U32();
        }

        thread.LoginUid = entry.AtEnd ? uint.MaxValue : entry.U32();
        Mark(thread, ThreadMarks.ExeWritable, entry.U8());
        thread.CapInheritable = entry.U64();
        thread.CapPermitted = entry.U64();
        thread.CapEffective = entry.U64();
        Mark(thread, ThreadMarks.ExeUpperLayer, entry.U8());
        thread.ExeInode = entry.U64();
        thread.ExeChangeTime = entry.U64();
        thread.ExeModifyTime = entry.U64();
        Mark(thread, ThreadMarks.ExeFromMemfd, entry.U8());
        Mark(thread, ThreadMarks.ExeLowerLayer, entry.U8());
        thread.GroupId = entry.AtEnd ? Unknown : entry.I64();
    }

    private static void Mark(ThreadInfo thread, ThreadMarks mark, byte value)
    {
        if (value != 0)
        {
            thread.State |= mark;
        }
    }
}
