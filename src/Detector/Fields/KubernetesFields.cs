using System.Collections.Frozen;
using Saker.Conditions.Values;
using Saker.Detector.Kubernetes;
using Saker.Detector.State;

namespace Saker.Detector.Fields;

/// <summary>
/// Fields of the pod that only the Kubernetes API server knows: <c>k8smeta.*</c>, as Falco's plugin has them, and those of
/// <c>k8s.*</c> that older Falcos had. Absent outside pods, and while the server has not told.
/// </summary>
internal static class KubernetesFields
{
    private static readonly FrozenDictionary<string, KubernetesParts> parts = new Dictionary<string, KubernetesParts>
    {
        ["k8smeta.pod.name"] = KubernetesParts.Pods,
        ["k8smeta.pod.uid"] = KubernetesParts.Pods,
        ["k8smeta.pod.label"] = KubernetesParts.Pods,
        ["k8smeta.pod.labels"] = KubernetesParts.Pods,
        ["k8smeta.pod.ip"] = KubernetesParts.Pods,
        ["k8smeta.ns.name"] = KubernetesParts.Pods,
        ["k8smeta.ns.uid"] = KubernetesParts.Namespaces,
        ["k8smeta.ns.label"] = KubernetesParts.Namespaces,
        ["k8smeta.ns.labels"] = KubernetesParts.Namespaces,
        ["k8smeta.rs.name"] = KubernetesParts.Pods,
        ["k8smeta.rs.uid"] = KubernetesParts.Pods,
        ["k8smeta.rs.label"] = KubernetesParts.ReplicaSets,
        ["k8smeta.rs.labels"] = KubernetesParts.ReplicaSets,
        ["k8smeta.deployment.name"] = KubernetesParts.ReplicaSets,
        ["k8smeta.deployment.uid"] = KubernetesParts.ReplicaSets,
        ["k8smeta.deployment.label"] = KubernetesParts.ReplicaSets | KubernetesParts.Deployments,
        ["k8smeta.deployment.labels"] = KubernetesParts.ReplicaSets | KubernetesParts.Deployments,
        ["k8smeta.rc.name"] = KubernetesParts.Pods,
        ["k8smeta.rc.uid"] = KubernetesParts.Pods,
        ["k8smeta.rc.label"] = KubernetesParts.ReplicationControllers,
        ["k8smeta.rc.labels"] = KubernetesParts.ReplicationControllers,
        ["k8smeta.svc.name"] = KubernetesParts.Services,
        ["k8smeta.svc.uid"] = KubernetesParts.Services,
        ["k8smeta.svc.label"] = KubernetesParts.Services,
        ["k8smeta.svc.labels"] = KubernetesParts.Services,
        ["k8s.ns.id"] = KubernetesParts.Namespaces,
        ["k8s.ns.label"] = KubernetesParts.Namespaces,
        ["k8s.ns.labels"] = KubernetesParts.Namespaces,
        ["k8s.rs.name"] = KubernetesParts.Pods,
        ["k8s.rs.id"] = KubernetesParts.Pods,
        ["k8s.rs.label"] = KubernetesParts.ReplicaSets,
        ["k8s.rs.labels"] = KubernetesParts.ReplicaSets,
        ["k8s.deployment.name"] = KubernetesParts.ReplicaSets,
        ["k8s.deployment.id"] = KubernetesParts.ReplicaSets,
        ["k8s.deployment.label"] = KubernetesParts.ReplicaSets | KubernetesParts.Deployments,
        ["k8s.deployment.labels"] = KubernetesParts.ReplicaSets | KubernetesParts.Deployments,
        ["k8s.rc.name"] = KubernetesParts.Pods,
        ["k8s.rc.id"] = KubernetesParts.Pods,
        ["k8s.rc.label"] = KubernetesParts.ReplicationControllers,
        ["k8s.rc.labels"] = KubernetesParts.ReplicationControllers,
        ["k8s.svc.name"] = KubernetesParts.Services,
        ["k8s.svc.id"] = KubernetesParts.Services,
        ["k8s.svc.label"] = KubernetesParts.Services,
        ["k8s.svc.labels"] = KubernetesParts.Services,
    }.ToFrozenDictionary(static pair => pair.Key, static pair => pair.Value | KubernetesParts.Pods, StringComparer.Ordinal);

    private delegate ClusterObject? ObjectOf(PodFacts facts);

    private delegate byte[] TextOf(PodFacts facts);

    /// <summary>Whether a field comes from the API server.</summary>
    public static bool IsOfServer(string name) => parts.ContainsKey(name);

    /// <summary>What of the server's knowledge a field needs; none for all other fields.</summary>
    public static KubernetesParts PartsOf(string name) => parts.GetValueOrDefault(name);

