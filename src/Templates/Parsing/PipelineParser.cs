using Saker.Templates.Values;

namespace Saker.Templates.Parsing;

/// <summary>Reads one pipeline up to and including its end.</summary>
internal sealed class PipelineParser(TokenReader tokens, List<string> variables, Predicate<string> knowsFunction, int maxDepth)
{
    private int depth;

    /// <summary>Reads a pipeline of <paramref name="context"/>, which errors name; <c>range</c> may declare two variables.</summary>
    public PipelineNode Parse(string context) => Parse(context, TokenKind.Close);

    private PipelineNode Parse(string context, TokenKind end)
    {
        var position = tokens.Peek().Position;
        if (++depth > maxDepth)
        {
            throw new ParseFault(position, $"nested deeper than {maxDepth}");
        }

        var (declared, isAssignment) = Declarations(context);
        var commands = new List<CommandNode>();
        while (tokens.Peek().Kind != end)
        {
            commands.Add(Command(context));
        }

        tokens.Take();
        depth--;

        if (commands.Count == 0)
        {
            throw new ParseFault(position, $"missing value for {context}");
        }

        foreach (var (stage, command) in commands.Index().Skip(1))
        {
            if (command.Words[0] is ConstantNode or DotNode or NilNode)
            {
                throw new ParseFault(command.Position, $"non executable command in pipeline stage {stage + 1}");
            }
        }

        return new PipelineNode(position, declared, isAssignment, [.. commands]);
    }

    private (string[] Declared, bool IsAssignment) Declarations(string context)
    {
        var declared = new List<string>();
        while (tokens.Peek().Kind is TokenKind.Variable)
        {
            var next = tokens.Peek(1);
            if (next.Kind is not (TokenKind.Declare or TokenKind.Assign or TokenKind.Comma))
            {
                break;
            }

            declared.Add(tokens.Take().Text);
            variables.Add(declared[^1]);
            tokens.Take();
            if (next.Kind is not TokenKind.Comma)
            {
                return ([.. declared], next.Kind is TokenKind.Assign);
            }

            if (context != "range" || declared.Count > 1)
            {
                throw new ParseFault(next.Position, $"too many declarations in {context}");
            }

            if (tokens.Peek().Kind is not TokenKind.Variable)
            {
                throw new ParseFault(next.Position, "range can only initialize variables");
            }
        }

        return declared.Count == 0
            ? ([], false)
            : throw new ParseFault(tokens.Peek().Position, $"missing := in {context}");
    }

    private CommandNode Command(string context)
    {
        var words = new List<Node>();
        var position = tokens.Peek().Position;
        while (true)
        {
            words.Add(Operand(context));
            var next = tokens.Peek();
            if (next.Kind is TokenKind.Pipe)
            {
                tokens.Take();
                break;
            }

            if (next.Kind is TokenKind.Close or TokenKind.RightParen)
            {
                break;
            }

            if (!next.SpaceBefore)
            {
                throw new ParseFault(next.Position, $"unexpected {next} in operand");
            }
        }

        return new CommandNode(position, [.. words]);
    }

    private Node Operand(string context)
    {
        var token = tokens.Peek();
        var operand = Term(context);
        if (tokens.Peek() is not { Kind: TokenKind.Field, SpaceBefore: false })
        {
            return operand;
        }

        var path = new List<string>();
        while (tokens.Peek() is { Kind: TokenKind.Field, SpaceBefore: false })
        {
            path.Add(tokens.Take().Text);
        }

        return operand switch
        {
            FieldNode field => field with { Path = [.. field.Path, .. path] },
            VariableNode variable => variable with { Path = [.. path] },
            PipelineNode or FunctionNode => new ChainNode(token.Position, operand, [.. path]),
            _ => throw new ParseFault(token.Position, $"unexpected . after term {token}"),
        };
    }

    private Node Term(string context)
    {
        var token = tokens.Take();
        var at = token.Position;
        switch (token.Kind)
        {
            case TokenKind.Dot:
                return new DotNode(at);
            case TokenKind.Nil:
                return new NilNode(at);
            case TokenKind.Boolean:
                return new ConstantNode(at, TemplateValue.From(token.Text == "true"), token.Text);
            case TokenKind.Number:
                return new ConstantNode(at, Literals.Number(token.Text, at), token.Text);
            case TokenKind.String:
                return new ConstantNode(at, TemplateValue.From(token.Text), token.Text);
            case TokenKind.Field:
                return new FieldNode(at, [token.Text]);
            case TokenKind.Variable when variables.Contains(token.Text):
                return new VariableNode(at, token.Text, []);
            case TokenKind.Variable:
                throw new ParseFault(at, $"undefined variable \"{token.Text}\"");
            case TokenKind.Identifier when knowsFunction(token.Text):
                return new FunctionNode(at, token.Text);
            case TokenKind.Identifier:
                throw new ParseFault(at, $"function \"{token.Text}\" not defined");
            case TokenKind.LeftParen:
                return Parse("parenthesized pipeline", TokenKind.RightParen);
            default:
                throw new ParseFault(at, $"unexpected {token} in {context}");
        }
    }
}
