using System.Text.RegularExpressions;
using Saker.Conditions.Ast;
using Saker.Conditions.Compilation;
using Saker.Conditions.Parsing;
using Saker.Conditions.Source;
using Saker.Rules.Composition;
using Saker.Rules.Definitions;
using Saker.Rules.Diagnostics;
using Saker.Rules.Output;

namespace Saker.Rules.Compilation;

/// <summary>Makes rules of what the files define: outputs first, then conditions.</summary>
internal sealed partial class RuleCompiler(RuleLoaderOptions options, MacroTable macros, Collector collector, DiagnosticBag diagnostics)
{
    private const string EventType = "evt.type";
    private const string Direction = "evt.dir";

    private readonly Dictionary<string, ConditionCompiler> compilers = options.Sources.ToDictionary(
        static source => source.Key,
        static source => new ConditionCompiler(source.Value.Catalogue, source.Value.EventTypes.Count > 0 ? ForEvents(source.Value) : ConditionOptions.Default));

    public IReadOnlyList<Rule> Compile() =>
        [.. collector.Rules.All.Where(static rule => !rule.UnknownSource).Select(Compile).OfType<Rule>()];

    private static ConditionOptions ForEvents(RuleSource source) => new()
    {
        MaximumValueBytes = 255,
        ClosedFields = new Dictionary<string, IReadOnlySet<string>> { [EventType] = source.EventTypes.ToHashSet() },
        SelectingFields = new HashSet<string> { EventType, "syscall.type" },
    };

    private Rule? Compile(RuleItem item)
    {
        var text = ExceptionText.Apply(item, diagnostics);
        if (text is null)
        {
            return null;
        }

        var output = CompileOutput(item, out var skipped);
        if (skipped)
        {
            return null;
        }

        var condition = CompileCondition(item, text);
        return output is null || condition is null ? null : Finish(item, output, condition);
    }

    private OutputFormat? CompileOutput(RuleItem item, out bool skipped)
    {
        skipped = false;
        var text = WithoutContainerInfo(item);
        var errors = new List<OutputFormatError>();
        var format = new OutputFormatParser(options.Sources[item.Source].Catalogue).Parse(text.Text, errors);
        skipped = errors.Count > 0 && item.SkipIfUnknownFilter;
        foreach (var error in errors.Take(skipped ? 1 : errors.Count))
        {
            Tell(item.OutputContext, text, skipped ? DiagnosticCode.UnknownFilter : DiagnosticCode.CompileOutput, error);
        }

        if (errors.Count == 0 && text.Text.Contains(Direction, StringComparison.Ordinal))
        {
            diagnostics.Add(DiagnosticCode.DeprecatedItem, $"The output has the deprecated field '{Direction}'.", item.OutputContext, Direction);
        }

        return format;
    }

    private MappedText WithoutContainerInfo(RuleItem item)
    {
        var text = item.Output;
        var found = ContainerInfo().Matches(text.Text);
        if (found.Count == 0)
        {
            return text;
        }

        diagnostics.Add(DiagnosticCode.DeprecatedItem, "%container.info is deprecated: the container's fields are added by themselves.", item.Context);
        var result = new MappedText.Builder();
        var copied = 0;
        foreach (Match match in found)
        {
            result.Append(text, copied, match.Index - copied);
            copied = match.Index + match.Length;
        }

        return result.Append(text, copied, text.Text.Length - copied).Build();
    }

    private void Tell(ItemContext context, MappedText text, DiagnosticCode code, OutputFormatError error)
    {
        var (file, start) = text.Text.Length > 0 ? text.Locate(error.Start) : (context.File, context.Location.Offset);
        var (endFile, end) = text.Text.Length > 0 ? text.Locate(error.Start + Math.Max(1, error.Length) - 1) : (file, start);
        diagnostics.Add(new Diagnostic
        {
            Code = code,
            Message = error.Message,
            Suggestion = error.Suggestion,
            File = file,
            Start = start,
            Length = file == endFile ? Math.Max(1, end + 1 - start) : 1,
            Locations = context.Path,
        });
    }

    private CompiledCondition? CompileCondition(RuleItem item, MappedText text)
    {
        if (macros.Parse(text, text, item.ConditionContext) is not { } parsed
            || macros.Resolve(parsed, text, int.MaxValue, item.Context) is not { } resolved)
        {
            return null;
        }

        if (FindDirection(resolved, []) is { } direction)
        {
            WarnDirection(item, text, direction);
        }

        var errors = new List<ConditionError>();
        var condition = compilers[item.Source].Compile(resolved, errors);
        if (errors.Count > 0 && item.SkipIfUnknownFilter && errors[0].Kind is ConditionErrorKind.UnknownField or ConditionErrorKind.UnknownValue)
        {
            diagnostics.Add(Locate(DiagnosticCode.UnknownFilter, errors[0], text, item));
            return null;
        }

        foreach (var error in errors)
        {
            diagnostics.Add(Locate(DiagnosticCode.CompileCondition, error, text, item));
        }

        return condition;
    }

