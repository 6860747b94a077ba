using Saker.Conditions.Ast;
using Saker.Conditions.Source;

namespace Saker.Rules.Explaining;

/// <summary>Writes a condition line by line, each with the place that it comes from.</summary>
internal sealed class ConditionExplainer(ConditionOrigins origins)
{
    // A macro that is used again and again in macros could double the text each time.
    private const int MaximumLines = 5_000;

    private readonly List<ExplainedLine> lines = [];
    private readonly List<string> lists = [];

    public RuleExplanation Explain(Expression condition)
    {
        if (condition is AndExpression or OrExpression)
        {
            WriteChildren(condition, 0);
        }
        else
        {
            Write(condition, "", 0, null);
        }
        // The list grows while lists in lists are found.
        for (var i = 0; i < lists.Count; i++)
        {
            lists.AddRange(origins.DescribeList(lists[i]).Items.Where(item => origins.IsList(item) && !lists.Contains(item)).Distinct());
        }

        return new(lines, [.. lists.Select(origins.DescribeList)]);
    }

    private void Write(Expression expression, string before, int depth, string? macro)
    {
        if (lines.Count >= MaximumLines)
        {
            return;
        }

        switch (expression)
        {
            case MacroExpression use:
                var name = $"macro {use.Definition.Name} ({origins.PlaceOfMacro(use.Definition.Name)})";
                Write(use.Definition.Body, before, depth, macro is null ? name : $"{macro}, {name}");
                break;
            case NotExpression not:
                Write(not.Child, before + "not ", depth, macro);
                break;
            case AndExpression or OrExpression:
                lines.Add(new(depth, before + "(", Place(expression.Range, macro)));
                WriteChildren(expression, depth + 1);
                lines.Add(new(depth, ")", []));
                break;
            default:
                var used = origins.ListsIn(expression.Range).ToList();
                lists.AddRange(used.Except(lists));
                lines.Add(new(depth, before + ConditionPrinter.Print(expression),
                    [.. Place(expression.Range, macro), .. used.Select(static list => $"list {list}")]));
                break;
        }
    }

    private void WriteChildren(Expression group, int depth)
    {
        var (children, word) = group is AndExpression and ? (and.Children, "and ") : (((OrExpression)group).Children, "or ");
        for (var i = 0; i < children.Count; i++)
        {
            Write(children[i], i == 0 ? "" : word, depth, null);
        }
    }

    private static string[] Place(SourceRange range, string? macro)
    {
        var place = range.Source.Locate(range.Start);
        var where = $"{place.File}:{place.Line}";
        return macro is null ? [where] : [where, macro];
    }
}
