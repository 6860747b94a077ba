namespace Saker.Settings;

/// <summary>Lists and maps written in one text, as variables must be: <c>a,b</c> and <c>a:b,c:d</c>.</summary>
internal static class DelimitedText
{
    /// <summary>
    /// The parts between commas, trimmed, empty ones left out. A comma inside <c>{{ }}</c> belongs to a template and does not split.
    /// </summary>
    public static IReadOnlyList<string> SplitList(string text)
    {
        var parts = new List<string>();
        var start = 0;
        while (start < text.Length)
        {
            var end = IndexOutsideTemplates(text, ',', start);
            var part = text[start..end].Trim();
            if (part.Length > 0)
            {
                parts.Add(part);
            }

            start = end + 1;
        }

        return parts;
    }

    /// <summary>Key and value around the first colon outside <c>{{ }}</c>, both trimmed; the value is null without a colon.</summary>
    public static (string Key, string? Value) SplitEntry(string text)
    {
        var colon = IndexOutsideTemplates(text, ':', 0);
        return colon == text.Length
            ? (text.Trim(), null)
            : (text[..colon].Trim(), text[(colon + 1)..].Trim());
    }

    private static int IndexOutsideTemplates(string text, char wanted, int start)
    {
        for (var i = start; i < text.Length; i++)
        {
            if (text[i] == wanted)
            {
                return i;
            }

            if (text.AsSpan(i).StartsWith("{{") && text.IndexOf("}}", i + 2, StringComparison.Ordinal) is var close and not -1)
            {
                i = close;
            }
        }

        return text.Length;
    }
}
