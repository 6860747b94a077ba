using Saker.Conditions.Values;
using Saker.Detector.State;

namespace Saker.Detector.Fields;

/// <summary>
/// Fields of a process's ancestors: with a number, of that one (0 is the process, 1 its parent); without, of all from the
/// parent on, as a list whose members are alternatives.
/// </summary>
internal static class AncestorFields
{
    private delegate Value ThreadReader(EventContext context, ThreadInfo thread);

    public static void Register(FieldRegistry registry)
    {
        Add(registry, "proc.aname", static (_, t) => Value.Bytes(t.Comm.Span));
        Add(registry, "proc.aexe", static (_, t) => Value.Bytes(t.Exe.Span));
        Add(registry, "proc.aexepath", static (_, t) => Value.Bytes(t.ExePath.Span));
        Add(registry, "proc.aargs", static (c, t) => ProcFields.Joined(c, t.Args.Span));
        Add(registry, "proc.acmdline", static (c, t) => ProcFields.CommandLine(c, t));
        Add(registry, "proc.apid", static (_, t) => Value.Int64(t.Pid), static (c, f) =>
            f.Argument is not null ? c.Read(f) : c.Thread is { } t ? Value.Int64(t.Pid) : Value.None);
        registry.Add("proc.aenv", ReadEnvironment, shown: static (c, f) =>
            f.Argument is not null ? c.Read(f) : c.Thread is { } t ? ProcFields.Joined(c, t.Leader.Environment.Span) : Value.None);
        registry.Add("proc.loginshellid", static (c, _) => LoginShell(c));
    }

    // What an alert shows of all ancestors may be something else: of pids, it is the process's own.
    private static void Add(FieldRegistry registry, string name, ThreadReader reader, FieldReader? shown = null) => registry.Add(name, (c, f) =>
    {
        if (c.Thread is not { } thread)
        {
            return Value.None;
        }

        if (f.Argument is not null)
        {
            return Ancestor(c, thread, f.Index) is { } ancestor && !ProcFields.IsUnknown(ancestor) ? reader(c, ancestor) : Value.None;
        }

        return ReadAll(c, thread, reader);
    }, shown: shown);

    private static Value ReadAll(EventContext context, ThreadInfo thread, ThreadReader reader)
    {
        // Half of the scratch for the list, half for a member that is put together; what is not used goes back.
        var room = context.Scratch.Length / 2;
        var list = new ValueListWriter(context.Scratch[..room]);
        var start = context.Mark;
        context.Keep(room);
        var behind = context.Mark;
        var kind = ValueKind.None;
        var walk = new AncestorWalk(context.State.Threads, thread);
        while (!list.Overflowed && walk.MoveNext())
        {
            context.Rewind(behind);
            var value = reader(context, walk.Current);
            kind = value.Kind;
            if (kind == ValueKind.Int64)
            {
                list.Add(value.AsInt64);
            }
            else
            {
                list.Add(value.AsBytes);
            }
        }

        context.Rewind(start);
        return kind == ValueKind.None ? Value.None : Value.List(kind, context.Keep(list.Packed.Length));
    }

    private static ThreadInfo? Ancestor(EventContext context, ThreadInfo thread, int generation)
    {
        if (generation < 0)
        {
            return null;
        }

        var walk = new AncestorWalk(context.State.Threads, thread);
        for (; generation > 0; generation--)
        {
            if (!walk.MoveNext())
            {
                return null;
            }
        }

        return walk.Current;
    }

    private static Value ReadEnvironment(EventContext context, DetectorField field)
    {
        if (context.Thread is not { } thread)
        {
            return Value.None;
        }

        if (field.Argument is null)
        {
            return ReadAll(context, thread, static (c, t) => ProcFields.Joined(c, t.Environment.Span));
        }

        if (field.Index >= 0)
        {
            return Ancestor(context, thread, field.Index) is { } ancestor ? ProcFields.Joined(context, ancestor.Environment.Span) : Value.None;
        }

        var walk = new AncestorWalk(context.State.Threads, thread);
        while (walk.MoveNext())
        {
            var value = ProcFields.Variable(walk.Current.Environment.Span, field.ArgumentBytes);
            if (!value.AsBytes.IsEmpty)
            {
                return value;
            }
        }

        return Value.Bytes(""u8);
    }

    /// <summary>The oldest ancestor whose name ends in <c>sh</c>: the shell of the login.</summary>
    private static Value LoginShell(EventContext context)
    {
        if (context.Thread is not { } thread)
        {
            return Value.None;
        }

        ThreadInfo? shell = null;
        var walk = new AncestorWalk(context.State.Threads, thread);
        do
        {
            if (walk.Current.Comm.Span.EndsWith("sh"u8))
            {
                shell = walk.Current;
            }
        }
        while (walk.MoveNext());

        return shell is null ? Value.None : Value.Int64(shell.Pid);
    }
}
