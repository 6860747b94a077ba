using Saker.Conditions.Ast;

namespace Saker.Conditions.Parsing;

/// <summary>Leaves the recursive descent at the first mistake: what follows one cannot be understood reliably.</summary>
internal sealed class SyntaxException(ConditionError error) : Exception(error.Message)
{
    public ConditionError Error { get; } = error;
}

/// <summary>The part of the grammar that is about fields, transformers and values: conditions and outputs share it.</summary>
internal sealed class OperandGrammar(Lexer lexer)
{
    private int nesting;

    /// <summary>Reads a transformer with its arguments; null when none stands here.</summary>
    /// <param name="withVal">Whether <c>val</c> may stand here: only on the right side of a comparison.</param>
    public TransformerOperand? ReadTransformer(bool withVal)
    {
        var start = lexer.Position;
        foreach (var (text, transformer) in Vocabulary.Transformers)
        {
            if (!lexer.TryText(text))
            {
                continue;
            }

            if ((transformer == Transformer.Val && !withVal) || !lexer.TryText("("))
            {
                lexer.Position = start;
                continue;
            }

            var arguments = transformer == Transformer.Val ? [ReadFieldOfVal()] : ReadArguments($"the arguments of {text}");
            return new TransformerOperand(lexer.RangeFrom(start), transformer, arguments);
        }

        return null;
    }

    /// <summary>Reads a field with a dot in its name, and its argument; null when none stands here.</summary>
    public FieldOperand? ReadField()
    {
        var start = lexer.Position;
        if (!lexer.TryName(out var name))
        {
            return null;
        }

        var argument = ReadArgument();
        return new FieldOperand(lexer.RangeFrom(start), name, argument);
    }

    /// <summary>Reads what stands between brackets behind a field; null when there are none.</summary>
    public string? ReadArgument()
    {
        if (!lexer.TryText("["))
        {
            return null;
        }

        if (!TryQuoted(out var argument))
        {
            if (!lexer.TryBareArgument(out var bare))
            {
                throw Fail("expected a valid field argument: a quoted string or a bare string");
            }

            argument = bare;
        }

        if (!lexer.TryText("]"))
        {
            throw Fail("expected a ']' token");
        }

        return argument;
    }

    /// <summary>Reads a value, quoted or not.</summary>
    public LiteralOperand ReadLiteral()
    {
        var start = lexer.Position;
        if (TryQuoted(out var value))
        {
            return new LiteralOperand(lexer.RangeFrom(start), value);
        }

        if (lexer.TryBare(out var bare))
        {
            return new LiteralOperand(lexer.RangeFrom(start), bare);
        }

        throw Fail("expected a value");
    }

    /// <summary>The mistake that stands at the cursor.</summary>
    public SyntaxException Fail(string message) =>
        new(new ConditionError(ConditionErrorKind.Syntax, lexer.RestOfToken(), lexer.Position, message));

    private bool TryQuoted(out string value)
    {
        if (!lexer.TryQuoted(out value, out var fault))
        {
            return false;
        }

        // Tools know a bad escape by the end of its text; people look for the escape itself.
        return fault is not { } at ? true : throw new SyntaxException(new ConditionError(
            ConditionErrorKind.Syntax, at.Place, lexer.Position, at.Message));
    }

    private FieldOperand ReadFieldOfVal()
    {
        lexer.SkipBlanks();
        var field = ReadField() ?? throw Fail("expected a field within 'val'");
        lexer.SkipBlanks();
        return lexer.TryText(")") ? field : throw Fail("expected a ')' token closing the arguments of val");
    }

    private List<Operand> ReadArguments(string what)
    {
        if (++nesting > ConditionParser.MaximumNesting)
        {
            throw Fail($"functions nest deeper than {ConditionParser.MaximumNesting}");
        }

        var arguments = new List<Operand>();
        do
        {
            lexer.SkipBlanks();
            arguments.Add(ReadTransformerArgument());
            lexer.SkipBlanks();
        }
        while (lexer.TryText(","));
        if (!lexer.TryText(")"))
        {
            throw Fail($"expected a ')' token closing {what}");
        }

        nesting--;
        return arguments;
    }

    private Operand ReadTransformerArgument()
    {
        var start = lexer.Position;
        if (lexer.TryNumber(out var number))
        {
            return new LiteralOperand(lexer.RangeFrom(start), number);
        }

        if (TryQuoted(out var text))
        {
            return new LiteralOperand(lexer.RangeFrom(start), text);
        }

        if (lexer.TryText("("))
        {
            var items = ReadArguments("the list");
            return new ListOperand(lexer.RangeFrom(start), items);
        }

        return ReadTransformer(withVal: false) ?? (Operand?)ReadField()
            ?? throw Fail("expected an argument: a field, a transformer, a text in quotes, a number, or a list of such");
    }
}
