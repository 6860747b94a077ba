using Saker.Alerts;
using Saker.Detector.Engine;
using Saker.Detector.Events;
using Saker.Rules;

namespace Saker.Detector.Cli;

/// <summary>The result of <c>rules explain</c>.</summary>
internal static class RuleDescription
{
    private const int OriginColumn = 64;
    private const int MaxItems = 40;

    public static void Write(TextWriter output, TextStyle style, RuleSet set, Rule rule, EventStream stream)
    {
        var explanation = set.Explain(rule);
        output.WriteLine(style.Bold(rule.Name));
        output.WriteLine($"  {rule.Description.Trim()}");
        output.WriteLine();
        Row("defined", $"{rule.File}:{rule.Line}");
        Row("priority", rule.Priority.Word());
        Row("tags", string.Join(", ", rule.Tags));
        Row("state", RuleListing.State(rule, style));
        Row("output", rule.Output.Source);
        Heading("condition");
        foreach (var line in explanation.Condition)
        {
            var text = new string(' ', 2 + (2 * line.Depth)) + line.Text;
            output.WriteLine(line.Origins.Count == 0 ? text : $"{text.PadRight(OriginColumn)} {style.Faint("# " + string.Join("; ", line.Origins))}");
        }

        if (explanation.Lists.Count > 0)
        {
            Heading("lists");
        }

        foreach (var list in explanation.Lists)
        {
            output.WriteLine($"  {list.Name}: {Some(list.Items)} {style.Faint("# " + list.Place)}");
        }

        Heading("cost");
        Row("events", rule.EventTypes is null ? "all" : string.Join(", ", rule.EventTypes.Select(type => stream.Types.Names[type])));
        WriteCalls(Row, rule, stream);
        Row("fields", string.Join(", ", rule.Condition.Fields.Select(static field => field.Text).Order(StringComparer.Ordinal)));
        string[] absent = [.. rule.Output.Fields.Where(static field => field.Reference.Definition.Unavailable is not null).Select(static field => field.Text)];
        if (absent.Length > 0)
        {
            Row("printed as absent", string.Join(", ", absent));
        }

        void Row(string name, string value) => output.WriteLine($"  {style.Faint(name)}: {value}");
        void Heading(string name) => output.WriteLine($"\n{style.Bold(name)}");
    }

    private static void WriteCalls(Action<string, string> row, Rule rule, EventStream stream)
    {
        var named = rule.EventTypes?.Select(type => stream.Types.Names[type]).ToHashSet(StringComparer.Ordinal);
        var always = InterestSet.For(new HashSet<string>());
        var wanted = InterestSet.For(named);
        var calls = EventTable.SystemCalls.Where(call => wanted.Contains(call.Number)).ToList();
        row("system calls attached for it alone", Names(call => !always.Contains(call.Number)));
        row("system calls attached for the state anyway", Names(call => always.Contains(call.Number) && named?.Contains(call.Name) != false));
        if (named is not null && named.Except(InterestSet.Deliverable).ToList() is { Count: > 0 } missing)
        {
            row("events not delivered by this build's driver", Some(missing));
        }

        string Names(Func<(int Number, string Name), bool> which)
        {
            var names = string.Join(", ", calls.Where(which).Select(static call => call.Name));
            return names.Length == 0 ? "none" : names;
        }
    }

    private static string Some(IReadOnlyList<string> items) =>
        items.Count <= MaxItems ? string.Join(", ", items) : $"{string.Join(", ", items.Take(MaxItems))} and {items.Count - MaxItems} more";
}
