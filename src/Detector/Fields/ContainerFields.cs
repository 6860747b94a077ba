using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Text.RegularExpressions;
using Saker.Conditions.Values;
using Saker.Detector.Containers;
using Saker.Detector.State;

namespace Saker.Detector.Fields;

/// <summary>
/// Fields of the container: <c>container.*</c> and <c>k8s.pod.*</c>. The id comes from the cgroup, the start from the kernel, all
/// else from the runtime: absent while it has not answered. Outside any container it is known to be nothing.
/// </summary>
internal static class ContainerFields
{
    private const string PodName = "io.kubernetes.pod.name", PodNamespace = "io.kubernetes.pod.namespace", PodUid = "io.kubernetes.pod.uid";

    private static readonly FrozenSet<string> ofKernel = FrozenSet.Create("container.id", "container.full_id", "container.start_ts", "container.duration");

    private static readonly FrozenSet<string> ofUsers = FrozenSet.Create("user.name", "user.homedir", "user.shell", "group.name");

    // As many as the rules have patterns.
    private static readonly ConcurrentDictionary<string, Regex> patterns = new(StringComparer.Ordinal);

    private delegate byte[] PartOf(ContainerFacts facts);

    private delegate byte[] PartOfMount(MountFacts mount);

    /// <summary>Whether the value that a field has in a container comes from a runtime, from the API server, or from the container's own files, which may take its time.</summary>
    public static bool IsAsked(string name) =>
        ((name.StartsWith("container.", StringComparison.Ordinal) || name.StartsWith("k8s.", StringComparison.Ordinal)) && !ofKernel.Contains(name))
        || ofUsers.Contains(name) || KubernetesFields.IsOfServer(name);

    /// <summary>Why a mount's argument is none; null when it is one.</summary>
    public static string? ExplainMount(string argument)
    {
        try
        {
            _ = PatternOf(argument);
            return null;
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            return $"'{argument}' is neither the number of a mount nor a regular expression: {exception.Message}";
        }
    }

    public static void Register(FieldRegistry registry)
    {
        registry.Add("container.id", static (c, _) => c.Container is { } container ? Value.Bytes(container.Id) : Value.None);
        registry.Add("container.full_id", static (c, _) => c.Container is { } container ? Value.Bytes(container.FullId) : Value.None);
        Add(registry, "container.name", static facts => facts.Name);
        Add(registry, "container.type", static facts => facts.Type);
        Add(registry, "container.image", static facts => facts.Image);
        Add(registry, "container.image.id", static facts => facts.ImageId);
        Add(registry, "container.image.repository", static facts => facts.ImageRepository);
        Add(registry, "container.image.tag", static facts => facts.ImageTag);
        Add(registry, "container.image.digest", static facts => facts.ImageDigest);
        Add(registry, "container.ip", static facts => facts.Ip);
        Add(registry, "container.cni.json", static facts => facts.CniJson);
        Add(registry, "container.mounts", static facts => facts.Mounts);
        Add(registry, "container.labels", static facts => facts.Labels.Text);
        Add(registry, "container.privileged", static record => record.Privileged);
        Add(registry, "container.host_pid", static record => record.HostPid);
        Add(registry, "container.host_network", static record => record.HostNetwork);
        Add(registry, "container.host_ipc", static record => record.HostIpc);
        registry.Add("container.label", static (c, field) => Of(FactsOf(c)?.Labels.Find(field.ArgumentBytes)));
        AddMount(registry, "container.mount", static mount => mount.All);
        AddMount(registry, "container.mount.source", static mount => mount.Source, inDestination: true);
        AddMount(registry, "container.mount.dest", static mount => mount.Destination);
        AddMount(registry, "container.mount.mode", static mount => mount.Mode);
        AddMount(registry, "container.mount.rdwr", static mount => mount.IsWritable);
        AddMount(registry, "container.mount.propagation", static mount => mount.Propagation);
        registry.Add("container.start_ts", static (c, _) => Start(c) is > 0 and var start ? Value.UInt64(start) : Value.None);
        registry.Add("container.duration", static (c, _) => Start(c) is > 0 and var start ? Value.UInt64(c.View.Timestamp - start) : Value.None);
        RegisterPod(registry);
    }

