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
            var state = State(rule, style);
            output.WriteLine($"{style.Bold(rule.Name.PadRight(width))}  {rule.Priority.Word(),-13}  {state}  {style.Faint($"[{string.Join(", ", rule.Tags)}]")}");
        }

        var on = set.Rules.Count(static rule => WhyOff(rule) is null);
        output.WriteLine($"{set.Rules.Count} rules, {on} on, {set.Rules.Count - on} off.");
    }

    /// <summary>Whether a rule is on or off, and why it is off or what it lacks.</summary>
    public static string State(Rule rule, TextStyle style) =>
        WhyOff(rule) is { } reason ? style.Yellow($"off: {reason}")
        : Shortfall(rule) is { } lacking ? $"{style.Green("on")}, {style.Yellow(lacking)}"
        : style.Green("on");

    /// <summary>What a rule lacks here although its file has no mistake; null when it lacks nothing.</summary>
    public static string? Shortfall(Rule rule) =>
        rule.Unavailable is { } reason ? $"off here: {reason}"
        : rule.Undelivered.Count > 0 ? $"without {string.Join(", ", rule.Undelivered)}, which the driver does not deliver"
        : null;

    /// <summary>Why a rule is not evaluated; null when it is.</summary>
    public static string? WhyOff(Rule rule) => rule.Enabled ? rule.Unavailable : "its file switches it off";
}
