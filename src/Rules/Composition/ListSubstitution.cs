using System.Buffers;
using Saker.Rules.Definitions;

namespace Saker.Rules.Composition;

/// <summary>
/// Puts the items of lists in the place of their names, as text: also inside quotes, wherever the name stands between
/// blanks, parentheses, commas and equals signs. Lists are taken in the order of their definition, each once.
/// </summary>
internal static class ListSubstitution
{
    private static readonly SearchValues<char> Delimiters = SearchValues.Create(" \t\n\r(),=");

    // Lists in lists could double a text again and again; the parser takes no longer one.
    private const int MaximumLength = Conditions.Parsing.ConditionParser.MaximumLength + 1;

    /// <summary>Substitutes all lists, and marks those that were found as used.</summary>
    public static MappedText Apply(MappedText condition, IEnumerable<ResolvedList> lists)
    {
        foreach (var list in lists)
        {
            if (condition.Text.Length < MaximumLength)
            {
                condition = Apply(condition, list);
            }
        }

        return condition;
    }

    private static MappedText Apply(MappedText condition, ResolvedList list)
    {
        var text = condition.Text;
        var at = Find(text, list.Name, 0);
        if (at < 0)
        {
            return condition;
        }

        list.Definition.Used = true;
        var result = new MappedText.Builder();
        var copied = 0;
        while (at >= 0 && result.Length < MaximumLength)
        {
            var end = at + list.Name.Length;
            var start = at;
            while (start > copied && IsBlank(text[start - 1]))
            {
                start--;
            }

            while (end < text.Length && IsBlank(text[end]))
            {
                end++;
            }
            // An empty list takes a comma with it: the one before, or else the one after.
            var commaBefore = list.Text.Length == 0 && start > copied && text[start - 1] == ',';
            var commaAfter = list.Text.Length == 0 && !commaBefore && end < text.Length && text[end] == ',';
            start -= commaBefore ? 1 : 0;
            end += commaAfter ? 1 : 0;
            result.Append(condition, copied, start - copied)
                .AppendList(list.Name, start > 0 ? $" {list.Text} " : list.Text + " ", condition, at);
            copied = end;
            at = Find(text, list.Name, end);
        }

        return result.Append(condition, copied, text.Length - copied).Build();
    }

    private static int Find(string text, string name, int from)
    {
        for (var at = text.IndexOf(name, from, StringComparison.Ordinal); at >= 0; at = text.IndexOf(name, at + 1, StringComparison.Ordinal))
        {
            var end = at + name.Length;
            if ((at == 0 || Delimiters.Contains(text[at - 1])) && (end == text.Length || Delimiters.Contains(text[end])))
            {
                return at;
            }
        }

        return -1;
    }

    private static bool IsBlank(char c) => c is ' ' or '\t' or '\n' or '\r';
}

/// <summary>A list as conditions see it: its items as text.</summary>
internal sealed class ResolvedList(ListDefinition definition, IEnumerable<string> items)
{
    public ListDefinition Definition { get; } = definition;

    public string Name => Definition.Name;

    public string Text { get; } = string.Join(", ", items.Select(ItemText.Quote));
}

/// <summary>How values from YAML are written into conditions.</summary>
internal static class ItemText
{
    /// <summary>Quotes a value that has a blank and no quotes yet.</summary>
    public static string Quote(string item) =>
        item.Contains(' ', StringComparison.Ordinal) && item[0] is not ('"' or '\'') ? $"\"{item}\"" : item;

    /// <summary>Puts parentheses around a value that has none.</summary>
    public static string Parenthesize(string item) => item.StartsWith('(') ? item : $"({item})";
}
