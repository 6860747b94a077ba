using Saker.Conditions.Fields;
using Saker.Detector.Configuration;
using Saker.Detector.Events;
using Saker.Detector.Fields;
using Saker.Rules;

namespace Saker.Detector.Engine;

/// <summary>
/// A stream of events that rules are about, and what belongs to it alone: the name that rules give as their source, its fields,
/// its event types. Rules are compiled for all streams together; then each stream has a matcher and a context of its own.
/// </summary>
internal sealed class EventStream
{
    private const string SystemCallName = "syscall";

    // What Falco's container plugin suggests for system calls, as recorded in its alerts.
    private const string SystemCallSuggestion =
        "container_id=%container.id container_name=%container.name container_image_repository=%container.image.repository " +
        "container_image_tag=%container.image.tag k8s_pod_name=%k8s.pod.name k8s_ns_name=%k8s.ns.name";

    private EventStream(string name, IFieldCatalogue catalogue, EventTypeIndex types, IReadOnlySet<string>? deliverable, string suggestedOutput)
    {
        Name = name;
        Types = types;
        SuggestedOutput = suggestedOutput;
        Source = new RuleSource { Catalogue = catalogue, EventTypes = types.Names, DeliverableEventTypes = deliverable };
    }

    /// <summary>The names of all streams of this build.</summary>
    public static IReadOnlyList<string> Names { get; } = [SystemCallName];

    /// <summary>The name that rules give as their <c>source</c>.</summary>
    public string Name { get; }

    /// <summary>What rules may say about its events.</summary>
    public RuleSource Source { get; }

    /// <summary>The fields of its events.</summary>
    public IFieldCatalogue Catalogue => Source.Catalogue;

    /// <summary>The types of its events.</summary>
    public EventTypeIndex Types { get; }

    /// <summary>What <c>suggested_output</c> adds to its rules' outputs.</summary>
    public string SuggestedOutput { get; }

    /// <summary>All streams of this build.</summary>
    /// <param name="deliverableCalls">Names of the events of system calls that are delivered; null for all.</param>
    /// <param name="sources">What is asked for beside what events tell.</param>
    public static IReadOnlyList<EventStream> All(IReadOnlySet<string>? deliverableCalls, FieldSources sources = FieldSources.None) => [OfSystemCalls(deliverableCalls, sources)];

    /// <summary>The stream of what the programs of this machine ask of its kernel.</summary>
    /// <param name="deliverable">Names of the events that are delivered; null for all.</param>
    /// <param name="sources">What is asked for beside what events tell.</param>
    public static EventStream OfSystemCalls(IReadOnlySet<string>? deliverable, FieldSources sources = FieldSources.None) =>
        new(SystemCallName, new FieldCatalogue(sources), new EventTypeIndex(), deliverable, SystemCallSuggestion);

    /// <summary>A matcher for this stream's rules.</summary>
    /// <param name="rules">The rules.</param>
    /// <param name="matching">Which of several matching rules count.</param>
    /// <param name="waits">Whether rules may be decided when a runtime has answered.</param>
    public RuleMatcher MatcherOf(RuleSet rules, RuleMatching matching, bool waits = false) =>
        new(rules, Name, Types.Names, matching, waits ? static field => ContainerFields.IsAsked(field.Definition.Name) : null);

    /// <summary>A context in which the fields of this stream's events are read.</summary>
    /// <param name="hostname">The name that the machine has in alerts.</param>
    /// <param name="showsBase64">Whether data is shown as base64.</param>
    public EventContext ContextFor(string hostname, bool showsBase64 = false) =>
        new() { Source = PinnedBytes.Of(Name), Hostname = PinnedBytes.Of(hostname), ShowsBase64 = showsBase64 };

    /// <summary>What is asked for beside what events tell, by the configuration.</summary>
    public static FieldSources SourcesOf(DetectorOptions options) =>
        (options.AddressNames.Enabled && options.Engine.IsLive ? FieldSources.AddressNames : FieldSources.None)
        | (options.KubernetesMetadata.Enabled ? FieldSources.KubernetesServer : FieldSources.None);

    /// <summary>Fields that working rules name, in conditions or outputs.</summary>
    public static IEnumerable<FieldReference> FieldsOf(RuleSet rules) =>
        rules.Rules.Where(static rule => rule.IsOn).SelectMany(static rule => rule.Fields);

    /// <summary>Names of the events that this stream's working rules are about; null when one is about all.</summary>
    public IReadOnlySet<string>? EventsOf(RuleSet rules)
    {
        var working = rules.Rules.Where(rule => rule.IsOn && rule.Source == Name).ToList();
        return working.Exists(static rule => rule.EventTypes is null)
            ? null
            : working.SelectMany(static rule => rule.EventTypes!).Select(type => Types.Names[type]).ToHashSet(StringComparer.Ordinal);
    }
}
