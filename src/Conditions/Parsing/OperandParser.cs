using Saker.Conditions.Ast;
using Saker.Conditions.Source;

namespace Saker.Conditions.Parsing;

/// <summary>Parses a field, or a transformer over fields, that stands in another text: in an output, in an exception.</summary>
internal static class OperandParser
{
    // No name of a field is as long, argument behind a dot included; each shorter form of a name is looked up.
    private const int MaximumName = 1024;

    /// <summary>
    /// What can be read at a place, the longest first. <c>%user.namecontainerid</c> may mean <c>user.namecontainerid</c>, or
    /// <c>user.name</c> with text behind it: the caller takes the first that exists.
    /// </summary>
    /// <param name="source">The text.</param>
    /// <param name="start">Where the field starts.</param>
    /// <param name="errors">Gets the mistake in the longest form.</param>
    public static IEnumerable<Operand> ReadForms(SourceText source, int start, ICollection<ConditionError> errors)
    {
        var lexer = new Lexer(source) { Position = start };
        if (!lexer.TryName(out var name) || !name.Contains('.', StringComparison.Ordinal))
        {
            lexer.Position = start;
            return Attempt(() => new OperandGrammar(lexer).ReadTransformer(withVal: false)) is { } transformer ? [transformer] : [];
        }

        lexer.Position = start;
        var longest = Attempt(() => new OperandGrammar(lexer).ReadField());
        var shorter = ReadNames(source, start, name);
        return longest is FieldOperand { Argument: not null } ? shorter.Prepend(longest) : shorter;

        Operand? Attempt(Func<Operand?> read)
        {
            try
            {
                return read();
            }
            catch (SyntaxException exception)
            {
                errors.Add(exception.Error);
                return null;
            }
        }
    }

    private static IEnumerable<Operand> ReadNames(SourceText source, int start, string name)
    {
        for (var form = name[..Math.Min(name.Length, MaximumName)]; form.Contains('.', StringComparison.Ordinal); form = form[..^1])
        {
            if (!form.EndsWith('.'))
            {
                yield return new FieldOperand(new SourceRange(source, start, form.Length), form, null);
            }
        }
    }
}
