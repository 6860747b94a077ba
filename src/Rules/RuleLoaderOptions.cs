using Saker.Conditions.Fields;

namespace Saker.Rules;

/// <summary>What rules are loaded for.</summary>
public sealed record RuleLoaderOptions
{
    /// <summary>The sources of events with their fields: <c>syscall</c>.</summary>
    public required IReadOnlyDictionary<string, IFieldCatalogue> Sources { get; init; }

    /// <summary>The source of rules that name none.</summary>
    public string DefaultSource { get; init; } = "syscall";

    /// <summary>The names of all event types of the default source; a rule's event types are places in this list.</summary>
    public required IReadOnlyList<string> EventTypes { get; init; }

    /// <summary>Event types that are delivered here; null when all are. A rule that can match no other is switched off.</summary>
    public IReadOnlySet<string>? DeliverableEventTypes { get; init; }

    /// <summary>The version that rule files may ask for.</summary>
    public Version EngineVersion { get; init; } = new(0, 63, 0);

    /// <summary>Plugins that are there (or whose fields are built in), with their versions.</summary>
    public IReadOnlyDictionary<string, Version> Plugins { get; init; } = new Dictionary<string, Version> { ["container"] = new(0, 7, 0) };

    /// <summary>From how many event types on a rule is told to be about too many. Falco counts 100 numbers, of which a name has two.</summary>
    public int ManyEventTypes { get; init; } = 50;
}
