namespace Saker.Templates.Parsing;

internal enum TokenKind
{
    End,
    Text,
    Open,
    Close,
    Dot,
    Field,
    Variable,
    Identifier,
    Keyword,
    Nil,
    Boolean,
    Number,
    String,
    Pipe,
    Comma,
    Declare,
    Assign,
    LeftParen,
    RightParen,
    Other,
}

/// <summary>
/// A token. <paramref name="Text"/> is decoded for strings, and lacks the dot for fields. <paramref name="SpaceBefore"/> tells
/// whether blanks stood before it: operands must be apart, and a field glued to an operand belongs to it.
/// </summary>
internal readonly record struct Token(TokenKind Kind, string Text, int Position, bool SpaceBefore)
{
    public override string ToString() => Kind switch
    {
        TokenKind.End => "end of text",
        TokenKind.Close => "\"}}\"",
        TokenKind.Keyword => $"{{{{{Text}}}}}",
        TokenKind.Dot => "<.>",
        TokenKind.Field => $"\".{Text}\"",
        _ => $"\"{Text}\"",
    };
}
