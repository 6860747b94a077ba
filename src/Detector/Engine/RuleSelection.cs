using System.IO.Enumeration;
using Saker.Detector.Configuration;
using Saker.Rules;

namespace Saker.Detector.Engine;

/// <summary>Switches loaded rules on and off as the configuration says, so that nobody needs to copy a rule file for it.</summary>
internal static class RuleSelection
{
    /// <summary>The rules, switched by one entry after the other; an entry that fits no rule is told.</summary>
    public static IReadOnlyList<Rule> Apply(IReadOnlyList<RuleSwitch> switches, IReadOnlyList<Rule> rules, ILogger logger)
    {
        var selected = rules.ToArray();
        foreach (var entry in switches)
        {
            Switch(selected, entry.Disable, on: false, logger);
            Switch(selected, entry.Enable, on: true, logger);
        }

        return selected;
    }

    private static void Switch(Rule[] rules, RuleChoice choice, bool on, ILogger logger)
    {
        if (choice.Rule.Length > 0 && !Switch(rules, on, rule => FileSystemName.MatchesSimpleExpression(choice.Rule, rule.Name, ignoreCase: false)))
        {
            EngineMessages.Finding(logger, $"rules: no loaded rule is named '{choice.Rule}'; check the name that is to be switched {(on ? "on" : "off")}.");
        }

        if (choice.Tag.Length > 0 && !Switch(rules, on, rule => rule.Tags.Contains(choice.Tag, StringComparer.Ordinal)))
        {
            EngineMessages.Finding(logger, $"rules: no loaded rule has the tag '{choice.Tag}'; check the tag that is to be switched {(on ? "on" : "off")}.");
        }
    }

    private static bool Switch(Rule[] rules, bool on, Func<Rule, bool> chosen)
    {
        var found = false;
        for (var i = 0; i < rules.Length; i++)
        {
            if (!chosen(rules[i]))
            {
                continue;
            }

            rules[i] = rules[i] with { Enabled = on };
            found = true;
        }

        return found;
    }
}
