using Saker.Conditions.Fields;
using Saker.Detector.Events;
using Saker.Detector.Fields;

namespace Saker.Detector.Tests.Captures;

/// <summary>
/// Where our values are not Falco's on purpose, with the reasons that docs/falco-differences.md gives. A difference that
/// none of them explains is a defect.
/// </summary>
internal static class KnownDifferences
{
    /// <summary>Fields that Falco fills from uninitialised memory when a start time is unknown; ours are absent then.</summary>
    public static readonly string[] NeverWritten =
        ["proc.ppid.duration", "proc.exe_ino.ctime_duration_proc_start", "proc.exe_ino.ctime_duration_pidns_start"];

    private static readonly string[] descriptors = ["proc.fdopencount", "proc.fdusage", "fd.types"];
    private static readonly string[] sessions = ["proc.sname", "proc.sid.exe", "proc.sid.exepath"];
    private static readonly string[] arguments = ["evt.args", "evt.info"];

    /// <summary>Why a field of the present event differs; null when there is no reason.</summary>
    public static string? ReasonFor(FieldReference field, EventContext context)
    {
        var name = field.Definition.Name;
        var view = context.View;
        if (NeverWritten.Contains(name))
        {
            return "memory that Falco never wrote";
        }

        if (name == "container.full_id" && context.Container?.Facts is { FullId.Length: 0 })
        {
            return "the whole id of a container whose record has none";
        }

        if (descriptors.Contains(name))
        {
            return "descriptors shared by clone, or closed by exec";
        }

        if (name.StartsWith("fs.path.", StringComparison.Ordinal) && IsAboutPaths(view.Type))
        {
            return "paths that Falco does not resolve";
        }

        if (name == "evt.buffer" && !(view.Definition.Find("data") is >= 0 and var data && (view.Definition.Flags & (EventFlags.ReadsFromFd | EventFlags.WritesToFd)) != 0 && view.Has(data)))
        {
            return "an empty buffer";
        }

        if (sessions.Contains(name) && context.Thread is { } thread && thread.VPid != thread.Pid)
        {
            return "session numbers of a pid namespace";
        }

        return arguments.Contains(name) && view.Type == EventType.CloneV20Exit ? "a parent that nobody knows" : null;
    }

    /// <summary>Why a condition over a field may match another event; null when there is no reason.</summary>
    public static string? ReasonInCondition(FieldReference field, EventContext context)
    {
        var name = field.Definition.Name;
        if (name is "evt.type" or "syscall.type" && context.View.Type == EventType.GenericExit)
        {
            return "a name of a call that has no event of its own";
        }

        if (name == "fd.net" && !context.Read(field).Exists)
        {
            return "networks of what has no address";
        }

        return ReasonFor(field, context);
    }

    private static bool IsAboutPaths(EventType type) => type is EventType.OpenExit or EventType.OpenatV2Exit or EventType.Openat2Exit
        or EventType.CreatExit or EventType.RenameatExit or EventType.LinkatV2Exit or EventType.SymlinkatExit or EventType.UnlinkatV2Exit
        or EventType.FchmodatExit;
}
