using Saker.Alerts;
using Saker.Rules;

namespace Saker.Detector.Cli;

/// <summary>The result of <c>rules list</c>: a line for each rule.</summary>
internal static class RuleListing
{
    public static void Write(TextWriter output, TextStyle style, RuleSet set)
    {
        var width = set.Rules.Max(static rule => (int?)rule.Name.Length) ?? 0;
        foreach (var rule in set.Rules)
        {
            var state = WhyOff(rule) is { } reason ? style.Yellow($"off: {reason}") : style.Green("on");
            output.WriteLine($"{style.Bold(rule.Name.PadRight(width))}  {rule.Priority.Word(),-13}  {state}  {style.Faint($"[{string.Join(", ", rule.Tags)}]")}");
        }

        var on = set.Rules.Count(static rule => WhyOff(rule) is null);
        output.WriteLine($"{set.Rules.Count} rules, {on} on, {set.Rules.Count - on} off.");
    }

    /// <summary>Why a rule is not evaluated; null when it is.</summary>
    public static string? WhyOff(Rule rule) => rule.Enabled ? rule.Unavailable : "its file switches it off";
}
