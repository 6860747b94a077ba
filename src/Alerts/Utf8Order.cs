namespace Saker.Alerts;

/// <summary>
/// Orders text as its UTF-8 bytes would be ordered, which is the order of code points. It differs from .NET's ordinal
/// order only where one text has a surrogate and the other a character from U+E000 on.
/// </summary>
public sealed class Utf8Order : IComparer<string>
{
    /// <summary>The one instance.</summary>
    public static Utf8Order Instance { get; } = new();

    /// <summary>Negative, zero or positive, as <paramref name="left"/> comes before, with or after <paramref name="right"/>.</summary>
    public static int Compare(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        var common = left.CommonPrefixLength(right);
        if (common == left.Length || common == right.Length)
        {
            return left.Length - right.Length;
        }

        return Rank(left[common]) - Rank(right[common]);
    }

    int IComparer<string>.Compare(string? x, string? y) => Compare(x.AsSpan(), y.AsSpan());

    private static int Rank(char unit) => char.IsSurrogate(unit) ? unit + 0x10000 : unit;
}
