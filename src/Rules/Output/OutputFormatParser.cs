using System.Text;
using Saker.Conditions.Ast;
using Saker.Conditions.Compilation;
using Saker.Conditions.Fields;

namespace Saker.Rules.Output;

/// <summary>
/// Reads output formats: text with <c>%field</c>, <c>%field[argument]</c> and <c>%tolower(field)</c>; a star before or after
/// the percent sign is allowed; <c>%%</c> is a percent sign.
/// </summary>
/// <param name="catalogue">The fields.</param>
public sealed class OutputFormatParser(IFieldCatalogue catalogue)
{
    private readonly FieldResolver resolver = new(catalogue);

    /// <summary>Reads a format.</summary>
    /// <param name="text">The format.</param>
    /// <param name="errors">Gets what is wrong when the result is null: an offset, a length, a message and the nearest name.</param>
    public OutputFormat? Parse(string text, ICollection<OutputFormatError> errors)
    {
        var star = text.StartsWith('*');
        var parts = new List<OutputPart>();
        var literal = new StringBuilder();
        var before = errors.Count;
        for (var i = star ? 1 : 0; i < text.Length;)
        {
            if (text[i] != '%')
            {
                literal.Append(text[i++]);
            }
            else if (i + 1 < text.Length && text[i + 1] == '%')
            {
                literal.Append('%');
                i += 2;
            }
            else
            {
                var start = i++;
                if (i < text.Length && text[i] == '*')
                {
                    i++;
                }

                if (ReadField(text, ref i, start, errors) is not { } part)
                {
                    continue;
                }
                // The star of '*%field' belongs to the field, not to the text.
                if (literal.Length > 0 && literal[^1] == '*')
                {
                    literal.Length--;
                }

                Flush(parts, literal);
                parts.Add(part);
            }
        }

        Flush(parts, literal);
        return errors.Count == before ? new OutputFormat(text, star, parts) : null;
    }

    private OutputPart? ReadField(string text, ref int position, int start, ICollection<OutputFormatError> errors)
    {
        var keyStart = position;
        var transformers = new List<Transformer>();
        while (ReadTransformer(text, ref position) is { } transformer)
        {
            transformers.Add(transformer);
        }

        var nameStart = position;
        while (position < text.Length && (char.IsAsciiLetterOrDigit(text[position]) || text[position] is '_' || IsInnerDot(text, position)))
        {
            position++;
        }

        var name = text[nameStart..position];
        string? argument = null;
        if (position < text.Length && text[position] == '[')
        {
            var close = text.IndexOf(']', position);
            if (close < 0)
            {
                errors.Add(new OutputFormatError(start, text.Length - start, "the ']' after the field's argument is missing", null));
                position = text.Length;
                return null;
            }

            argument = text[(position + 1)..close].Trim('"', '\'');
            position = close + 1;
        }

        for (var i = 0; i < transformers.Count; i++)
        {
            if (position >= text.Length || text[position] != ')')
            {
                errors.Add(new OutputFormatError(start, position - start, "the ')' after the transformer's field is missing", null));
                return null;
            }

            position++;
        }

        var key = text[keyStart..position];
        if (resolver.Resolve(name, argument, out var error, out var suggestion) is not { } field)
        {
            errors.Add(new OutputFormatError(start, Math.Max(1, position - start), name.Length == 0 ? "a field name must follow '%'" : error!, suggestion));
            return null;
        }

        var refusal = field.Definition.Traits.HasFlag(FieldTraits.NoOutput) ? $"the field '{field.Definition.Name}' is for conditions only" : null;
        var operand = refusal is null && transformers.Count > 0 ? CompiledOperand.Compile(field, transformers, out refusal) : null;
        if (refusal is null)
        {
            return new OutputPart { Field = field, Operand = operand, Key = key };
        }

        errors.Add(new OutputFormatError(start, position - start, refusal, null));
        return null;
    }

    private static bool IsInnerDot(string text, int position) =>
        text[position] == '.' && position + 1 < text.Length && char.IsAsciiLetterOrDigit(text[position + 1]);

    private static Transformer? ReadTransformer(string text, ref int position)
    {
        foreach (var (name, transformer) in Vocabulary.Transformers)
        {
            if (transformer is Transformer.Val or Transformer.Join or Transformer.Concat or Transformer.GetOpt)
            {
                continue;
            }

            if (string.CompareOrdinal(text, position, name, 0, name.Length) == 0
                && position + name.Length < text.Length && text[position + name.Length] == '(')
            {
                position += name.Length + 1;
                return transformer;
            }
        }

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
