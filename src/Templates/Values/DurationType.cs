using System.Globalization;

namespace Saker.Templates.Values;

/// <summary>Go's <c>time.Duration</c>: nanoseconds that print as <c>1h2m3.5s</c>.</summary>
internal static class DurationType
{
    public static readonly IntegerType Instance = new("time.Duration", ToText, Member);

    private static string ToText(long nanoseconds)
    {
        if (nanoseconds == 0)
        {
            return "0s";
        }

        var sign = nanoseconds < 0 ? "-" : "";
        var magnitude = (ulong)Int128.Abs(nanoseconds);
        if (magnitude < 1_000_000_000)
        {
            var (unit, scale) = magnitude switch { < 1_000 => ("ns", 1m), < 1_000_000 => ("µs", 1_000m), _ => ("ms", 1_000_000m) };
            return sign + ((decimal)magnitude / scale).ToString("0.######", CultureInfo.InvariantCulture) + unit;
        }

        var seconds = magnitude / 1_000_000_000;
        var rest = (seconds % 60) + ((decimal)(magnitude % 1_000_000_000) / 1_000_000_000m);
        var text = rest.ToString("0.#########", CultureInfo.InvariantCulture) + "s";
        if (seconds >= 60)
        {
            text = $"{seconds / 60 % 60}m{text}";
        }

        return sign + (seconds >= 3600 ? $"{seconds / 3600}h{text}" : text);
    }

    private static TemplateValue? Member(long value, string name) => name switch
    {
        "Nanoseconds" => TemplateValue.From(value, IntegerType.Int64),
        "Microseconds" => TemplateValue.From(value / 1_000, IntegerType.Int64),
        "Milliseconds" => TemplateValue.From(value / 1_000_000, IntegerType.Int64),
        "Seconds" => TemplateValue.From(value / 1e9),
        "Minutes" => TemplateValue.From(value / 6e10),
        "Hours" => TemplateValue.From(value / 3.6e12),
        "Abs" => TemplateValue.From(value == long.MinValue ? long.MaxValue : Math.Abs(value), Instance),
        _ => null,
    };
}
