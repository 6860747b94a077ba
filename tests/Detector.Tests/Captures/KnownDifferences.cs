using Saker.Conditions.Fields;
using Saker.Detector.Events;
using Saker.Detector.Fields;
using Saker.Detector.State;

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

        // Of a process that nobody knew before its exec: its session is unknown, for exec does not tell that.
        if (name == "proc.cwd" && context.Thread is { SessionId: -1, State: var marks } && (marks & ThreadMarks.Executed) != 0)
        {
            return "a working directory that exec tells";
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

    private static bool IsAboutPaths(EventType type) => type is EventType.OpenExit or EventType.OpenatV2Exit or EventType.Openat2Exit
        or EventType.CreatExit or EventType.RenameatExit or EventType.LinkatV2Exit or EventType.SymlinkatExit or EventType.UnlinkatV2Exit
        or EventType.FchmodatExit;
}
