using Saker.Conditions.Ast;
using Saker.Conditions.Parsing;
using Saker.Conditions.Source;
using Saker.Rules.Definitions;
using Saker.Rules.Diagnostics;
using Saker.Text;

namespace Saker.Rules.Composition;

/// <summary>Parses conditions and puts macros in their places. A macro sees those that were defined before it.</summary>
internal sealed class MacroTable
{
    private readonly Collector collector;
    private readonly DiagnosticBag diagnostics;
    private readonly List<ResolvedList> lists;
    private readonly Dictionary<string, Expression?> parsed = [];
    private readonly Dictionary<string, MacroDefinition?> resolved = [];
    private readonly HashSet<string> resolving = [];
    private readonly Dictionary<SourceText, MappedText> texts = new(ReferenceEqualityComparer.Instance);

    public MacroTable(Collector collector, DiagnosticBag diagnostics)
    {
        this.collector = collector;
        this.diagnostics = diagnostics;
        lists = [.. collector.Lists.All.Select(ResolveList)];
        foreach (var macro in collector.Macros.All)
        {
            parsed[macro.Name] = Parse(macro.Condition, macro.Condition, macro.ConditionContext);
        }

        foreach (var macro in collector.Macros.All)
        {
            Resolve(macro);
        }
    }

    /// <summary>Parses a condition; its lists are substituted first.</summary>
    public Expression? Parse(MappedText condition, MappedText shown, ItemContext context)
    {
        var text = ListSubstitution.Apply(condition, lists);
        var source = text.ToSource();
        texts.Add(source, text);
        var errors = new List<ConditionError>();
        var expression = ConditionParser.Parse(source, errors);
        foreach (var error in errors)
        {
            diagnostics.Add(ConditionDiagnostics.Make(DiagnosticCode.CompileCondition, error, text, shown, context));
        }

        return expression;
    }

    /// <summary>The text, with its places, of a condition that was parsed here.</summary>
    public MappedText TextOf(SourceText source) => texts[source];

    /// <summary>Puts macros in the places of their names. Null when one is unknown (told) or wrong (told where it is defined).</summary>
    public Expression? Resolve(Expression expression, MappedText condition, int visibility, ItemContext context)
    {
        switch (expression)
        {
            case AndExpression and:
                return ResolveAll(and.Children, condition, visibility, context) is { } all ? and with { Children = all } : null;
            case OrExpression or:
                return ResolveAll(or.Children, condition, visibility, context) is { } any ? or with { Children = any } : null;
            case NotExpression not:
                return Resolve(not.Child, condition, visibility, context) is { } child ? new NotExpression(not.Range, child) : null;
            case NameExpression name:
                return ResolveName(name, condition, visibility, context);
            default:
                return expression;
        }
    }

    private List<Expression>? ResolveAll(IReadOnlyList<Expression> children, MappedText condition, int visibility, ItemContext context)
    {
        var result = children.Select(child => Resolve(child, condition, visibility, context)).ToList();
        return result.Contains(null) ? null : [.. result.OfType<Expression>()];
    }

    private MacroExpression? ResolveName(NameExpression name, MappedText condition, int visibility, ItemContext context)
    {
        var macro = collector.Macros.Find(name.Name);
        if (macro is not null && macro.Index < visibility)
        {
            macro.Used = true;
            if (resolving.Contains(macro.Name))
            {
                Tell($"reference loop in macro '{macro.Name}'", null);
                return null;
            }

            return Resolve(macro) is { } definition ? new MacroExpression(name.Range, definition) : null;
        }

        if (collector.Broken.Contains($"macro {name.Name}"))
        {
            return null;
        }

        var near = macro is null ? NearestWord.Find(name.Name, collector.Macros.All.Select(static known => known.Name)) : null;
        Tell($"Undefined macro '{name.Name}' used in filter.{(macro is null ? "" : " It is defined only later.")}", near);
        return null;

        // Tools know this error by a place two characters after the name's start, and by the condition's own coordinates.
        void Tell(string message, string? suggestion) => diagnostics.Add(ConditionDiagnostics.Make(
            DiagnosticCode.Validate,
            new ConditionError(ConditionErrorKind.UnknownName, name.Range, name.Range.Start, message, suggestion),
            TextOf(name.Range.Source),
            condition,
            context.InCondition(condition.Text, 1, name.Range.Start + 3, name.Range.Start + 2)));
    }

    private MacroDefinition? Resolve(MacroItem macro)
    {
        if (resolved.TryGetValue(macro.Name, out var known))
        {
            return known;
        }

        resolving.Add(macro.Name);
        MacroDefinition? definition = null;
        if (parsed[macro.Name] is { } expression)
        {
            // Chains of macros are bounded like nesting in a condition: each link is a step deeper.
            var tooDeep = resolving.Count > Limits.MacroChain;
            var body = tooDeep ? null : Resolve(expression, macro.Condition, macro.Visibility, macro.Context);
            tooDeep |= body?.Depth > Limits.Depth;
            definition = body is null || tooDeep ? null : new MacroDefinition(macro.Name, body);
            if (tooDeep)
            {
                diagnostics.Add(DiagnosticCode.Validate, "The macro nests too deeply, the macros that it uses included", macro.Context);
            }
        }

        resolving.Remove(macro.Name);
        resolved[macro.Name] = definition;
        return definition;
    }

    // One step only: a list that stands in a list that stands in a list is a word there.
    private ResolvedList ResolveList(ListDefinition list)
    {
        var items = new List<string>();
        foreach (var item in list.Items)
        {
            if (collector.Lists.Find(item) is { } inner && inner.Index < list.Visibility)
            {
                inner.Used = true;
                items.AddRange(inner.Items);
            }
            else
            {
                items.Add(item);
            }
        }

        return new ResolvedList(list, items);
    }

    private static class Limits
    {
        public const int MacroChain = 200;
        public const int Depth = 350;
    }
}
