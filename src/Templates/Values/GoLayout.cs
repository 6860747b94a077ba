using System.Globalization;
using System.Text;

namespace Saker.Templates.Values;

/// <summary>Formats a time by an example, the way Go does: the parts of <c>Mon Jan 2 15:04:05 MST 2006</c> stand for themselves.</summary>
internal static class GoLayout
{
    public const string Rfc3339Nano = "2006-01-02T15:04:05.999999999Z07:00";

    // Longer ones first where one begins another.
    private static readonly (string Element, Action<StringBuilder, TimeValue> Write)[] Elements =
    [
        ("January", static (o, t) => o.Append(GoCalendar.Months[t.Month - 1])),
        ("Jan", static (o, t) => o.Append(GoCalendar.Months[t.Month - 1], 0, 3)),
        ("Monday", static (o, t) => o.Append(GoCalendar.Weekdays[t.Weekday])),
        ("Mon", static (o, t) => o.Append(GoCalendar.Weekdays[t.Weekday], 0, 3)),
        ("MST", static (o, t) => Zone(o, t)),
        ("2006", static (o, t) => Pad(o, t.Year, 4)),
        ("__2", static (o, t) => Pad(o, t.YearDay, 3, ' ')),
        ("_2006", static (o, t) => Pad(o.Append('_'), t.Year, 4)),
        ("_2", static (o, t) => Pad(o, t.Day, 2, ' ')),
        ("002", static (o, t) => Pad(o, t.YearDay, 3)),
        ("01", static (o, t) => Pad(o, t.Month, 2)),
        ("02", static (o, t) => Pad(o, t.Day, 2)),
        ("03", static (o, t) => Pad(o, Hour12(t), 2)),
        ("04", static (o, t) => Pad(o, t.SecondOfDay / 60 % 60, 2)),
        ("05", static (o, t) => Pad(o, t.SecondOfDay % 60, 2)),
        ("06", static (o, t) => Pad(o, Math.Abs(t.Year) % 100, 2)),
        ("15", static (o, t) => Pad(o, t.SecondOfDay / 3600, 2)),
        ("1", static (o, t) => Pad(o, t.Month, 1)),
        ("2", static (o, t) => Pad(o, t.Day, 1)),
        ("3", static (o, t) => Pad(o, Hour12(t), 1)),
        ("4", static (o, t) => Pad(o, t.SecondOfDay / 60 % 60, 1)),
        ("5", static (o, t) => Pad(o, t.SecondOfDay % 60, 1)),
        ("PM", static (o, t) => o.Append(t.SecondOfDay >= 43_200 ? "PM" : "AM")),
        ("pm", static (o, t) => o.Append(t.SecondOfDay >= 43_200 ? "pm" : "am")),
        ("-070000", static (o, t) => Offset(o, t, false, "", seconds: true)),
        ("-07:00:00", static (o, t) => Offset(o, t, false, ":", seconds: true)),
        ("-0700", static (o, t) => Offset(o, t, false, "")),
        ("-07:00", static (o, t) => Offset(o, t, false, ":")),
        ("-07", static (o, t) => Offset(o, t, false, null)),
        ("Z070000", static (o, t) => Offset(o, t, true, "", seconds: true)),
        ("Z07:00:00", static (o, t) => Offset(o, t, true, ":", seconds: true)),
        ("Z0700", static (o, t) => Offset(o, t, true, "")),
        ("Z07:00", static (o, t) => Offset(o, t, true, ":")),
        ("Z07", static (o, t) => Offset(o, t, true, null)),
    ];

    public static string Format(TimeValue time, string layout)
    {
        var output = new StringBuilder(layout.Length + 16);
        for (var i = 0; i < layout.Length;)
        {
            var used = WriteElement(output, time, layout.AsSpan(i));
            if (used == 0)
            {
                used = WriteFraction(output, time, layout.AsSpan(i));
            }

            if (used == 0)
            {
                output.Append(layout[i]);
            }

            i += Math.Max(used, 1);
        }

        return output.ToString();
    }

    private static int WriteElement(StringBuilder output, TimeValue time, ReadOnlySpan<char> layout)
    {
        foreach (var (element, write) in Elements)
        {
            if (!layout.StartsWith(element) || (element == "Jan" && IsLower(layout, 3)) || (element == "Mon" && IsLower(layout, 3)))
            {
                continue;
            }

            write(output, time);
            return element.Length;
        }

        return 0;
    }

    // Janet is no month.
    private static bool IsLower(ReadOnlySpan<char> layout, int at) => layout.Length > at && char.IsAsciiLetterLower(layout[at]);

    /// <summary>Fractions of a second: a dot or comma and a run of noughts (kept) or nines (trailing noughts dropped).</summary>
    private static int WriteFraction(StringBuilder output, TimeValue time, ReadOnlySpan<char> layout)
    {
        if (layout.Length < 2 || layout[0] is not ('.' or ',') || layout[1] is not ('0' or '9'))
        {
            return 0;
        }

        var length = layout[1..].IndexOfAnyExcept(layout[1]) is var end && end < 0 ? layout.Length - 1 : end;
        if (layout.Length > length + 1 && char.IsAsciiDigit(layout[length + 1]))
        {
            return 0;
        }

        var digits = time.Nanosecond.ToString("D9", CultureInfo.InvariantCulture).PadRight(length, '0')[..length];
        if (layout[1] == '9')
        {
            digits = digits.TrimEnd('0');
        }

        if (digits.Length > 0)
        {
            output.Append(layout[0]).Append(digits);
        }

        return length + 1;
    }

    private static int Hour12(TimeValue time) => ((time.SecondOfDay / 3600 + 11) % 12) + 1;

    private static void Pad(StringBuilder output, long value, int width, char fill = '0')
    {
        if (value < 0)
        {
            output.Append('-');
        }

        output.Append(Math.Abs(value).ToString(CultureInfo.InvariantCulture).PadLeft(width, fill));
    }

    private static void Zone(StringBuilder output, TimeValue time)
    {
        if (time.OffsetSeconds == 0)
        {
            output.Append("UTC");
        }
        else
        {
            Offset(output, time, false, "");
        }
    }

    // No separator leaves the minutes out.
    private static void Offset(StringBuilder output, TimeValue time, bool zulu, string? separator, bool seconds = false)
    {
        if (zulu && time.OffsetSeconds == 0)
        {
            output.Append('Z');
            return;
        }

        var magnitude = Math.Abs(time.OffsetSeconds);
        Pad(output.Append(time.OffsetSeconds < 0 ? '-' : '+'), magnitude / 3600, 2);
        if (separator is not null)
        {
            Pad(output.Append(separator), magnitude / 60 % 60, 2);
        }

        if (seconds)
        {
            Pad(output.Append(separator), magnitude % 60, 2);
        }
    }
}
