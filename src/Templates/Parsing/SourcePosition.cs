namespace Saker.Templates.Parsing;

internal static class SourcePosition
{
    /// <summary>Line and column, both from 1, of an offset in the text.</summary>
    public static (int Line, int Column) Of(string text, int offset)
    {
        var before = text.AsSpan(0, Math.Min(offset, text.Length));
        return (before.Count('\n') + 1, before.Length - before.LastIndexOf('\n'));
    }
}

/// <summary>A text that is no template.</summary>
internal sealed class ParseFault(int position, string reason) : Exception(reason)
{
    public int Position { get; } = position;
}
