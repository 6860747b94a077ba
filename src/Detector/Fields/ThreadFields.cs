using Saker.Conditions.Values;
using Saker.Detector.Events;
using Saker.Detector.State;

namespace Saker.Detector.Fields;

/// <summary>Fields of the thread: <c>thread.*</c>.</summary>
internal static class ThreadFields
{
    private static readonly byte[][] capabilities = [.. new[]
    {
        "CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "FSETID", "KILL", "SETGID", "SETUID", "SETPCAP", "LINUX_IMMUTABLE",
        "NET_BIND_SERVICE", "NET_BROADCAST", "NET_ADMIN", "NET_RAW", "IPC_LOCK", "IPC_OWNER", "SYS_MODULE", "SYS_RAWIO", "SYS_CHROOT",
        "SYS_PTRACE", "SYS_PACCT", "SYS_ADMIN", "SYS_BOOT", "SYS_NICE", "SYS_RESOURCE", "SYS_TIME", "SYS_TTY_CONFIG", "MKNOD", "LEASE",
        "AUDIT_WRITE", "AUDIT_CONTROL", "SETFCAP", "MAC_OVERRIDE", "MAC_ADMIN", "SYSLOG", "WAKE_ALARM", "BLOCK_SUSPEND", "AUDIT_READ",
        "PERFMON", "BPF", "CHECKPOINT_RESTORE",
    }.Select(static name => PinnedBytes.Of("CAP_" + name))];

    public static void Register(FieldRegistry registry)
    {
        registry.Add("thread.tid", static (c, _) => c.View.ThreadId > 0 ? Value.Int64(c.View.ThreadId) : Value.None);
        registry.Add("thread.vtid", static (c, _) => c.Thread is { VTid: >= 0 } t ? Value.Int64(t.VTid) : Value.None);
        registry.Add("thread.ismain", static (c, _) => c.Thread is { } t ? Value.Bool(t.IsLeader && !ProcFields.IsUnknown(t)) : Value.None);
        registry.Add("thread.exectime", static (_, _) => Value.UInt64(0));
        registry.Add("thread.totexectime", static (c, _) => c.Thread is null ? Value.None : Value.UInt64(0));
        registry.Add("thread.pfmajor", static (c, _) => c.Thread is { } t ? Value.UInt64(t.MajorFaults) : Value.None);
        registry.Add("thread.pfminor", static (c, _) => c.Thread is { } t ? Value.UInt64(t.MinorFaults) : Value.None);
        registry.Add("thread.vmsize", static (c, _) => c.Thread is { } t ? Value.UInt64(t.IsLeader ? t.VmSize : 0) : Value.None);
        registry.Add("thread.vmrss", static (c, _) => c.Thread is { } t ? Value.UInt64(t.IsLeader ? t.VmRss : 0) : Value.None);
        registry.Add("thread.cap_permitted", static (c, _) => c.Thread is { } t ? Capabilities(c, t.CapPermitted) : Value.None);
        registry.Add("thread.cap_inheritable", static (c, _) => c.Thread is { } t ? Capabilities(c, t.CapInheritable) : Value.None);
        registry.Add("thread.cap_effective", static (c, _) => c.Thread is { } t ? Capabilities(c, t.CapEffective) : Value.None);
        registry.Add("thread.cgroups", static (c, _) => c.Thread is { } t && !ProcFields.IsUnknown(t) ? ProcFields.Joined(c, t.Cgroups.Span) : Value.None);
        registry.Add("thread.cgroup", static (c, f) => c.Thread is { } t ? CgroupOf(t.Cgroups.Span, f.ArgumentBytes) : Value.None);
    }

    private static Value Capabilities(EventContext context, ulong set)
    {
        var writer = new Utf8Writer(context.Scratch);
        for (var i = 0; i < capabilities.Length; i++)
        {
            if ((set >> i & 1) == 0)
            {
                continue;
            }

            if (writer.Length > 0)
            {
                writer.Add((byte)' ');
            }

            writer.Add(capabilities[i]);
        }

        return Value.Bytes(context.Keep(writer.Length));
    }

    private static Value CgroupOf(ReadOnlySpan<byte> cgroups, ReadOnlySpan<byte> subsystem)
    {
        while (!cgroups.IsEmpty)
        {
            var pair = EventView.CutAtZero(cgroups);
            cgroups = cgroups[Math.Min(pair.Length + 1, cgroups.Length)..];
            if (pair.Length > subsystem.Length && pair[subsystem.Length] == (byte)'=' && pair.StartsWith(subsystem))
            {
                return Value.Bytes(pair[(subsystem.Length + 1)..]);
            }
        }

        return Value.None;
    }
}
