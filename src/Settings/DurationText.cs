using System.Buffers;
using System.Globalization;
using System.Text;

namespace Saker.Settings;

/// <summary>Durations as Go and Falcosidekick write them (<c>250ms</c>, <c>1m30s</c>, <c>24h</c>), and days (<c>7d</c>).</summary>
public static class DurationText
{
    // Longest unit first among those that begin alike. There are two letters that look like 'µ': the sign U+00B5 and the Greek U+03BC.
    private static readonly (string Name, double Ticks)[] Units =
    [
        ("ns", 0.01), ("us", TimeSpan.TicksPerMicrosecond), ("µs", TimeSpan.TicksPerMicrosecond), ("μs", TimeSpan.TicksPerMicrosecond), ("ms", TimeSpan.TicksPerMillisecond),
        ("s", TimeSpan.TicksPerSecond), ("m", TimeSpan.TicksPerMinute), ("h", TimeSpan.TicksPerHour), ("d", TimeSpan.TicksPerDay),
    ];

    private static readonly SearchValues<char> NumberCharacters = SearchValues.Create("0123456789.");

    /// <summary>Reads a duration; false for what is none.</summary>
    public static bool TryParse(string text, out TimeSpan value)
    {
        value = TimeSpan.Zero;
        if (text == "0")
        {
            return true;
        }

        var rest = text.AsSpan().Trim();
        var negative = rest.StartsWith("-");
        if (negative || rest.StartsWith("+"))
        {
            rest = rest[1..];
        }

        if (rest.IsEmpty)
        {
            return false;
        }

        var ticks = 0.0;
        while (!rest.IsEmpty)
        {
            var digits = rest.IndexOfAnyExcept(NumberCharacters);
            if (digits == -1 || !double.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
            {
                return false;
            }

            rest = rest[digits..];
            var unit = UnitAt(rest);
            if (unit.Name is null)
            {
                return false;
            }

            ticks += number * unit.Ticks;
            rest = rest[unit.Name.Length..];
        }

        // Beyond this a TimeSpan overflows; 10,000 years are no setting.
        if (ticks > TimeSpan.MaxValue.Ticks / 2.0)
        {
            return false;
        }

        value = new TimeSpan((long)Math.Round(negative ? -ticks : ticks));
        return true;
    }

    /// <summary>The shortest exact form: <c>1m30s</c>, <c>250ms</c>, <c>1d</c>.</summary>
    public static string Format(TimeSpan value)
    {
        if (value == TimeSpan.Zero)
        {
            return "0s";
        }

        if (value < TimeSpan.Zero)
        {
            return $"-{Format(-value)}";
        }

        var text = new StringBuilder();
        var rest = value;
        Take(TimeSpan.FromDays(1), "d");
        Take(TimeSpan.FromHours(1), "h");
        Take(TimeSpan.FromMinutes(1), "m");
        Take(TimeSpan.FromSeconds(1), "s");
        Take(TimeSpan.FromMilliseconds(1), "ms");
        Take(TimeSpan.FromMicroseconds(1), "us");
        return rest.Ticks == 0 ? text.ToString() : string.Create(CultureInfo.InvariantCulture, $"{text}{rest.TotalNanoseconds}ns");

        void Take(TimeSpan unit, string name)
        {
            var count = rest.Ticks / unit.Ticks;
            if (count > 0)
            {
                text.Append(CultureInfo.InvariantCulture, $"{count}{name}");
                rest -= unit * count;
            }
        }
    }

    /// <summary>The same form for people, who want to know about how long: <c>200ms</c>, <c>3.2s</c>, <c>1m30s</c>, <c>2d4h</c>.</summary>
    public static string About(TimeSpan value) => Math.Abs(value.Ticks) switch
    {
        < TimeSpan.TicksPerSecond => Format(Rounded(value, TimeSpan.TicksPerMillisecond)),
        < TimeSpan.TicksPerMinute => string.Create(CultureInfo.InvariantCulture, $"{value.TotalSeconds:0.#}s"),
        < TimeSpan.TicksPerHour => Format(Rounded(value, TimeSpan.TicksPerSecond)),
        < TimeSpan.TicksPerDay => Format(Rounded(value, TimeSpan.TicksPerMinute)),
        _ => Format(Rounded(value, TimeSpan.TicksPerHour)),
    };

    private static TimeSpan Rounded(TimeSpan value, long ticks) => new(value.Ticks / ticks * ticks);

    private static (string? Name, double Ticks) UnitAt(ReadOnlySpan<char> text)
    {
        foreach (var (name, ticks) in Units)
        {
            if (text.StartsWith(name, StringComparison.Ordinal))
            {
                return (name, ticks);
            }
        }

        return default;
    }
}
