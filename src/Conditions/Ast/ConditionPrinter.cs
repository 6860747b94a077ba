using System.Buffers;
using System.Text;

namespace Saker.Conditions.Ast;

/// <summary>Writes a condition as text that the parser reads back as the same tree.</summary>
public static class ConditionPrinter
{
    /// <summary>Prints a condition; macros by their names.</summary>
    public static string Print(Expression expression) => Print(expression, expandMacros: false);

    /// <summary>Prints a condition.</summary>
    /// <param name="expression">The condition.</param>
    /// <param name="expandMacros">Whether a macro's condition stands in its place.</param>
    public static string Print(Expression expression, bool expandMacros)
    {
        var text = new StringBuilder();
        Append(text, expression, Precedence.Or, expandMacros);
        return text.ToString();
    }

    /// <summary>Prints a field or a transformer.</summary>
    public static string Print(Operand operand)
    {
        var text = new StringBuilder();
        Append(text, operand);
        return text.ToString();
    }

    /// <summary>Prints a value as it may stand on the right side of a comparison: bare where that is possible, else in quotes.</summary>
    public static string PrintValue(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (IsBare(value))
        {
            return value;
        }

        var text = new StringBuilder();
        AppendQuoted(text, value);
        return text.ToString();
    }

    private static readonly SearchValues<char> BareCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:-+");

    private enum Precedence
    {
        Or,
        And,
        Not,
    }

    private static void Append(StringBuilder text, Expression expression, Precedence context, bool expandMacros)
    {
        switch (expression)
        {
            case OrExpression or:
                AppendChildren(text, or.Children, " or ", Precedence.And, context > Precedence.Or, expandMacros);
                break;
            case AndExpression and:
                AppendChildren(text, and.Children, " and ", Precedence.Not, context > Precedence.And, expandMacros);
                break;
            case NotExpression { Child: AndExpression or OrExpression or NotExpression } not:
                text.Append("not (");
                Append(text, not.Child, Precedence.Or, expandMacros);
                text.Append(')');
                break;
            case NotExpression not:
                text.Append("not ");
                Append(text, not.Child, Precedence.Not, expandMacros);
                break;
            case NameExpression name:
                text.Append(name.Name);
                break;
            case MacroExpression macro when expandMacros:
                text.Append('(');
                Append(text, macro.Definition.Body, Precedence.Or, expandMacros);
                text.Append(')');
                break;
            case MacroExpression macro:
                text.Append(macro.Definition.Name);
                break;
            case ExistsExpression exists:
                Append(text, exists.Left);
                text.Append(" exists");
                break;
            case ComparisonExpression comparison:
                Append(text, comparison.Left);
                text.Append(' ').Append(comparison.Operator.Spell()).Append(' ');
                if (comparison.Modifier != ValueModifier.None)
                {
                    text.Append(comparison.Modifier.Spell()).Append(' ');
                }

                Append(text, comparison.Right);
                break;
        }
    }

    private static void AppendChildren(
        StringBuilder text, IReadOnlyList<Expression> children, string between, Precedence inner, bool parenthesize, bool expandMacros)
    {
        if (parenthesize)
        {
            text.Append('(');
        }

        for (var i = 0; i < children.Count; i++)
        {
            if (i > 0)
            {
                text.Append(between);
            }
            // A chain inside the same chain keeps its own parentheses: the tree is what was written.
            var same = children[i] is OrExpression && inner == Precedence.And || children[i] is AndExpression && inner == Precedence.Not;
            Append(text, children[i], same ? Precedence.Not : inner, expandMacros);
        }

        if (parenthesize)
        {
            text.Append(')');
        }
    }

    // Arguments of transformers may be fields: a bare word there would be read as one.
    private static void Append(StringBuilder text, Operand operand, bool mayBeBare = true)
    {
        switch (operand)
        {
            case FieldOperand { Argument: null } field:
                text.Append(field.Name);
                break;
            case FieldOperand field:
                text.Append(field.Name).Append('[');
                AppendArgument(text, field.Argument!);
                text.Append(']');
                break;
            case TransformerOperand transformer:
                text.Append(transformer.Transformer.Spell()).Append('(');
                AppendItems(text, transformer.Arguments, mayBeBare: false);
                text.Append(')');
                break;
            case ListOperand list:
                text.Append('(');
                AppendItems(text, list.Items, mayBeBare);
                text.Append(')');
                break;
            case LiteralOperand literal when mayBeBare && IsBare(literal.Text):
                text.Append(literal.Text);
                break;
            case LiteralOperand literal:
                AppendQuoted(text, literal.Text);
                break;
        }
    }

    private static bool IsBare(string value) =>
        value.Length > 0 && !value.AsSpan().ContainsAnyExcept(BareCharacters)
        && !Vocabulary.Modifiers.Any(modifier => modifier.Text == value);

    private static void AppendItems(StringBuilder text, IReadOnlyList<Operand> items, bool mayBeBare)
    {
        for (var i = 0; i < items.Count; i++)
        {
            if (i > 0)
            {
                text.Append(", ");
            }

            Append(text, items[i], mayBeBare);
        }
    }

    private static void AppendArgument(StringBuilder text, string argument)
    {
        if (argument.Length > 0 && !argument.AsSpan().ContainsAnyExcept(BareCharacters))
        {
            text.Append(argument);
        }
        else
        {
            AppendQuoted(text, argument);
        }
    }

    private static void AppendQuoted(StringBuilder text, string value)
    {
        text.Append('"');
        foreach (var c in value)
        {
            _ = c switch
            {
                '\b' => text.Append("\\b"),
                '\f' => text.Append("\\f"),
                '\n' => text.Append("\\n"),
                '\r' => text.Append("\\r"),
                '\t' => text.Append("\\t"),
                '\\' => text.Append("\\\\"),
                '"' => text.Append("\\\""),
                _ => text.Append(c),
            };
        }

        text.Append('"');
    }
}