    /// <summary>True when the event's thread runs outside any container.</summary>
    public static bool IsHost(EventContext context) => context.Container is { IsHost: true };

    /// <summary>When the thread's pid namespace began; 0 for the initial one, which began with the machine.</summary>
    public static ulong NamespaceStart(EventContext context, ThreadInfo thread)
    {
        // The kernel counts from the machine's start, and so does Falco.
        const ulong year2000 = 946_684_800_000_000_000;
        var start = thread.Tid == thread.VTid ? 0 : thread.PidNamespaceStart;
        return start is > 0 and < year2000 ? start + context.State.BootedAt : start;
    }

    private static void RegisterPod(FieldRegistry registry)
    {
        AddLabel(registry, "k8s.pod.name", PodName);
        AddLabel(registry, "k8s.ns.name", PodNamespace);
        AddLabel(registry, "k8s.pod.uid", PodUid);
        AddLabel(registry, "k8s.pod.id", PodUid);
        Add(registry, "k8s.pod.sandbox_id", static facts => facts.SandboxShortId);
        Add(registry, "k8s.pod.full_sandbox_id", static facts => facts.SandboxId);
        registry.Add("k8s.pod.label", static (c, field) => Of(
            SandboxOf(c)?.SandboxLabels.Find(field.ArgumentBytes) ?? SandboxOf(c)?.Labels.Find(field.ArgumentBytes) ?? FactsOf(c)?.SandboxLabels.Find(field.ArgumentBytes)));
        registry.Add("k8s.pod.labels", static (c, _) => OfPod(c, static facts => facts.SandboxLabels.Text));
        registry.Add("k8s.pod.ip", static (c, _) => OfPod(c, static facts => facts.Ip));
        registry.Add("k8s.pod.cni.json", static (c, _) => OfPod(c, static facts => facts.CniJson));
    }

    private static void Add(FieldRegistry registry, string name, PartOf part) =>
        registry.Add(name, (c, _) => FactsOf(c) is { } facts ? Value.Bytes(part(facts)) : Value.None);

    private static void Add(FieldRegistry registry, string name, Predicate<ContainerRecord> part) =>
        registry.Add(name, (c, _) => FactsOf(c) is { } facts ? Value.Bool(part(facts.Record)) : Value.None);

    private static void AddLabel(FieldRegistry registry, string name, string label)
    {
        var key = System.Text.Encoding.UTF8.GetBytes(label);
        registry.Add(name, (c, _) => Of(FactsOf(c)?.Labels.Find(key)));
    }

    private static void AddMount(FieldRegistry registry, string name, PartOfMount part, bool inDestination = false) =>
        registry.Add(name, (c, field) => FactsOf(c) is { } facts && MountOf(facts, field, inDestination) is { } mount ? Value.Bytes(part(mount)) : Value.None);

    private static MountFacts? MountOf(ContainerFacts facts, DetectorField field, bool inDestination) => field.Index >= 0
        ? facts.MountAt(field.Index)
        : facts.FindMount(field.Argument!, PatternOf(field.Argument!), inDestination);

    private static Regex PatternOf(string pattern) => patterns.GetOrAdd(
        pattern, static text => new Regex(text, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.Multiline));

    private static Value Of(byte[]? text) => text is null ? Value.None : Value.Bytes(text);

    /// <summary>What the container itself says of its pod, else what the pod's sandbox says; empty for a container of no pod.</summary>
    private static Value OfPod(EventContext context, PartOf part)
    {
        if (FactsOf(context) is not { } facts)
        {
            return Value.None;
        }

        if (facts.SandboxId.Length == 0)
        {
            return Value.Bytes(""u8);
        }

        var own = part(facts);
        return own.Length > 0 || SandboxOf(context) is not { } sandbox ? Value.Bytes(own) : Value.Bytes(part(sandbox));
    }

    private static ContainerFacts? FactsOf(EventContext context) => context.Container is { } container
        ? container.Facts ?? (container.IsHost ? ContainerFacts.Host : null)
        : null;

    private static ContainerFacts? SandboxOf(EventContext context) =>
        FactsOf(context) is { SandboxShortId.Length: > 0 } facts ? context.State.Containers.Find(facts.SandboxShortId)?.Facts : null;

    private static ulong Start(EventContext context) => context.Thread is { } thread ? NamespaceStart(context, thread) : 0;
}
