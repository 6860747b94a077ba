using Saker.Rules.Diagnostics;
using Saker.Rules.Explaining;

namespace Saker.Rules;

/// <summary>What rule files give. Immutable.</summary>
public sealed record RuleSet
{
    // Where the parts of conditions come from.
    private readonly ConditionOrigins origins;

    internal RuleSet(IReadOnlyList<Rule> rules, IReadOnlyList<Diagnostic> diagnostics, IReadOnlyList<string> emptyFiles, ConditionOrigins origins)
    {
        Rules = rules;
        Diagnostics = diagnostics;
        EmptyFiles = emptyFiles;
        this.origins = origins;
    }

    /// <summary>All rules without mistakes in the order of their definition, also those that are switched off.</summary>
    public IReadOnlyList<Rule> Rules { get; init; }

    /// <summary>All findings, in the order in which Falco would meet them.</summary>
    public IReadOnlyList<Diagnostic> Diagnostics { get; }

    /// <summary>The findings for people: what stands in a macro is told once, not for each rule that uses it.</summary>
    public IEnumerable<Diagnostic> DistinctDiagnostics =>
        Diagnostics.DistinctBy(static finding => (finding.Code, finding.File.Name, finding.Start, finding.Message));

    /// <summary>Files without any item.</summary>
    public IReadOnlyList<string> EmptyFiles { get; }

    /// <summary>False when a file has a mistake: the rules are then not to be used.</summary>
    public bool Successful => Diagnostics.All(static finding => finding.Severity != DiagnosticSeverity.Error);

    /// <summary>All macros, in the order of their definition.</summary>
    public IEnumerable<(string Name, string Condition)> Macros => origins.Macros;

    /// <summary>All lists, in the order of their definition.</summary>
    public IEnumerable<ExplainedList> Lists => origins.Lists;

    /// <summary>The condition of one of these rules as its file has it, with macros and lists by their names.</summary>
    public string ConditionOf(Rule rule)
    {
        ArgumentNullException.ThrowIfNull(rule);
        return origins.ConditionOf(rule.Name);
    }

    /// <summary>Takes the condition of one of these rules apart.</summary>
    public RuleExplanation Explain(Rule rule)
    {
        ArgumentNullException.ThrowIfNull(rule);
        return new ConditionExplainer(origins).Explain(rule.Condition.Expression);
    }
}
