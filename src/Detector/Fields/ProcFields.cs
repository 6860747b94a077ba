using Saker.Conditions.Values;
using Saker.Detector.State;

namespace Saker.Detector.Fields;

/// <summary>Fields of the process and of its parent, session and groups: <c>proc.*</c> but for the ancestors.</summary>
internal static unsafe class ProcFields
{
    private delegate Value ThreadReader(EventContext context, ThreadInfo thread);

    public static void Register(FieldRegistry registry)
    {
        AddTexts(registry);
        AddNumbers(registry);
        AddTimes(registry);
        AddExecutable(registry);
        AddLeaders(registry);
        AddStandardStreams(registry);
    }

    /// <summary>Zero-ended texts joined by blanks.</summary>
    public static Value Joined(EventContext context, ReadOnlySpan<byte> texts) => CommandLine(context, default, texts, blankAfterFirst: false);

    /// <summary>A command line: the first word, a blank, and zero-ended arguments joined by blanks.</summary>
    public static Value CommandLine(EventContext context, ReadOnlySpan<byte> first, ReadOnlySpan<byte> rest, bool blankAfterFirst)
    {
        var writer = new Utf8Writer(context.Scratch);
        writer.Add(first);
        if (!first.IsEmpty && (!rest.IsEmpty || blankAfterFirst))
        {
            writer.Add((byte)' ');
        }

        AddJoined(ref writer, rest);
        return Value.Bytes(context.Keep(writer.Length));
    }

    /// <summary>Adds zero-ended texts, joined by blanks.</summary>
    public static void AddJoined(ref Utf8Writer writer, ReadOnlySpan<byte> texts)
    {
        while (!texts.IsEmpty)
        {
            var end = texts.IndexOf((byte)0);
            writer.Add(end < 0 ? texts : texts[..end]);
            texts = end < 0 ? default : texts[(end + 1)..];
            if (!texts.IsEmpty)
            {
                writer.Add((byte)' ');
            }
        }
    }

    /// <summary>The command line as rules see it: name and arguments.</summary>
    public static Value CommandLine(EventContext context, ThreadInfo thread) =>
        CommandLine(context, thread.Comm.Span, thread.Args.Span, blankAfterFirst: false);

    /// <summary>The value of an environment variable; the empty text when it is not set.</summary>
    public static Value Variable(ReadOnlySpan<byte> environment, ReadOnlySpan<byte> name)
    {
        while (!environment.IsEmpty)
        {
            var pair = Events.EventView.CutAtZero(environment);
            environment = environment[Math.Min(pair.Length + 1, environment.Length)..];
            if (pair.Length > name.Length && pair[name.Length] == (byte)'=' && pair.StartsWith(name))
            {
                return Value.Bytes(pair[(name.Length + 1)..]);
            }
        }

        return Value.Bytes(""u8);
    }

    /// <summary>What a number is when nobody knows it.</summary>
    private const long Unknown = -1;

    /// <summary>True for a thread of which nothing is known but that an event happened in it.</summary>
    internal static bool IsUnknown(ThreadInfo thread) => (thread.State & ThreadMarks.Placeholder) != 0;

    private static void Add(FieldRegistry registry, string name, ThreadReader reader) =>
        registry.Add(name, (c, _) => c.Thread is { } thread ? reader(c, thread) : Value.None);

    private static void AddOfParent(FieldRegistry registry, string name, ThreadReader reader) =>
        registry.Add(name, (c, _) => c.Thread is { } thread && c.State.Threads.ParentOf(thread.Leader) is { } parent ? reader(c, parent) : Value.None);

    private static void AddTexts(FieldRegistry registry)
    {
        Add(registry, "proc.name", static (_, t) => Value.Bytes(t.Comm.Span));
        Add(registry, "proc.exe", static (_, t) => Value.Bytes(t.Exe.Span));
        Add(registry, "proc.exepath", static (_, t) => Value.Bytes(t.ExePath.Span));
        Add(registry, "proc.cmdline", static (c, t) => CommandLine(c, t));
        Add(registry, "proc.exeline", static (c, t) => CommandLine(c, t.Exe.Span, t.Args.Span, blankAfterFirst: true));
        Add(registry, "proc.cwd", static (_, t) => Value.Bytes(IsUnknown(t) ? "./"u8 : t.Leader.WorkingDirectory.Span));
        AddOfParent(registry, "proc.pname", static (_, t) => Value.Bytes(t.Comm.Span));
        AddOfParent(registry, "proc.pexe", static (_, t) => Value.Bytes(t.Exe.Span));
        AddOfParent(registry, "proc.pexepath", static (_, t) => Value.Bytes(t.ExePath.Span));
        AddOfParent(registry, "proc.pcmdline", static (c, t) => CommandLine(c, t));
        registry.Add("proc.args", static (c, f) => c.Thread is not { } t ? Value.None
            : f.Argument is null ? Joined(c, t.Args.Span) : Argument(t.Args.Span, f.Index));
        registry.Add("proc.env", static (c, f) => c.Thread is not { } t ? Value.None
            : f.Argument is null ? Joined(c, t.Leader.Environment.Span) : Variable(t.Leader.Environment.Span, f.ArgumentBytes));
    }

