using Saker.Rules.Diagnostics;

namespace Saker.Rules;

/// <summary>What rule files give: rules in the order of their definition, and what was found on the way. Immutable.</summary>
/// <param name="Rules">All rules without mistakes, also those that are switched off.</param>
/// <param name="Diagnostics">All findings, in the order in which Falco would meet them.</param>
/// <param name="EmptyFiles">Files without any item.</param>
public sealed record RuleSet(IReadOnlyList<Rule> Rules, IReadOnlyList<Diagnostic> Diagnostics, IReadOnlyList<string> EmptyFiles)
{
    /// <summary>False when a file has a mistake: the rules are then not to be used.</summary>
    public bool Successful => Diagnostics.All(static finding => finding.Severity != DiagnosticSeverity.Error);
}
