using Saker.Conditions.Ast;
using Saker.Conditions.Fields;
using Saker.Rules.Yaml;

namespace Saker.Rules.Definitions;

/// <summary>The parts of exceptions as texts.</summary>
internal static class ExceptionParts
{
    /// <summary>The texts of a scalar or of a sequence of scalars; null for anything else.</summary>
    public static List<string>? Texts(YamlNode? node) => node switch
    {
        YamlScalar { Value.Length: > 0 } scalar => [scalar.Value],
        YamlSequence sequence when sequence.Items.All(static item => item is YamlScalar { Value.Length: > 0 }) =>
            [.. sequence.Items.Cast<YamlScalar>().Select(static item => item.Value)],
        _ => null,
    };

    /// <summary>True for an operator, with or without modifier.</summary>
    public static bool IsOperator(string text)
    {
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return words.Length is 1 or 2
            && (words[0] == "exists" || Vocabulary.Operators.Any(entry => entry.Text == words[0]))
            && (words.Length == 1 || Vocabulary.Modifiers.Any(entry => entry.Text == words[1]));
    }

    /// <summary>True for an operator that takes a list.</summary>
    public static bool WantsList(string text)
    {
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return IsOperator(text) && (words.Length == 2 || Vocabulary.Operators.Any(entry => entry.Text == words[0] && entry.Operator.TakesList()));
    }

    /// <summary>True for a field of the catalogue, with or without argument.</summary>
    public static bool IsField(FieldResolver resolver, string text)
    {
        var bracket = text.IndexOf('[', StringComparison.Ordinal);
        return bracket < 0
            ? resolver.Resolve(text, null, out _, out _) is not null
            : text.EndsWith(']') && resolver.Resolve(text[..bracket], text[(bracket + 1)..^1].Trim('"', '\''), out _, out _) is not null;
    }
}
