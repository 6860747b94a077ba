using Saker.Conditions.Compilation;
using Saker.Rules.Definitions;
using Saker.Rules.Diagnostics;
using Saker.Rules.Yaml;

namespace Saker.Rules.Loading;

/// <summary>Reads the exceptions of rules, and checks that their parts go together.</summary>
internal sealed class ExceptionReader(RuleLoaderOptions options, DiagnosticBag diagnostics)
{
    /// <summary>Reads what stands under <c>exceptions</c>.</summary>
    public List<ExceptionItem> Read(ItemReader reader, bool appending)
    {
        var result = new List<ExceptionItem>();
        if (reader.Item["exceptions"] is not { IsNull: false } node)
        {
            return result;
        }

        var all = reader.Context.At(node, "exceptions");
        if (node is not YamlSequence sequence)
        {
            reader.Fail("Rule exceptions must be a sequence", all);
            return result;
        }

        foreach (var entry in sequence.Items)
        {
            if (entry is not YamlMapping mapping)
            {
                reader.Fail("Rule exception must be a mapping", all.At(entry, "exception"));
            }
            else if (ReadOne(reader, mapping, all, appending) is { } exception)
            {
                result.Add(exception);
            }
        }

        foreach (var repeated in result.GroupBy(static exception => exception.Name).SelectMany(static group => group.Skip(1)))
        {
            diagnostics.Add(DiagnosticCode.ExceptionNameNotUnique, $"Multiple definitions of exception '{repeated.Name}' in the same rule", repeated.Context);
        }

        return result;
    }

    private ExceptionItem? ReadOne(ItemReader reader, YamlMapping mapping, ItemContext all, bool appending)
    {
        var unnamed = new ItemReader(mapping, all.At(mapping, "exception"), diagnostics);
        if (unnamed.Required("name") is not { } name)
        {
            reader.Fail("The exception cannot be used without its name", unnamed.Context);
            return null;
        }

        var context = reader.Context.At(mapping, "exception", name.Value);
        if (!appending && mapping["fields"] is null)
        {
            reader.Fail("Item has no mapping for key 'fields'", context);
        }

        if (mapping["values"] is not (null or YamlSequence))
        {
            reader.Fail("Rule exception values must be a sequence", context.At(mapping["values"]!, "exception values"));
        }

        if (appending && mapping["values"] is null)
        {
            diagnostics.Add(DiagnosticCode.AppendNoValues, "The exception is extended or replaced, and has no values", context);
        }

        return new ExceptionItem(name.Value, name, context)
        {
            Fields = mapping["fields"],
            Comparisons = mapping["comps"],
            Values = [.. (mapping["values"] as YamlSequence)?.Items ?? []],
        };
    }

    /// <summary>Checks fields and comparisons; the source is null when it is unknown. True when they are right.</summary>
    public bool Validate(ExceptionItem exception, string? source, ItemReader reader)
    {
        if (Explain(exception, source) is not { } mistake)
        {
            return true;
        }

        reader.Fail(DiagnosticCode.Validate, mistake, exception.Context);
        return false;
    }

    private string? Explain(ExceptionItem exception, string? source)
    {
        var fields = ExceptionParts.Texts(exception.Fields);
        if (fields is null)
        {
            return "A rule exception must have 'fields': a field or a list of fields";
        }

        var comparisons = ExceptionParts.Texts(exception.Comparisons);
        if (exception.Fields is YamlSequence)
        {
            if (exception.Comparisons is not (null or YamlSequence) || (comparisons is not null && comparisons.Count != fields.Count))
            {
                return "Fields and comps lists must have equal length";
            }

            if (comparisons?.FirstOrDefault(static comparison => !ExceptionParts.IsOperator(comparison)) is { } wrong)
            {
                return $"'{wrong}' is not a supported comparison operator";
            }
        }
        else if (exception.Comparisons is YamlSequence)
        {
            return "Fields and comps must both be strings";
        }
        else if (comparisons is [var single] && !ExceptionParts.WantsList(single))
        {
            return "When 'fields' is one field, 'comps' must take a list: in, pmatch, intersects, or an operator with oneof or allof";
        }

        if (source is null)
        {
            return null;
        }

        var operands = new OperandCompiler(options.Sources[source].Catalogue, forOutput: false);
        return fields.FirstOrDefault(field => operands.CompileWhole(field, out _) is null) is { } unknown
            ? $"'{unknown}' is not a supported filter field"
            : null;
    }
}
