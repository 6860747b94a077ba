using Saker.Alerts;
using Saker.Rules;

namespace Saker.Detector.RuleTools.Differences;

/// <summary>What became of a rule.</summary>
internal enum RuleFate
{
    /// <summary>It is new.</summary>
    Added,

    /// <summary>It is gone.</summary>
    Removed,

    /// <summary>It is another.</summary>
    Changed,
}

/// <summary>A property of a rule that is another, or lines of its condition.</summary>
/// <param name="What">The property.</param>
/// <param name="Old">What it was, line by line; of a condition only the lines that are gone.</param>
/// <param name="New">What it is; of a condition only the lines that are new.</param>
internal sealed record RuleChange(string What, IReadOnlyList<string> Old, IReadOnlyList<string> New);

/// <summary>A rule that is not the same in two sets.</summary>
/// <param name="Rule">Its name.</param>
/// <param name="Fate">What became of it.</param>
/// <param name="Changes">What changed; none for rules that are new or gone.</param>
internal sealed record RuleDifference(string Rule, RuleFate Fate, IReadOnlyList<RuleChange> Changes)
{
    /// <summary>What is not the same in two sets of rules, macros and lists in their places; the rules in the order of the new set, then those that are gone.</summary>
    public static IReadOnlyList<RuleDifference> Between(RuleSet old, RuleSet @new)
    {
        var before = old.Rules.ToDictionary(static rule => (rule.Source, rule.Name));
        var differences = new List<RuleDifference>();
        foreach (var rule in @new.Rules)
        {
            if (!before.Remove((rule.Source, rule.Name), out var known))
            {
                differences.Add(new RuleDifference(rule.Name, RuleFate.Added, []));
            }
            else if (Changed(old, known, @new, rule) is { Count: > 0 } changes)
            {
                differences.Add(new RuleDifference(rule.Name, RuleFate.Changed, changes));
            }
        }

        differences.AddRange(old.Rules.Where(rule => before.ContainsKey((rule.Source, rule.Name))).Select(static rule => new RuleDifference(rule.Name, RuleFate.Removed, [])));
        return differences;
    }

    private static List<RuleChange> Changed(RuleSet old, Rule was, RuleSet @new, Rule now)
    {
        var changes = new List<RuleChange>();
        var (left, right) = (ConditionOf(old, was), ConditionOf(@new, now));
        if (!left.SequenceEqual(right))
        {
            changes.Add(Lines(left, right));
        }

        Compare("priority", was.Priority.Word(), now.Priority.Word());
        Compare("enabled", was.Enabled ? "true" : "false", now.Enabled ? "true" : "false");
        Compare("output", was.Output.Source, now.Output.Source);
        Compare("tags", string.Join(", ", was.Tags), string.Join(", ", now.Tags));
        Compare("desc", was.Description.Trim(), now.Description.Trim());
        return changes;

        void Compare(string what, string before, string after)
        {
            if (before != after)
            {
                changes.Add(new RuleChange(what, [before], [after]));
            }
        }
    }

    private static List<string> ConditionOf(RuleSet set, Rule rule) => [.. set.Explain(rule).Condition.Select(static line => new string(' ', 2 * line.Depth) + line.Text)];

    // A line that moved is neither gone nor new; when all that differs is the order, all of both is shown.
    private static RuleChange Lines(List<string> left, List<string> right)
    {
        var gone = Without(left, right);
        var added = Without(right, left);
        return gone.Count + added.Count == 0 ? new RuleChange("condition", left, right) : new RuleChange("condition", gone, added);
    }

    private static List<string> Without(List<string> lines, List<string> others)
    {
        var left = others.Select(static line => line.Trim()).CountBy(static line => line).ToDictionary();
        List<string> remaining = [];
        foreach (var line in lines.Select(static line => line.Trim()).Where(static line => line != ")"))
        {
            if (left.GetValueOrDefault(line) is > 0 and var count)
            {
                left[line] = count - 1;
            }
            else
            {
                remaining.Add(line);
            }
        }

        return remaining;
    }
}