    private static void AddNumbers(FieldRegistry registry)
    {
        Add(registry, "proc.pid", static (_, t) => Value.Int64(IsUnknown(t) ? Unknown : t.Pid));
        Add(registry, "proc.vpid", static (_, t) => t.VPid == Unknown ? Value.None : Value.Int64(t.VPid));
        Add(registry, "proc.tty", static (_, t) => Value.UInt64(t.Tty));
        Add(registry, "proc.sid", static (_, t) => Value.Int64(t.SessionId));
        Add(registry, "proc.pgid", static (_, t) => Value.Int64(t.GroupId));
        Add(registry, "proc.vpgid", static (_, t) => Value.Int64(t.VGroupId));
        Add(registry, "proc.cmdnargs", static (_, t) => Value.UInt64((ulong)t.Args.Span.Count((byte)0)));
        Add(registry, "proc.cmdlenargs", static (_, t) => Value.UInt64((ulong)(t.Args.Span.Length - t.Args.Span.Count((byte)0))));
        Add(registry, "proc.fdopencount", static (_, t) => Value.UInt64(IsUnknown(t) ? 0 : (ulong)t.Fds.Count));
        Add(registry, "proc.fdlimit", static (_, t) => Value.Int64(t.FdLimit));
        Add(registry, "proc.fdusage", static (_, t) => t.FdLimit <= 0 ? Value.Float64(0) : Value.Float64((double)t.Fds.Count * 100 / t.FdLimit));
        Add(registry, "proc.vmsize", static (_, t) => Value.UInt64(t.VmSize));
        Add(registry, "proc.vmrss", static (_, t) => Value.UInt64(t.VmRss));
        Add(registry, "proc.vmswap", static (_, t) => Value.UInt64(t.VmSwap));
        Add(registry, "proc.nthreads", static (_, t) => Value.UInt64(IsUnknown(t) ? 0 : (ulong)Math.Max(t.Leader.LivingThreads, 0)));
        Add(registry, "proc.nchilds", static (_, t) => Value.UInt64((ulong)Math.Max(
            t.Leader.LivingThreads - ((t.Leader.State & ThreadMarks.Ended) == 0 ? 1 : 0), 0)));
        AddOfParent(registry, "proc.ppid", static (_, t) => Value.Int64(t.Pid));
        AddOfParent(registry, "proc.pvpid", static (_, t) => Value.Int64(t.VPid));
    }

    private static void AddTimes(FieldRegistry registry)
    {
        Add(registry, "proc.pid.ts", static (_, t) => t.CloneTime == 0 ? Value.None : Value.UInt64(t.CloneTime));
        Add(registry, "proc.duration", static (c, t) => t.CloneTime == 0 ? Value.None : Value.UInt64(c.View.Timestamp - t.CloneTime));
        AddOfParent(registry, "proc.ppid.ts", static (_, t) => Value.UInt64(t.CloneTime));
        AddOfParent(registry, "proc.ppid.duration", static (c, t) => t.CloneTime == 0 ? Value.None : Value.UInt64(c.View.Timestamp - t.CloneTime));
        Add(registry, "proc.pidns_init_start_ts", static (c, t) => ContainerFields.NamespaceStart(c, t) is > 0 and var start ? Value.UInt64(start) : Value.None);
    }

    private static void AddExecutable(FieldRegistry registry)
    {
        Add(registry, "proc.is_exe_writable", static (_, t) => Value.Bool((t.State & ThreadMarks.ExeWritable) != 0));
        Add(registry, "proc.is_exe_upper_layer", static (_, t) => Value.Bool((t.State & ThreadMarks.ExeUpperLayer) != 0));
        Add(registry, "proc.is_exe_lower_layer", static (_, t) => Value.Bool((t.State & ThreadMarks.ExeLowerLayer) != 0));
        Add(registry, "proc.is_exe_from_memfd", static (_, t) => Value.Bool((t.State & ThreadMarks.ExeFromMemfd) != 0));
        Add(registry, "proc.is_sid_leader", static (_, t) => Value.Bool(t.SessionId == t.VPid));
        Add(registry, "proc.is_vpgid_leader", static (_, t) => Value.Bool(t.VGroupId == t.VPid));
        Add(registry, "proc.is_pgid_leader", static (_, t) => Value.Bool(t.GroupId == (IsUnknown(t) ? Unknown : t.Pid)));
        Add(registry, "proc.exe_ino", static (_, t) => t.ExeInode == 0 ? Value.None : Value.Int64((long)t.ExeInode));
        Add(registry, "proc.exe_ino.ctime", static (_, t) => t.ExeChangeTime == 0 ? Value.None : Value.UInt64(t.ExeChangeTime));
        Add(registry, "proc.exe_ino.mtime", static (_, t) => t.ExeModifyTime == 0 ? Value.None : Value.UInt64(t.ExeModifyTime));
        Add(registry, "proc.exe_ino.ctime_duration_proc_start", static (_, t) =>
            t.CloneTime == 0 ? Value.None : Value.UInt64(t.CloneTime - t.ExeChangeTime));
        Add(registry, "proc.exe_ino.ctime_duration_pidns_start", static (c, t) =>
            ContainerFields.NamespaceStart(c, t) is > 0 and var start && start > t.ExeChangeTime ? Value.UInt64(start - t.ExeChangeTime) : Value.None);
    }