    // The mistake may stand in a macro, whose text has places of its own.
    private Diagnostic Locate(DiagnosticCode code, ConditionError error, MappedText shown, RuleItem item) =>
        ConditionDiagnostics.Make(code, error, macros.TextOf(error.Range.Source), shown, item.ConditionContext);

    // Tools see the warning at the rule's condition, people at the field, which several rules may share by a macro.
    private void WarnDirection(RuleItem item, MappedText text, SourceRange direction)
    {
        var at = item.ConditionContext.Location;
        var (file, start) = macros.TextOf(direction.Source).Locate(direction.Start);
        diagnostics.Add(new Diagnostic
        {
            Code = DiagnosticCode.DeprecatedItem,
            Message = $"'{Direction} = <' is always true and '{Direction} = >' never: enter events are not delivered. Leave '{Direction}' out.",
            File = file,
            Start = start,
            Length = Direction.Length,
            Locations = item.ConditionContext.InCondition(text.Text, at.Line, at.Column, at.Offset).Path,
            DeprecatedField = Direction,
            Condition = text.Text,
        });
    }

    private static SourceRange? FindDirection(Expression expression, HashSet<MacroDefinition> seen) => expression switch
    {
        AndExpression and => FindDirection(and.Children, seen),
        OrExpression or => FindDirection(or.Children, seen),
        NotExpression not => FindDirection(not.Child, seen),
        MacroExpression macro => seen.Add(macro.Definition) ? FindDirection(macro.Definition.Body, seen) : null,
        ComparisonExpression { Left: FieldOperand { Name: Direction } } => expression.Range,
        ExistsExpression { Left: FieldOperand { Name: Direction } } => expression.Range,
        _ => null,
    };

    private static SourceRange? FindDirection(IReadOnlyList<Expression> children, HashSet<MacroDefinition> seen) =>
        children.Select(child => FindDirection(child, seen)).FirstOrDefault(static found => found is not null);

    private Rule Finish(RuleItem item, OutputFormat output, CompiledCondition condition)
    {
        var source = options.Sources[item.Source];
        var selects = source.EventTypes.Count > 0;
        var possible = selects ? condition.PossibleValues(EventType, source.EventTypes) : [];
        var count = possible.Count(static value => value);
        if (selects && item.WarnEventTypes && (count == 0 || count > options.ManyEventTypes))
        {
            diagnostics.Add(DiagnosticCode.NoEventType, "Rule matches too many evt.type values. This costs much: name the events that it is about.", item.Context);
        }

        var types = selects && count < possible.Length ? Enumerable.Range(0, possible.Length).Where(type => possible[type]).ToList() : null;
        var unavailable = ExplainUnavailable(condition, source, types);
        return new Rule
        {
            Name = item.Name,
            Description = item.Description,
            Condition = condition,
            Output = output,
            Priority = item.Priority,
            Source = item.Source,
            Tags = [.. item.Tags],
            Enabled = item.Enabled,
            Unavailable = unavailable,
            Undelivered = unavailable is null ? FindUndelivered(condition, source, types) : [],
            Capture = item.Capture,
            CaptureDuration = item.CaptureDuration,
            EventTypes = types,
            File = item.Context.File.Name,
            Line = item.Context.Location.Line + 1,
        };
    }

    private static string? ExplainUnavailable(CompiledCondition condition, RuleSource source, List<int>? types)
    {
        var missing = condition.Fields.FirstOrDefault(static field => field.Definition.Unavailable is not null);
        // Most rules only make exceptions by such a field, and find as much without it.
        if (missing is not null && !condition.CanHoldWithout(static field => field.Definition.Unavailable is not null))
        {
            return $"the field '{missing.Text}' cannot be filled: {missing.Definition.Unavailable}";
        }

        if (types is null || source.DeliverableEventTypes is not { } delivered || types.Any(type => delivered.Contains(source.EventTypes[type])))
        {
            return null;
        }

        return types.Count == 0
            ? "no event can match its condition"
            : $"the events that it is about are not delivered: {string.Join(", ", types.Take(5).Select(type => source.EventTypes[type]))}";
    }

    private static List<string> FindUndelivered(CompiledCondition condition, RuleSource source, List<int>? types)
    {
        if (types is null || source.DeliverableEventTypes is not { } delivered)
        {
            return [];
        }

        // A rule about all calls but one names none of them.
        var named = condition.ValuesNamed(EventType);
        return [.. types.Select(type => source.EventTypes[type]).Where(name => named.Contains(name) && !delivered.Contains(name))];
    }

    [GeneratedRegex(@"\*?%container\.info\b")]
    private static partial Regex ContainerInfo();
}
