using Saker.Conditions.Ast;
using Saker.Conditions.Source;

namespace Saker.Conditions.Parsing;

/// <summary>
/// Parses conditions. <c>and</c> binds tighter than <c>or</c>, <c>not</c> tighter than both; after <c>and</c>, <c>or</c> and
/// <c>not</c> comes a blank or a parenthesis, and <c>a or(b) and c</c> is an error, as it is to Falco.
/// </summary>
public static class ConditionParser
{
    /// <summary>The longest text that is parsed, in characters.</summary>
    public const int MaximumLength = 1 << 20;

    /// <summary>How deep parentheses may nest.</summary>
    public const int MaximumNesting = 200;

    /// <summary>Parses a condition.</summary>
    /// <param name="source">The text.</param>
    /// <param name="errors">Gets the mistake when the result is null.</param>
    public static Expression? Parse(SourceText source, ICollection<ConditionError> errors)
    {
        if (source.Text.Length > MaximumLength)
        {
            errors.Add(new ConditionError(
                ConditionErrorKind.TooComplex, new SourceRange(source, 0, 0), 0, $"the condition is longer than {MaximumLength} characters"));
            return null;
        }

        try
        {
            return new Reader(source).ReadAll();
        }
        catch (SyntaxException exception)
        {
            errors.Add(exception.Error);
            return null;
        }
    }

    private sealed class Reader
    {
        private readonly Lexer lexer;
        private readonly OperandGrammar operands;
        private int nesting;

        public Reader(SourceText source)
        {
            lexer = new Lexer(source);
            operands = new OperandGrammar(lexer);
        }

        public Expression ReadAll()
        {
            var expression = ReadOr();
            if (!lexer.AtEnd)
            {
                throw Fail($"unexpected token after '{lexer.LastToken}', expecting 'or', 'and'");
            }

            return expression;
        }

        private Expression ReadOr()
        {
            var children = new List<Expression>();
            var start = ReadChain(children, "or", ReadAnd);
            return children.Count == 1 ? children[0] : new OrExpression(lexer.RangeFrom(start), children);
        }

        private Expression ReadAnd()
        {
            var children = new List<Expression>();
            var start = ReadChain(children, "and", ReadNot);
            return children.Count == 1 ? children[0] : new AndExpression(lexer.RangeFrom(start), children);
        }

        private int ReadChain(List<Expression> children, string word, Func<Expression> readPart)
        {
            lexer.SkipBlanks();
            var start = lexer.Position;
            children.Add(readPart());
            lexer.SkipBlanks();
            while (lexer.TryText(word))
            {
                if (lexer.SkipBlanks())
                {
                    children.Add(readPart());
                }
                else if (lexer.TryText("("))
                {
                    children.Add(ReadParenthesized());
                }
                else
                {
                    throw Fail($"expected blank or '(' after '{word}'");
                }

                lexer.SkipBlanks();
            }

            return start;
        }

        private Expression ReadNot()
        {
            var start = lexer.Position;
            var negated = false;
            while (lexer.TryNot())
            {
                negated = !negated;
            }

            Expression child;
            if (lexer.TryText("not("))
            {
                negated = !negated;
                child = ReadParenthesized();
            }
            else
            {
                child = ReadCheck();
            }

            return negated ? new NotExpression(lexer.RangeFrom(start), child) : child;
        }

        private Expression ReadParenthesized()
        {
            if (++nesting > MaximumNesting)
            {
                throw new SyntaxException(new ConditionError(
                    ConditionErrorKind.TooComplex, lexer.RestOfToken(), lexer.Position, $"parentheses nest deeper than {MaximumNesting}"));
            }

            var child = ReadOr();
            if (!lexer.TryText(")"))
            {
                throw Fail("expected a ')' token");
            }

            nesting--;
            return child;
        }

