using Saker.Settings;

namespace Saker.Detector.Configuration;

/// <summary>What is added to the alerts of some rules, beside what the rules say themselves.</summary>
[SnakeCaseKeys]
internal sealed record AppendedOutput
{
    /// <summary>The rules that are meant: those that fit all of it; all rules when it is empty.</summary>
    public AppendedOutputMatch Match { get; init; } = new();

    /// <summary>An output format that is put behind the rule's own, after a blank.</summary>
    public string ExtraOutput { get; init; } = "";

    /// <summary>Output fields beside those of the message: a field alone keeps its type, <c>name: format</c> gives a text.</summary>
    [BareKeys]
    public IReadOnlyDictionary<string, string> ExtraFields { get; init; } = new Dictionary<string, string>();

    /// <summary>Puts the container and the pod behind the output, as Falco's container plugin suggests.</summary>
    public bool SuggestedOutput { get; init; }
}

/// <summary>Rules by source, name and tags.</summary>
[SnakeCaseKeys]
internal sealed record AppendedOutputMatch
{
    /// <summary>The source of their events; empty for any.</summary>
    public string Source { get; init; } = "";

    /// <summary>The name of the one rule; empty for any.</summary>
    public string Rule { get; init; } = "";

    /// <summary>Tags, all of which the rule must have.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];
}
