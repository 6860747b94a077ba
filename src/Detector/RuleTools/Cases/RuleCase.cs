using Saker.Alerts;
using Saker.Detector.RuleTools.Scenes;
using Saker.Rules;
using Saker.Settings;

namespace Saker.Detector.RuleTools.Cases;

/// <summary>A file of cases, as it was read.</summary>
/// <param name="Path">The file.</param>
/// <param name="Rules">Rule files and folders under test; empty for those of the command line or the configuration.</param>
/// <param name="Matching">Which of several matching rules count.</param>
/// <param name="Cases">The cases, in the order of the file.</param>
internal sealed record RuleTestFile(string Path, IReadOnlyList<string> Rules, RuleMatching Matching, IReadOnlyList<RuleCase> Cases);

/// <summary>A case: something that happens, and the alerts that are to come of it.</summary>
internal sealed record RuleCase
{
    /// <summary>Its name, for people.</summary>
    public required string Name { get; init; }

    /// <summary>Where it begins.</summary>
    public required ConfigSource Source { get; init; }

    /// <summary>Its path in the file.</summary>
    public required string Path { get; init; }

    /// <summary>What happens.</summary>
    public required CaseInput Input { get; init; }

    /// <summary>The alerts that are to come; none for no alert at all.</summary>
    public required IReadOnlyList<Expectation> Expected { get; init; }

    /// <summary>Whether alerts of rules that <see cref="Expected"/> does not name are no fault.</summary>
    public bool AllowOthers { get; init; }
}

/// <summary>What happens in a case.</summary>
internal abstract record CaseInput;

/// <summary>Events that were written by hand.</summary>
/// <param name="Scene">The events.</param>
internal sealed record SceneInput(Scene Scene) : CaseInput;

/// <summary>A capture.</summary>
/// <param name="File">Its path.</param>
/// <param name="FileSource">Where that was written.</param>
/// <param name="Filter">A condition on the events that alerts may come of; null for all.</param>
internal sealed record CaptureInput(string File, ConfigSource FileSource, ConfigScalar? Filter) : CaseInput;

/// <summary>An alert that was recorded.</summary>
/// <param name="Alert">The alert, as JSON has it.</param>
/// <param name="Fields">Values of fields beside those of the alert.</param>
internal sealed record AlertInput(ConfigMap Alert, ConfigMap? Fields) : CaseInput;

/// <summary>Alerts of a rule that are to come.</summary>
internal sealed record Expectation
{
    /// <summary>The rule.</summary>
    public required string Rule { get; init; }

    /// <summary>Where it stands.</summary>
    public required ConfigSource Source { get; init; }

    /// <summary>Its path in the file.</summary>
    public required string Path { get; init; }

    /// <summary>How often, exactly; null for once or more often. 0 says that the rule must not match.</summary>
    public long? Count { get; init; }

    /// <summary>The priority; null for any.</summary>
    public Priority? Priority { get; init; }

    /// <summary>What the message has in it; null for anything.</summary>
    public string? Output { get; init; }

    /// <summary>Fields and their values as texts.</summary>
    public IReadOnlyList<(ConfigEntry Entry, ConfigScalar Value)> Fields { get; init; } = [];

    /// <summary>Whether the rule must not match.</summary>
    public bool IsSilence => Count == 0;
}