    public static void Register(FieldRegistry registry)
    {
        Add(registry, "k8smeta.pod.uid", static facts => facts.Uid);
        Add(registry, "k8smeta.pod.ip", static facts => facts.Ip);
        Add(registry, "k8smeta.ns.name", static facts => facts.NamespaceName);
        registry.Add("k8smeta.pod.name", static (c, _) => Of(FactsOf(c)?.Pod.Name));
        AddLabels(registry, "k8smeta.pod", isList: true, static facts => facts.Pod);
        AddObject(registry, "ns", static facts => facts.Namespace, isNamed: false);
        AddObject(registry, "rs", static facts => facts.ReplicaSet);
        AddObject(registry, "deployment", static facts => facts.Deployment);
        AddObject(registry, "rc", static facts => facts.ReplicationController);
        Add(registry, "k8s.svc.name", static facts => facts.ServiceNames);
        Add(registry, "k8s.svc.id", static facts => facts.ServiceUids);
        Add(registry, "k8s.svc.labels", static facts => facts.ServiceLabels);
        registry.Add("k8s.svc.label", static (c, field) => FactsOf(c) is { } facts ? LabelText(c, facts, field.ArgumentBytes) : Value.None);
        AddList(registry, "k8smeta.svc.name", static facts => facts.ServiceNameList);
        AddList(registry, "k8smeta.svc.uid", static facts => facts.ServiceUidList);
        AddList(registry, "k8smeta.svc.labels", static facts => facts.ServiceLabelList);
        registry.Add("k8smeta.svc.label", static (c, field) => FactsOf(c) is { } facts ? LabelList(c, facts, field.ArgumentBytes) : Value.None);
    }

    /// <summary>The fields of an object under both names.</summary>
    private static void AddObject(FieldRegistry registry, string name, ObjectOf part, bool isNamed = true)
    {
        foreach (var (prefix, uid) in ((string, string)[])[("k8s.", ".id"), ("k8smeta.", ".uid")])
        {
            if (isNamed)
            {
                registry.Add(prefix + name + ".name", (c, _) => Of(ObjectIn(c, part)?.Name));
            }

            registry.Add(prefix + name + uid, (c, _) => Of(ObjectIn(c, part)?.Uid));
            AddLabels(registry, prefix + name, isList: prefix != "k8s.", part);
        }
    }

    private static void AddLabels(FieldRegistry registry, string name, bool isList, ObjectOf part)
    {
        registry.Add(name + ".label", (c, field) => Of(ObjectIn(c, part)?.Labels?.Find(field.ArgumentBytes)));
        registry.Add(name + ".labels", isList
            ? (c, _) => ListOf(ObjectIn(c, part)?.Labels?.List)
            : (c, _) => Of(ObjectIn(c, part)?.Labels?.Text));
    }

    private static void Add(FieldRegistry registry, string name, TextOf part) =>
        registry.Add(name, (c, _) => FactsOf(c) is { } facts && part(facts) is { Length: > 0 } text ? Value.Bytes(text) : Value.None);

    private static void AddList(FieldRegistry registry, string name, TextOf part) =>
        registry.Add(name, (c, _) => ListOf(FactsOf(c) is { } facts ? part(facts) : null));

    private static Value LabelText(EventContext context, PodFacts facts, ReadOnlySpan<byte> key)
    {
        var writer = new Utf8Writer(context.Scratch);
        var isFound = false;
        foreach (var service in facts.Services)
        {
            if (service.Labels?.Find(key) is not { } value)
            {
                continue;
            }

            if (isFound)
            {
                writer.Add(", "u8);
            }

            writer.Add(value);
            isFound = true;
        }

        return isFound ? Value.Bytes(context.Keep(writer.Length)) : Value.None;
    }

    private static Value LabelList(EventContext context, PodFacts facts, ReadOnlySpan<byte> key)
    {
        var list = new ValueListWriter(context.Scratch);
        foreach (var service in facts.Services)
        {
            if (service.Labels?.Find(key) is { } value)
            {
                list.Add(value);
            }
        }

        return list.Packed.IsEmpty ? Value.None : Value.List(ValueKind.Bytes, context.Keep(list.Packed.Length));
    }

    private static Value Of(byte[]? text) => text is null ? Value.None : Value.Bytes(text);

    private static Value ListOf(byte[]? packed) => packed is { Length: > 0 } ? Value.List(ValueKind.Bytes, packed) : Value.None;

    private static ClusterObject? ObjectIn(EventContext context, ObjectOf part) => FactsOf(context) is { } facts ? part(facts) : null;

    private static PodFacts? FactsOf(EventContext context) => context.Container?.Pod?.Facts;
}
