namespace Saker.Conditions.Source;

/// <summary>A place in a file; lines and columns count from 1.</summary>
/// <param name="File">The file; null for text that came from nowhere else.</param>
/// <param name="Line">From 1.</param>
/// <param name="Column">From 1.</param>
public readonly record struct SourcePosition(string? File, int Line, int Column);

/// <summary>The text of a condition, and where each of its characters was written.</summary>
/// <param name="text">The text that is parsed.</param>
/// <param name="locate">Where an offset of the text was written; null when the text itself is the source.</param>
public sealed class SourceText(string text, Func<int, SourcePosition>? locate = null)
{
    /// <summary>The text that is parsed.</summary>
    public string Text { get; } = text;

    /// <summary>Where the character at an offset was written.</summary>
    public SourcePosition Locate(int offset)
    {
        if (locate is not null)
        {
            return locate(offset);
        }

        var before = Text.AsSpan(0, Math.Clamp(offset, 0, Text.Length));
        return new SourcePosition(null, before.Count('\n') + 1, before.Length - before.LastIndexOf('\n'));
    }
}

/// <summary>A part of a condition's text.</summary>
/// <param name="Source">The text.</param>
/// <param name="Start">The first character, from 0.</param>
/// <param name="Length">How many characters.</param>
public readonly record struct SourceRange(SourceText Source, int Start, int Length)
{
    /// <summary>The offset after the last character.</summary>
    public int End => Start + Length;

    /// <summary>The characters.</summary>
    public string Text => Source.Text.Substring(Start, Length);
}
