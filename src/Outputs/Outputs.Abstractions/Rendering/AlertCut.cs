using System.Text;
using Saker.Alerts;

namespace Saker.Outputs.Rendering;

/// <summary>Makes an alert fit where a vendor counts bytes: the longest texts are cut first, on a character and with a mark, so that all others stay whole.</summary>
public static class AlertCut
{
    private const string Mark = "…";
    private const int LeastKept = 64;

    /// <summary>The alert, or as much of it as fits.</summary>
    /// <param name="alert">The alert.</param>
    /// <param name="size">Bytes of what is sent for an alert.</param>
    /// <param name="limit">Bytes that the vendor takes.</param>
    public static Alert ToFit(Alert alert, Func<Alert, long> size, long limit)
    {
        ArgumentNullException.ThrowIfNull(alert);
        ArgumentNullException.ThrowIfNull(size);
        if (size(alert) <= limit)
        {
            return alert;
        }

        if (Largest((int)Math.Min(limit, int.MaxValue), kept => size(Cut(alert, kept)) <= limit) is var bytes and >= LeastKept)
        {
            return Cut(alert, bytes);
        }

        // Thousands of fields; the first of them stay.
        var small = Cut(alert, LeastKept) with { Unknown = [] };
        var fields = Largest(small.OutputFields.Count, count => size(First(small, count)) <= limit);
        return First(small, Math.Max(fields, 0));
    }

    /// <summary>A text of at most so many bytes in UTF-8, its mark included.</summary>
    public static string Text(string text, int bytes)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length * 3 <= bytes || Encoding.UTF8.GetByteCount(text) <= bytes)
        {
            return text;
        }

        var kept = 0;
        var room = bytes - Encoding.UTF8.GetByteCount(Mark);
        foreach (var rune in text.EnumerateRunes())
        {
            room -= rune.Utf8SequenceLength;
            if (room < 0)
            {
                break;
            }

            kept += rune.Utf16SequenceLength;
        }

        return string.Concat(text.AsSpan(0, kept), Mark);
    }

    private static Alert Cut(Alert alert, int bytes) => alert with
    {
        Output = Text(alert.Output, bytes),
        Rule = Text(alert.Rule, bytes),
        Source = Text(alert.Source, bytes),
        Hostname = Text(alert.Hostname, bytes),
        Tags = [.. alert.Tags.Select(tag => Text(tag, bytes))],
        OutputFields = AlertFields.From(alert.OutputFields.Select(field => KeyValuePair.Create(Text(field.Key, bytes), Cut(field.Value, bytes)))),
        Unknown = [.. alert.Unknown.Select(item => KeyValuePair.Create(item.Key, Cut(item.Value, bytes)))],
    };

    // A list or an object that is cut is text: half of it is no JSON.
    private static FieldValue Cut(FieldValue value, int bytes) =>
        value.Raw is { } raw && value.Kind is FieldKind.Text or FieldKind.Json && Text(raw, bytes) is var text && !ReferenceEquals(text, raw) ? FieldValue.Text(text) : value;

    private static Alert First(Alert alert, int fields) => alert with { OutputFields = AlertFields.From(alert.OutputFields.Take(fields)) };

    // The largest number up to a bound for which something still holds that holds for all below; -1 when it holds for none.
    private static int Largest(int bound, Func<int, bool> holds)
    {
        var (low, high) = (-1, bound);
        while (low < high)
        {
            var middle = low + (high - low + 1) / 2;
            (low, high) = holds(middle) ? (middle, high) : (low, middle - 1);
        }

        return low;
    }
}