        private Expression ReadCheck()
        {
            var start = lexer.Position;
            if (lexer.TryText("("))
            {
                return ReadParenthesized();
            }

            if (operands.ReadTransformer(withVal: false) is { } transformed)
            {
                return ReadComparison(start, transformed);
            }

            if (!lexer.TryName(out var name))
            {
                throw Fail("expected a '(' token, a field check, or an identifier");
            }

            var argument = operands.ReadArgument();
            var field = new FieldOperand(lexer.RangeFrom(start), name, argument);
            if (argument is not null || name.Contains('.', StringComparison.Ordinal))
            {
                return ReadComparison(start, field);
            }

            // A name without a dot is a macro, unless a comparison follows: fields of other catalogues have such names.
            var end = lexer.Position;
            lexer.SkipBlanks();
            if (AtOperator())
            {
                return ReadComparison(start, field);
            }

            lexer.Position = end;
            return new NameExpression(lexer.RangeFrom(start), name);
        }

        private bool AtOperator()
        {
            var start = lexer.Position;
            var found = lexer.TryWord("exists") || ReadOperator() is not null;
            lexer.Position = start;
            return found;
        }

        private Expression ReadComparison(int start, Operand left)
        {
            lexer.SkipBlanks();
            if (lexer.TryWord("exists"))
            {
                return new ExistsExpression(lexer.RangeFrom(start), left);
            }

            if (ReadOperator() is not { } operation)
            {
                throw Fail("expected a valid check operator: one of 'exists', "
                    + string.Join(", ", Vocabulary.Operators.Select(static entry => $"'{entry.Text}'")));
            }

            lexer.SkipBlanks();
            var modifier = operation.TakesList() || operation.IsOrdering() ? ValueModifier.None : ReadModifier();
            var right = operation.TakesList() || modifier != ValueModifier.None ? ReadList(operation) : ReadValue();
            return new ComparisonExpression(lexer.RangeFrom(start), left, operation, modifier, right);
        }

        private ComparisonOperator? ReadOperator()
        {
            foreach (var (text, operation) in Vocabulary.Operators)
            {
                if (char.IsAsciiLetter(text[0]) ? lexer.TryWord(text) : lexer.TryText(text))
                {
                    return operation;
                }
            }

            return null;
        }

        private ValueModifier ReadModifier()
        {
            var start = lexer.Position;
            foreach (var (text, modifier) in Vocabulary.Modifiers)
            {
                if (!lexer.TryWord(text))
                {
                    continue;
                }

                var end = lexer.Position;
                lexer.SkipBlanks();
                var list = lexer.TryText("(");
                lexer.Position = list ? end : start;
                if (list)
                {
                    lexer.SkipBlanks();
                    return modifier;
                }
            }

            return ValueModifier.None;
        }

        private Operand ReadList(ComparisonOperator operation)
        {
            var start = lexer.Position;
            if (operands.ReadTransformer(withVal: true) is { } transformed)
            {
                return transformed;
            }

            if (!lexer.TryText("("))
            {
                if (lexer.TryBare(out var single))
                {
                    return new ListOperand(lexer.RangeFrom(start), [new LiteralOperand(lexer.RangeFrom(start), single)]);
                }

                throw Fail($"expected a list after '{operation.Spell()}'");
            }

            var items = new List<Operand>();
            lexer.SkipBlanks();
            if (!lexer.TryText(")"))
            {
                do
                {
                    lexer.SkipBlanks();
                    items.Add(operands.ReadLiteral());
                    lexer.SkipBlanks();
                }
                while (lexer.TryText(","));
                if (!lexer.TryText(")"))
                {
                    throw Fail("expected a ')' token closing the list, or ','");
                }
            }

            return new ListOperand(lexer.RangeFrom(start), items);
        }

        private Operand ReadValue() => operands.ReadTransformer(withVal: true) ?? (Operand)operands.ReadLiteral();

        private SyntaxException Fail(string message) => operands.Fail(message);
    }
}