    private static void AddLeaders(FieldRegistry registry)
    {
        AddLeader(registry, "proc.sname", static (c, t) => SessionLeader(c, t), static l => l.Comm);
        AddLeader(registry, "proc.sid.exe", static (c, t) => SessionLeader(c, t), static l => l.Exe);
        AddLeader(registry, "proc.sid.exepath", static (c, t) => SessionLeader(c, t), static l => l.ExePath);
        AddLeader(registry, "proc.pgid.name", static (c, t) => GroupLeader(c, t), static l => l.Comm);
        AddLeader(registry, "proc.pgid.exe", static (c, t) => GroupLeader(c, t), static l => l.Exe);
        AddLeader(registry, "proc.pgid.exepath", static (c, t) => GroupLeader(c, t), static l => l.ExePath);
        AddLeader(registry, "proc.vpgid.name", static (c, t) => VGroupLeader(c, t), static l => l.Comm);
        AddLeader(registry, "proc.vpgid.exe", static (c, t) => VGroupLeader(c, t), static l => l.Exe);
        AddLeader(registry, "proc.vpgid.exepath", static (c, t) => VGroupLeader(c, t), static l => l.ExePath);
    }

    private static void AddLeader(
        FieldRegistry registry, string name, Func<EventContext, ThreadInfo, ThreadInfo?> leaderOf, Func<ThreadInfo, State.Text> text) =>
        Add(registry, name, (c, t) => Value.Bytes(leaderOf(c, t) is { } leader ? text(leader).Span : default));

    /// <summary>Null for the kernel's session 0, which nobody leads.</summary>
    private static ThreadInfo? SessionLeader(EventContext context, ThreadInfo thread) => thread.SessionId <= 0 ? null
        : thread.VPid != thread.Pid && thread.SessionId == thread.VPid ? thread.Leader // after setsid in a pid namespace
        : Eldest(context, thread, context.State.Threads.Find(thread.SessionId), static (a, b) => a.SessionId == b.SessionId);

    private static ThreadInfo? GroupLeader(EventContext context, ThreadInfo thread) => thread.GroupId == Unknown ? null
        : Eldest(context, thread, context.State.Threads.Find(thread.GroupId), static (a, b) => a.GroupId == b.GroupId);

    private static ThreadInfo? VGroupLeader(EventContext context, ThreadInfo thread) => thread.VGroupId == Unknown ? null
        : Eldest(context, thread, thread.VPid == thread.Pid ? context.State.Threads.Find(thread.VGroupId) : null, static (a, b) => a.VGroupId == b.VGroupId);

    /// <summary>
    /// The leader itself, or when it is gone, the eldest ancestor that still belongs to the same group; as Falco has it, the
    /// process itself is not one.
    /// </summary>
    private static ThreadInfo? Eldest(EventContext context, ThreadInfo thread, ThreadInfo? leader, Func<ThreadInfo, ThreadInfo, bool> isSame)
    {
        if (leader is not null)
        {
            return leader;
        }

        ThreadInfo? eldest = null;
        var walk = new AncestorWalk(context.State.Threads, thread);
        while (walk.MoveNext() && isSame(walk.Current, thread))
        {
            eldest = walk.Current;
        }

        return eldest;
    }

    private static void AddStandardStreams(FieldRegistry registry)
    {
        string[] names = ["proc.stdin", "proc.stdout", "proc.stderr"];
        for (var i = 0; i < names.Length; i++)
        {
            var number = i;
            Add(registry, names[i] + ".type", (_, t) =>
                t.Fds.Find(number) is var entry && entry is not null ? Value.Bytes(FdFields.KindName(entry->Kind)) : Value.None);
            Add(registry, names[i] + ".name", (_, t) =>
                t.Fds.Find(number) is var entry && entry is not null ? Value.Bytes(entry->Name.Span) : Value.None);
        }
    }

    private static Value Argument(ReadOnlySpan<byte> args, int index)
    {
        for (; index > 0 && !args.IsEmpty; index--)
        {
            args = args[Math.Min(Events.EventView.CutAtZero(args).Length + 1, args.Length)..];
        }

        return Value.Bytes(Events.EventView.CutAtZero(args));
    }
}
