using System.Text;
using Saker.Rules.Definitions;
using Saker.Rules.Diagnostics;
using Saker.Rules.Yaml;

namespace Saker.Rules.Composition;

/// <summary>Writes the exceptions of a rule behind its condition: <c>(condition) and not (…)</c>.</summary>
internal static class ExceptionText
{
    /// <summary>The condition with its exceptions; null when one of them has a mistake.</summary>
    public static MappedText? Apply(RuleItem rule, DiagnosticBag diagnostics)
    {
        if (rule.Exceptions.Count == 0)
        {
            return rule.Condition;
        }

        var result = new MappedText.Builder();
        result.Append("(", rule.Condition, 0).Append(rule.Condition).Append(")", rule.Condition, rule.Condition.Text.Length - 1);
        var valid = true;
        foreach (var exception in rule.Exceptions)
        {
            var text = exception.Fields is YamlSequence ? WriteTuples(exception, out var mistake) : WriteSingle(exception, out mistake);
            if (text is null)
            {
                diagnostics.Add(DiagnosticCode.Validate, mistake!, exception.Context);
                valid = false;
            }
            else if (text.Length > 0)
            {
                result.Append(" and not " + text, exception.NameNode);
            }
        }

        return valid ? result.Build() : null;
    }

    private static string? WriteSingle(ExceptionItem exception, out string? mistake)
    {
        mistake = null;
        var values = exception.Values.Select(static value => (value as YamlScalar)?.Value).ToList();
        if (values.Contains(null))
        {
            mistake = "The values of an exception over one field are single values, not lists";
            return null;
        }

        if (values.Count == 0)
        {
            return "";
        }

        var comparison = (exception.Comparisons as YamlScalar)?.Value ?? "in";
        return $"({((YamlScalar)exception.Fields!).Value} {comparison} ({string.Join(", ", values.Select(static value => ItemText.Quote(value!)))}))";
    }

    private static string? WriteTuples(ExceptionItem exception, out string? mistake)
    {
        mistake = null;
        var fields = ExceptionParts.Texts(exception.Fields)!;
        var comparisons = ExceptionParts.Texts(exception.Comparisons) ?? [.. fields.Select(static _ => "=")];
        var text = new StringBuilder();
        foreach (var value in exception.Values)
        {
            if (value is not YamlSequence tuple || tuple.Items.Count != fields.Count)
            {
                mistake = "Fields and values lists must have equal length";
                return null;
            }

            text.Append(text.Length == 0 ? "(" : " or (");
            for (var i = 0; i < fields.Count; i++)
            {
                if (i > 0)
                {
                    text.Append(" and ");
                }

                text.Append(fields[i]).Append(' ').Append(comparisons[i]).Append(' ').Append(WriteValue(tuple.Items[i], comparisons[i]));
            }

            text.Append(')');
        }

        return text.Length == 0 ? "" : $"({text})";
    }

    private static string WriteValue(YamlNode value, string comparison) => value switch
    {
        YamlSequence list => $"({string.Join(", ", list.Items.OfType<YamlScalar>().Select(static item => ItemText.Quote(item.Value)))})",
        YamlScalar scalar when ExceptionParts.WantsList(comparison) => ItemText.Parenthesize(scalar.Value),
        YamlScalar scalar => ItemText.Quote(scalar.Value),
        _ => "",
    };
}
