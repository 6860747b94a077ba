using System.Text;
using Saker.Conditions.Compilation;
using Saker.Conditions.Fields;

namespace Saker.Rules.Output;

/// <summary>
/// Reads output formats: text with <c>%field</c>, <c>%field[argument]</c> and <c>%tolower(field)</c>, in the grammar of
/// conditions. A number between the percent sign and the field is a width. Of a field's name the longest part that is a
/// field counts, and the rest is text. There is no way to write a percent sign itself.
/// </summary>
/// <param name="catalogue">The fields.</param>
public sealed class OutputFormatParser(IFieldCatalogue catalogue)
{
    private const int MaximumWidth = ushort.MaxValue;

    private readonly OperandCompiler operands = new(catalogue);

    /// <summary>Reads a format.</summary>
    /// <param name="text">The format.</param>
    /// <param name="errors">Gets what is wrong when the result is null: an offset, a length, a message and the nearest name.</param>
    public OutputFormat? Parse(string text, ICollection<OutputFormatError> errors)
    {
        var star = text.StartsWith('*');
        var parts = new List<OutputPart>();
        var literal = new StringBuilder();
        var before = errors.Count;
        if (text.Length == 0)
        {
            errors.Add(new OutputFormatError(0, 0, "the output is empty", null));
        }

        for (var i = star ? 1 : 0; i < text.Length;)
        {
            if (text[i] != '%')
            {
                literal.Append(text[i++]);
            }
            else if (ReadField(text, ref i, errors) is { } part)
            {
                Flush(parts, literal);
                parts.Add(part);
            }
        }

        Flush(parts, literal);
        return errors.Count == before ? new OutputFormat(text, star, parts) : null;
    }

    /// <summary>Reads a text that is a field or a transformer, without percent sign, and nothing else.</summary>
    /// <param name="text">The text.</param>
    /// <param name="errors">Gets what is wrong when the result is null.</param>
    public CompiledOperand? ParseField(string text, ICollection<OutputFormatError> errors)
    {
        var operand = operands.CompileWhole(text, out var error);
        if (error is not null)
        {
            errors.Add(new OutputFormatError(error.Range.Start, error.Range.Length, error.Message, error.Suggestion));
        }

        return operand;
    }

    private OutputPart? ReadField(string text, ref int position, ICollection<OutputFormatError> errors)
    {
        var start = position++;
        var width = 0;
        while (position < text.Length && char.IsAsciiDigit(text[position]))
        {
            width = Math.Min((width * 10) + text[position++] - '0', MaximumWidth + 1);
        }

        if (position == text.Length)
        {
            errors.Add(new OutputFormatError(start, position - start, "an output cannot end with a percent sign or a width: a field must follow", null));
            return null;
        }

        if (width > MaximumWidth)
        {
            errors.Add(new OutputFormatError(start, position - start, $"a width is at most {MaximumWidth}", null));
            return null;
        }

        if (operands.CompileLongest(text, position, out var error) is { } operand)
        {
            position += operand.Length;
            return new OutputPart { Operand = operand, Width = width };
        }

        var end = Math.Max(error!.Range.End, position);
        var message = text[position] == '%' ? "a field must follow '%'; there is no way to write a percent sign in an output" : error.Message;
        errors.Add(new OutputFormatError(start, end - start, message, error.Suggestion));
        position = end;
        return null;
    }

    private static void Flush(List<OutputPart> parts, StringBuilder literal)
    {
        if (literal.Length > 0)
        {
            parts.Add(new OutputPart { Text = literal.ToString() });
        }

        literal.Clear();
    }
}

/// <summary>A mistake in an output format.</summary>
/// <param name="Start">The offset of the first wrong character.</param>
/// <param name="Length">How many are wrong.</param>
/// <param name="Message">What is wrong.</param>
/// <param name="Suggestion">The nearest field name, if one is near.</param>
public sealed record OutputFormatError(int Start, int Length, string Message, string? Suggestion);
