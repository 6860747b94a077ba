using Saker.Alerts;
using Saker.Conditions.Compilation;
using Saker.Conditions.Fields;
using Saker.Rules.Output;

namespace Saker.Rules;

/// <summary>A rule, ready to be evaluated. Immutable.</summary>
public sealed record Rule
{
    /// <summary>The name.</summary>
    public required string Name { get; init; }

    /// <summary>What it finds, for people.</summary>
    public required string Description { get; init; }

    /// <summary>The condition.</summary>
    public required CompiledCondition Condition { get; init; }

    /// <summary>What its alerts say.</summary>
    public required OutputFormat Output { get; init; }

    /// <summary>Output fields that its alerts have beside those of the output.</summary>
    public IReadOnlyList<ExtraField> ExtraFields { get; init; } = [];

    /// <summary>How urgent its alerts are.</summary>
    public required Priority Priority { get; init; }

    /// <summary>The source of its events: <c>syscall</c>.</summary>
    public required string Source { get; init; }

    /// <summary>The tags, in alphabetical order.</summary>
    public required IReadOnlyList<string> Tags { get; init; }

    /// <summary>Whether its file switched it on.</summary>
    public required bool Enabled { get; init; }

    /// <summary>Why it cannot work here although it is switched on: a field or an event that is not delivered; null when it can.</summary>
    public string? Unavailable { get; init; }

    /// <summary>Whether it is evaluated: it is switched on, and can work.</summary>
    public bool IsOn => Enabled && Unavailable is null;

    /// <summary>Events that its condition names and that are not delivered here, while others of it are: it works without them.</summary>
    public IReadOnlyList<string> Undelivered { get; init; } = [];

    /// <summary>Whether a match starts a capture.</summary>
    public bool Capture { get; init; }

    /// <summary>How long such a capture lasts, in milliseconds; null for the default.</summary>
    public ulong? CaptureDuration { get; init; }

    /// <summary>The fields that its alerts have, each once.</summary>
    public IEnumerable<FieldReference> AlertFields => Output.Fields.Select(static named => named.Reference)
        .Concat(ExtraFields.SelectMany(static extra => extra.Format?.Fields ?? extra.Value!.Fields).Select(static named => named.Reference))
        .Distinct();

    /// <summary>The fields that its condition or its alerts read.</summary>
    public IEnumerable<FieldReference> Fields => Condition.Fields.Concat(AlertFields);

    /// <summary>The types of events that it can match, by their place in <see cref="RuleSource.EventTypes"/>; null for all.</summary>
    public IReadOnlyList<int>? EventTypes { get; init; }

    /// <summary>The file that defines it.</summary>
    public required string File { get; init; }

    /// <summary>The line of the file, from 1.</summary>
    public required int Line { get; init; }
}
