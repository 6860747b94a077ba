using Saker.Conditions.Values;
using Saker.Detector.Events;
using Saker.Detector.State;

namespace Saker.Detector.Fields;

/// <summary>Fields of the event itself: <c>evt.*</c> and <c>syscall.type</c>.</summary>
internal static class EvtFields
{
    private const ulong Second = 1_000_000_000;

    // The driver's values of open flags.
    private const ulong ReadOnly = 1, WriteOnly = 2, Create = 4, Created = 16384, TemporaryFile = 8192;
    private const ulong AnyExecute = 0x49;

    public static void Register(FieldRegistry registry)
    {
        registry.Add("evt.num", static (c, _) => Value.UInt64(c.Number));
        AddTimes(registry);
        registry.Add("evt.dir", static (c, _) => Value.Bytes(c.View.Definition.IsEnter ? ">"u8 : "<"u8));
        registry.Add("evt.source", static (c, _) => Value.Bytes(c.Source));
        registry.Add("evt.is_async", static (c, _) => Value.Bool((c.View.Definition.Category & EventCategory.MetaEvent) != 0));
        registry.Add("evt.asynctype", static (c, _) => c.View.Type == EventType.AsynceventEnter ? Value.Bytes(c.View.Text(AsynceventEnter.Name)) : Value.None);
        registry.Add("evt.hostname", static (c, _) => Value.Bytes(c.Hostname));
        registry.Add("evt.type", static (c, _) => Value.Bytes(TypeOf(c.View)));
        registry.Add("evt.type.is", static (c, f) => Value.UInt64(TypeOf(c.View).SequenceEqual(f.ArgumentBytes) ? 1UL : 0));
        registry.Add("syscall.type", static (c, _) => Has(c, EventCategory.Syscall) ? Value.Bytes(TypeOf(c.View)) : Value.None);
        registry.Add("evt.category", static (c, _) => Value.Bytes(CategoryOf(c)));
        registry.Add("evt.cpu", static (c, _) => c.Cpu < 0 ? Value.None : Value.Int64(c.Cpu));
        registry.Add("evt.buffer", static (c, _) => c.View.Definition.Find("data") is >= 0 and var at && IsIo(c) ? Value.Bytes(c.View.Parameter(at)) : Value.None, FieldFormat.Buffer);
        registry.Add("evt.buflen", static (c, _) => BufferLength(c));
        AddResults(registry);
        AddInputOutput(registry);
        AddCounts(registry);
        AddOpens(registry);
    }

    /// <summary>The event's name; of a generic event, that of the system call in it.</summary>
    public static ReadOnlySpan<byte> TypeOf(scoped in EventView view)
    {
        if (view.Type == EventType.AsynceventEnter && view.Has(AsynceventEnter.Name))
        {
            return view.Text(AsynceventEnter.Name);
        }

        if (view.Type != EventType.GenericExit)
        {
            return view.Definition.Utf8Name;
        }

        var name = EventTable.SystemCall(EventTable.GenericCall(view));
        return name.IsEmpty ? view.Definition.Utf8Name : name;
    }

    /// <summary>A time that is a text for conditions; alerts in JSON show its number.</summary>
    private static void AddTime(FieldRegistry registry, string name, FieldFormat format) => registry.Add(
        name,
        (c, _) =>
        {
            var writer = new Utf8Writer(c.Scratch);
            ValueFormatter.WriteUnsigned(format, c.View.Timestamp, ref writer);
            return Value.Bytes(c.Keep(writer.Length));
        },
        format,
        shown: static (c, _) => Value.UInt64(c.View.Timestamp));

