using Saker.Conditions.Fields;

namespace Saker.Rules;

/// <summary>A source of events, as a rule names it: what may be said about its events.</summary>
public sealed record RuleSource
{
    /// <summary>The fields of its events.</summary>
    public required IFieldCatalogue Catalogue { get; init; }

    /// <summary>The names of all its event types; a rule's event types are places in this list. Empty where types do not choose rules.</summary>
    public IReadOnlyList<string> EventTypes { get; init; } = [];

    /// <summary>Event types that are delivered here; null when all are. A rule that can match no other is switched off.</summary>
    public IReadOnlySet<string>? DeliverableEventTypes { get; init; }
}
