namespace Saker.Templates.Parsing;

/// <summary>The lexer's tokens with a look ahead of up to three.</summary>
internal sealed class TokenReader(string text)
{
    private readonly Lexer lexer = new(text);
    private readonly List<Token> ahead = [];

    public Token Peek(int distance = 0)
    {
        while (ahead.Count <= distance)
        {
            ahead.Add(lexer.Next());
        }

        return ahead[distance];
    }

    public Token Take()
    {
        var token = Peek();
        ahead.RemoveAt(0);
        return token;
    }

    public Token Expect(TokenKind kind, string context)
    {
        var token = Take();
        return token.Kind == kind ? token : throw new ParseFault(token.Position, $"unexpected {token} in {context}");
    }
}