    private static void AddTimes(FieldRegistry registry)
    {
        AddTime(registry, "evt.time", FieldFormat.TimeOfDay);
        AddTime(registry, "evt.time.s", FieldFormat.TimeOfDaySeconds);
        AddTime(registry, "evt.time.iso8601", FieldFormat.Iso8601);
        AddTime(registry, "evt.datetime", FieldFormat.DateTime);
        AddTime(registry, "evt.datetime.s", FieldFormat.DateTimeSeconds);
        registry.Add("evt.rawtime", static (c, _) => Value.UInt64(c.View.Timestamp));
        registry.Add("evt.rawtime.s", static (c, _) => Value.UInt64(c.View.Timestamp / Second));
        registry.Add("evt.rawtime.ns", static (c, _) => Value.UInt64(c.View.Timestamp % Second));
        registry.Add("evt.reltime", static (c, _) => Value.UInt64(Elapsed(c)));
        registry.Add("evt.reltime.s", static (c, _) => Value.UInt64(Elapsed(c) / Second));
        registry.Add("evt.reltime.ns", static (c, _) => Value.UInt64(Elapsed(c) % Second));
        // Falco prints 0 where conditions see the time since the event before.
        registry.Add("evt.deltatime", static (c, _) => Value.UInt64(SinceBefore(c)), shown: static (_, _) => Value.UInt64(0));
        registry.Add("evt.deltatime.s", static (c, _) => Value.UInt64(SinceBefore(c) / Second), shown: static (_, _) => Value.UInt64(0));
        registry.Add("evt.deltatime.ns", static (c, _) => Value.UInt64(SinceBefore(c) % Second), shown: static (_, _) => Value.UInt64(0));
    }

    private static void AddResults(FieldRegistry registry)
    {
        registry.Add("evt.res", static (c, _) => !TryResult(c, out var result) ? Value.None
            : result >= 0 ? Value.Bytes("SUCCESS"u8) : Value.Bytes(ErrorNames.Of(result)));
        registry.Add("evt.rawres", static (c, _) => TryResult(c, out var result) ? Value.Int64(result) : Value.None);
        registry.Add("evt.failed", static (c, _) => TryResult(c, out var result) ? Value.Bool(result < 0) : Value.None);
    }

    private static void AddInputOutput(FieldRegistry registry)
    {
        registry.Add("evt.is_io", static (c, _) => Value.Bool(IsIo(c)));
        registry.Add("evt.is_io_read", static (c, _) => Value.Bool(Does(c, EventFlags.ReadsFromFd)));
        registry.Add("evt.is_io_write", static (c, _) => Value.Bool(Does(c, EventFlags.WritesToFd)));
        registry.Add("evt.io_dir", static (c, _) => Does(c, EventFlags.WritesToFd) ? Value.Bytes("write"u8)
            : Does(c, EventFlags.ReadsFromFd) ? Value.Bytes("read"u8) : Value.None);
        registry.Add("evt.is_wait", static (c, _) => Value.Bool(Does(c, EventFlags.Waits)));
        registry.Add("evt.is_syslog", static (c, _) => Value.Bool(WritesToSyslog(c)));
    }

    private static void AddCounts(FieldRegistry registry)
    {
        registry.Add("evt.count", static (_, _) => Value.UInt64(1));
        registry.Add("evt.count.exit", static (c, _) => c.View.Definition.IsEnter ? Value.None : Value.UInt64(1));
        registry.Add("evt.count.error", static (c, _) => Failure(c, true));
        registry.Add("evt.count.error.file", static (c, _) => Failure(c, IsFile(c)));
        registry.Add("evt.count.error.net", static (c, _) => Failure(c, IsNet(c)));
        registry.Add("evt.count.error.memory", static (c, _) => Failure(c, Has(c, EventCategory.Memory)));
        registry.Add("evt.count.error.other", static (c, _) => Failure(c, IsOther(c)));
    }

    private static void AddOpens(FieldRegistry registry)
    {
        registry.Add("evt.is_open_read", static (c, _) => Value.Bool((OpenFlags(c) & ReadOnly) != 0));
        registry.Add("evt.is_open_write", static (c, _) => Value.Bool((OpenFlags(c) & WriteOnly) != 0));
        registry.Add("evt.is_open_create", static (c, _) => Value.Bool((OpenFlags(c) & (Created | TemporaryFile)) != 0));
        registry.Add("evt.is_open_exec", static (c, _) => Value.Bool(
            (OpenFlags(c) & (Create | TemporaryFile)) != 0 && c.View.Definition.Find("mode") is >= 0 and var at && (c.View.Unsigned(at) & AnyExecute) != 0));
    }

    private static ulong OpenFlags(EventContext context)
    {
        var view = context.View;
        return view.Type switch
        {
            EventType.OpenExit => view.Unsigned(OpenExit.Flags),
            EventType.OpenByHandleAtExit => view.Unsigned(OpenByHandleAtExit.Flags),
            EventType.OpenatV2Exit => view.Unsigned(OpenatV2Exit.Flags),
            EventType.Openat2Exit => view.Unsigned(Openat2Exit.Flags),
            _ => 0,
        };
    }

