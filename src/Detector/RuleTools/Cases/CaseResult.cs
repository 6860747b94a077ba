using Saker.Rules;

namespace Saker.Detector.RuleTools.Cases;

/// <summary>What came of a case.</summary>
/// <param name="File">The file of the case.</param>
/// <param name="Case">The case.</param>
/// <param name="Came">How often each rule matched, in the order of their first matches.</param>
/// <param name="Problems">What came otherwise than expected, a sentence each; none when all is well.</param>
/// <param name="Refusal">Why the case could not be run; null when it was.</param>
internal sealed record CaseResult(string File, RuleCase Case, IReadOnlyList<(Rule Rule, long Count)> Came, IReadOnlyList<string> Problems, string? Refusal)
{
    /// <summary>Whether it came as expected.</summary>
    public bool Passed => Refusal is null && Problems.Count == 0;

    /// <summary>What was expected, in words.</summary>
    public string ExpectedText => Case.Expected.Count == 0 ? "no alert" : string.Join(", ", Case.Expected.Select(static expectation =>
        expectation.Count switch { null => $"'{expectation.Rule}'", 0 => $"no '{expectation.Rule}'", var count => $"'{expectation.Rule}' ×{count}" }));

    /// <summary>What came, in words.</summary>
    public string CameText => Came.Count == 0 ? "no alert" : string.Join(", ", Came.Select(static pair => pair.Count == 1 ? $"'{pair.Rule.Name}'" : $"'{pair.Rule.Name}' ×{pair.Count}"));
}

/// <summary>How well a rule is covered by cases.</summary>
/// <param name="Rule">The rule.</param>
internal sealed record RuleCoverage(Rule Rule)
{
    /// <summary>Cases in which it matched.</summary>
    public int Fired { get; set; }

    /// <summary>Cases that wanted it to match.</summary>
    public int Expected { get; set; }

    /// <summary>Cases that wanted it not to match: <c>count: 0</c>.</summary>
    public int Silent { get; set; }
}

/// <summary>What came of all cases.</summary>
/// <param name="Results">The cases, in their order.</param>
/// <param name="Coverage">The rules, in their order.</param>
internal sealed record RuleTestOutcome(IReadOnlyList<CaseResult> Results, IReadOnlyList<RuleCoverage> Coverage)
{
    /// <summary>Cases that came as expected.</summary>
    public int Passed => Results.Count(static result => result.Passed);

    /// <summary>Cases that could not be run.</summary>
    public int Refused => Results.Count(static result => result.Refusal is not null);

    /// <summary>Cases that came otherwise.</summary>
    public int Failed => Results.Count - Passed - Refused;
}
