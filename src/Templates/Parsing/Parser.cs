using System.Text;

namespace Saker.Templates.Parsing;

/// <summary>Reads text, control structures and definitions. <see cref="PipelineParser"/> reads what stands inside of actions.</summary>
internal sealed class Parser
{
    private const int MaxDepth = 100;

    private readonly TokenReader tokens;
    private readonly Dictionary<string, Node[]> bodies = new(StringComparer.Ordinal);
    private Scope scope = new();
    private int depth;

    private readonly Predicate<string> knowsFunction;

    private Parser(string text, Predicate<string> knowsFunction)
    {
        tokens = new TokenReader(text);
        this.knowsFunction = knowsFunction;
    }

    /// <summary>Reads a template.</summary>
    /// <param name="text">The template.</param>
    /// <param name="knowsFunction">Whether a word is a function's name.</param>
    /// <exception cref="ParseFault">The text is no template.</exception>
    public static TemplateSet Parse(string text, Predicate<string> knowsFunction) => new Parser(text, knowsFunction).ParseAll();

    private TemplateSet ParseAll()
    {
        var main = new List<Node>();
        while (tokens.Peek().Kind is not TokenKind.End)
        {
            if (tokens.Peek().Kind is TokenKind.Open && tokens.Peek(1) is { Kind: TokenKind.Keyword, Text: "define" })
            {
                tokens.Take();
                Definition(tokens.Take());
                continue;
            }

            var (node, stop) = ParseNode();
            if (stop is { } unexpected)
            {
                throw new ParseFault(unexpected.Position, $"unexpected {unexpected}");
            }

            main.Add(node!);
        }

        Define(TemplateSet.Main, [.. main], 0);
        return new TemplateSet(bodies);
    }

    /// <summary>One node, or the <c>end</c> or <c>else</c> that stands in its place (its delimiter is not yet read).</summary>
    private (Node? Node, Token? Stop) ParseNode()
    {
        var token = tokens.Take();
        if (token.Kind is TokenKind.Text)
        {
            return (new TextNode(token.Position, Encoding.UTF8.GetBytes(token.Text)), null);
        }

        if (token.Kind is TokenKind.End)
        {
            throw new ParseFault(token.Position, "unexpected end of text: an {{end}} is missing");
        }

        var word = tokens.Peek();
        if (word.Kind is TokenKind.Keyword)
        {
            tokens.Take();
            switch (word.Text)
            {
                case "end" or "else":
                    return (null, word);
                case "if":
                    return (Branch(BranchKind.If, word), null);
                case "with":
                    return (Branch(BranchKind.With, word), null);
                case "range":
                    return (Branch(BranchKind.Range, word), null);
                case "template":
                    return (Call(word), null);
                case "block":
                    return (Block(word), null);
                case "break" or "continue":
                    return (Jump(word), null);
                default:
                    throw new ParseFault(word.Position, $"unexpected {word}: templates are defined at the top level only");
            }
        }

        return (new ActionNode(word.Position, ParsePipeline("command")), null);
    }

    private (Node[] Nodes, Token Stop) ParseBody()
    {
        if (++depth > MaxDepth)
        {
            throw new ParseFault(tokens.Peek().Position, $"nested deeper than {MaxDepth}");
        }

        var nodes = new List<Node>();
        while (true)
        {
            var (node, stop) = ParseNode();
            if (stop is { } token)
            {
                depth--;
                return ([.. nodes], token);
            }

            nodes.Add(node!);
        }
    }

    private BranchNode Branch(BranchKind kind, Token word)
    {
        var mark = scope.Variables.Count;
        var pipeline = ParsePipeline(word.Text);
        scope.Loops += kind is BranchKind.Range ? 1 : 0;
        var (body, stop) = ParseBody();
        scope.Loops -= kind is BranchKind.Range ? 1 : 0;
        var otherwise = stop.Text == "else" ? Otherwise(kind) : CloseAfterEnd();
        scope.Forget(mark);
        return new BranchNode(word.Position, kind, pipeline, body, otherwise);
    }

    private Node[] Otherwise(BranchKind kind)
    {
        // {{else if}} and {{else with}} are a nested structure whose end closes both.
        var next = tokens.Peek();
        var chained = (kind, next.Text) is (BranchKind.If, "if") or (BranchKind.With, "with") && next.Kind is TokenKind.Keyword;
        if (chained)
        {
            if (++depth > MaxDepth)
            {
                throw new ParseFault(next.Position, $"nested deeper than {MaxDepth}");
            }

            var branch = Branch(kind, tokens.Take());
            depth--;
            return [branch];
        }

        tokens.Expect(TokenKind.Close, "else");
        var (nodes, stop) = ParseBody();
        if (stop.Text != "end")
        {
            throw new ParseFault(stop.Position, $"expected end; found {stop}");
        }

        CloseAfterEnd();
        return nodes;
    }

    private Node[] CloseAfterEnd()
    {
        tokens.Expect(TokenKind.Close, "end");
        return [];
    }

    private CallNode Call(Token word)
    {
        var name = tokens.Expect(TokenKind.String, "template clause").Text;
        var pipeline = tokens.Peek().Kind is TokenKind.Close ? null : ParsePipeline("template clause");
        if (pipeline is null)
        {
            tokens.Take();
        }

        return new CallNode(word.Position, name, pipeline);
    }

    private CallNode Block(Token word)
    {
        var name = tokens.Expect(TokenKind.String, "block clause").Text;
        var pipeline = ParsePipeline("block clause");
        DefineFromBody(name, word);
        return new CallNode(word.Position, name, pipeline);
    }

    private void Definition(Token word)
    {
        var name = tokens.Expect(TokenKind.String, "define clause").Text;
        tokens.Expect(TokenKind.Close, "define clause");
        DefineFromBody(name, word);
    }

    private void DefineFromBody(string name, Token word)
    {
        var outer = scope;
        scope = new Scope();
        var (body, stop) = ParseBody();
        if (stop.Text != "end")
        {
            throw new ParseFault(stop.Position, $"unexpected {stop} in {word}");
        }

        CloseAfterEnd();
        scope = outer;
        Define(name, body, word.Position);
    }

    private void Define(string name, Node[] body, int position)
    {
        // A definition of blanks alone gives way to one that says something.
        if (bodies.TryGetValue(name, out var present) && !IsBlank(present))
        {
            if (!IsBlank(body))
            {
                throw new ParseFault(position, $"multiple definition of template \"{name}\"");
            }

            return;
        }

        bodies[name] = body;
    }

    private static bool IsBlank(Node[] body) => body.All(static n => n is TextNode t && t.Utf8.AsSpan().Trim(" \t\r\n"u8).IsEmpty);

    private Node Jump(Token word)
    {
        tokens.Expect(TokenKind.Close, word.ToString());
        if (scope.Loops == 0)
        {
            throw new ParseFault(word.Position, $"{word} outside {{{{range}}}}");
        }

        return word.Text == "break" ? new BreakNode(word.Position) : new ContinueNode(word.Position);
    }

    private PipelineNode ParsePipeline(string context) => new PipelineParser(tokens, scope.Variables, knowsFunction, MaxDepth).Parse(context);

    private sealed class Scope
    {
        public List<string> Variables { get; } = ["$"];

        public int Loops { get; set; }

        public void Forget(int mark) => Variables.RemoveRange(mark, Variables.Count - mark);
    }
}