    private static ulong Elapsed(EventContext context) => context.View.Timestamp - context.Frame.FirstTimestamp;

    private static ulong SinceBefore(EventContext context) =>
        context.Frame.PreviousTimestamp == 0 || context.Frame.PreviousTimestamp > context.View.Timestamp ? 0 : context.View.Timestamp - context.Frame.PreviousTimestamp;

    private static unsafe Value BufferLength(EventContext context) => context.Frame.Entry is not null
        && Has(context, EventCategory.IoRead | EventCategory.IoWrite | EventCategory.IoOther)
        && context.View.TryResult(out var bytes) && bytes >= 0 ? Value.UInt64((ulong)bytes) : Value.None;

    private static bool TryResult(EventContext context, out long result) => context.View.TryResult(out result);

    private static bool Has(EventContext context, EventCategory category) => (context.View.Definition.Category & category) != 0;

    private static bool Does(EventContext context, EventFlags flags) => (context.View.Definition.Flags & flags) != 0;

    private static bool IsIo(EventContext context) => Does(context, EventFlags.ReadsFromFd | EventFlags.WritesToFd);

    private static unsafe bool WritesToSyslog(EventContext context) => Does(context, EventFlags.WritesToFd)
        && context.Frame.Entry is not null && context.Frame.Entry->Name.Span.IndexOf("/dev/log"u8) >= 0;

    private static Value Failure(EventContext context, bool counts) =>
        counts && TryResult(context, out var result) ? Value.UInt64(result < 0 ? 1UL : 0) : Value.None;

    private static unsafe bool IsFile(EventContext context) => context.Frame.Entry is var entry && entry is not null
        ? entry->IsFile
        : Has(context, EventCategory.File) && Does(context, EventFlags.CreatesFd);

    private static unsafe bool IsNet(EventContext context) => context.Frame.Entry is var entry && entry is not null
        ? entry->IsInternet || entry->Kind == FdKind.UnixSocket
        : context.View.Type is EventType.AcceptV5Exit or EventType.Accept4V6Exit or EventType.ConnectExit;

    /// <summary>About a descriptor that is neither file nor socket; or, without a descriptor that is known, not about memory.</summary>
    private static unsafe bool IsOther(EventContext context) =>
        !IsFile(context) && !IsNet(context) && (context.Frame.Entry is not null || !Has(context, EventCategory.Memory));

    private static unsafe EventCategory KindOfFd(EventContext context)
    {
        var entry = context.Frame.Entry;
        if (entry is null)
        {
            return EventCategory.Unknown;
        }

        return entry->Kind switch
        {
            FdKind.File or FdKind.FileV2 or FdKind.Directory => EventCategory.File,
            FdKind.Ipv4Socket or FdKind.Ipv4Server or FdKind.Ipv6Socket or FdKind.Ipv6Server => EventCategory.Net,
            FdKind.Pipe or FdKind.UnixSocket or FdKind.Event or FdKind.SignalFd or FdKind.Inotify => EventCategory.Ipc,
            _ => EventCategory.Unknown,
        };
    }

    private static ReadOnlySpan<byte> CategoryOf(EventContext context)
    {
        var category = context.View.Definition.Category & (EventCategory)0xfffff;
        return category switch
        {
            EventCategory.File => "file"u8,
            EventCategory.Net => "net"u8,
            EventCategory.Ipc => "IPC"u8,
            EventCategory.Memory => "memory"u8,
            EventCategory.Process => "process"u8,
            EventCategory.Sleep => "sleep"u8,
            EventCategory.System => "system"u8,
            EventCategory.Signal => "signal"u8,
            EventCategory.User => "user"u8,
            EventCategory.Time => "time"u8,
            EventCategory.Wait => "wait"u8,
            EventCategory.Scheduler => "scheduler"u8,
            EventCategory.Internal => "internal"u8,
            EventCategory.IoRead or EventCategory.IoWrite or EventCategory.IoOther => KindOfFd(context) switch
            {
                EventCategory.File => "file"u8,
                EventCategory.Net => "net"u8,
                EventCategory.Ipc => "ipc"u8,
                _ => "unknown"u8,
            },
            _ => "other"u8,
        };
    }
}
