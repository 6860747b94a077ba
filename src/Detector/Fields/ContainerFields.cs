using Saker.Conditions.Values;
using Saker.Detector.State;

namespace Saker.Detector.Fields;

/// <summary>
/// Fields of the container: <c>container.*</c> and <c>k8s.pod.*</c>. The id comes from the cgroup. What a runtime would have
/// to tell is absent in a container; outside any, it is known to be nothing.
/// </summary>
internal static class ContainerFields
{
    private static readonly string[] textsOfHost =
    [
        "container.image", "container.image.id", "container.image.repository", "container.image.tag", "container.image.digest",
        "container.mounts", "container.ip", "container.cni.json", "container.labels", "k8s.pod.sandbox_id", "k8s.pod.full_sandbox_id",
        "k8s.pod.labels", "k8s.pod.ip", "k8s.pod.cni.json",
    ];

    private static readonly string[] truthsOfHost =
        ["container.privileged", "container.host_pid", "container.host_network", "container.host_ipc"];

    public static void Register(FieldRegistry registry)
    {
        registry.Add("container.id", static (c, _) => c.Thread is { ContainerId.IsEmpty: false } t ? Value.Bytes(t.ContainerId.Span) : Value.None);
        registry.Add("container.full_id", static (c, _) =>
            c.Thread is { ContainerFullId.IsEmpty: false } t ? Value.Bytes(t.ContainerFullId.Span) : Value.None);
        registry.Add("container.name", static (c, _) => IsHost(c) ? Value.Bytes("host"u8) : Value.None);
        registry.Add("container.type", static (c, _) => IsHost(c) ? Value.Bytes("host"u8) : Value.None);
        foreach (var name in textsOfHost)
        {
            registry.Add(name, static (c, _) => IsHost(c) ? Value.Bytes(""u8) : Value.None);
        }

        foreach (var name in truthsOfHost)
        {
            registry.Add(name, static (c, _) => IsHost(c) ? Value.Bool(false) : Value.None);
        }

        registry.Add("container.start_ts", static (c, _) => Start(c) is > 0 and var start ? Value.UInt64(start) : Value.None);
        registry.Add("container.duration", static (c, _) => Start(c) is > 0 and var start ? Value.UInt64(c.View.Timestamp - start) : Value.None);
    }

    /// <summary>True when the event's thread runs outside any container.</summary>
    public static bool IsHost(EventContext context) =>
        context.Thread is { } thread && thread.ContainerId.Span.SequenceEqual(ContainerIdentity.Host);

    /// <summary>When the thread's pid namespace began; 0 for the initial one, which began with the machine.</summary>
    public static ulong NamespaceStart(ThreadInfo thread) => thread.Tid == thread.VTid ? 0 : thread.PidNamespaceStart;

    private static ulong Start(EventContext context) => context.Thread is { } thread ? NamespaceStart(thread) : 0;
}
