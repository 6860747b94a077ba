using System.Globalization;
using System.Text.RegularExpressions;
using Saker.Settings;

namespace Saker.Router.Configuration;

/// <summary>
/// Under <c>strictcompatibility</c> what a file adds to alerts has Falcosidekick's text: without quotes it reads numbers and truth values,
/// and writes them again in Go's form (<c>1.0</c> as <c>1</c>, <c>0x1f</c> as <c>31</c>, <c>true</c> as <c>1</c>); what is null is left out.
/// </summary>
internal static partial class PlainValues
{
    private static readonly string[] Keys = ["customfields", "templatedfields", "customtags"];
    private static readonly string[] TrueWords = ["true", "True", "TRUE"];
    private static readonly string[] FalseWords = ["false", "False", "FALSE"];
    private static readonly string[] InfinityWords = [".inf", ".Inf", ".INF"];
    private static readonly string[] NoNumberWords = [".nan", ".NaN", ".NAN"];

    /// <summary>The file with those values as Falcosidekick has them.</summary>
    public static ConfigMap Apply(ConfigMap root) => new(
        [.. root.Entries.Select(static entry => Keys.Contains(entry.Key, StringComparer.OrdinalIgnoreCase) ? new ConfigEntry(entry.Key, entry.KeySource, Apply(entry.Value)) : entry)], root.Source);

    /// <summary>The text that Falcosidekick makes of a value without quotes.</summary>
    public static string Text(string written)
    {
        if (TrueWords.Contains(written))
        {
            return "1";
        }

        if (FalseWords.Contains(written))
        {
            return "0";
        }

        if (NoNumberWords.Contains(written))
        {
            return "NaN";
        }

        if (InfinityWords.Contains(written.TrimStart('+', '-')) && written.LastIndexOfAny(['+', '-']) <= 0)
        {
            return written.StartsWith('-') ? "-Inf" : "+Inf";
        }

        var plain = written.Replace("_", "", StringComparison.Ordinal);
        return written.Length > 0 && (char.IsAsciiDigit(written[0]) || written[0] is '+' or '-' or '.')
            ? Integer(plain) ?? Number(plain) ?? written
            : written;
    }

    private static ConfigNode Apply(ConfigNode node) => node switch
    {
        ConfigScalar { IsPlain: true, IsNull: false } scalar => new ConfigScalar(Text(scalar.Text), scalar.Source, isPlain: true),
        ConfigMap map => new ConfigMap(
            [.. map.Entries.Where(static entry => entry.Value is not ConfigScalar { IsNull: true }).Select(static entry => new ConfigEntry(entry.Key, entry.KeySource, Apply(entry.Value)))], map.Source),
        ConfigList list => new ConfigList([.. list.Items.Select(Apply)], list.Source),
        _ => node,
    };

    private static string? Integer(string plain)
    {
        var negative = plain.StartsWith('-');
        var digits = plain is ['-' or '+', ..] ? plain[1..] : plain;
        var (radix, start) = digits switch
        {
            ['0', 'x' or 'X', ..] => (16, 2),
            ['0', 'o' or 'O', ..] => (8, 2),
            ['0', 'b' or 'B', ..] => (2, 2),
            ['0', _, ..] => (8, 1), // the old octal form
            _ => (10, 0),
        };
        Int128 number = 0;
        foreach (var digit in digits.AsSpan(start))
        {
            var worth = char.IsAsciiHexDigit(digit) ? Convert.FromHexString($"0{digit}")[0] : radix;
            number = (number * radix) + worth;
            if (worth >= radix || number > (negative ? -(Int128)long.MinValue : ulong.MaxValue))
            {
                return null;
            }
        }

        return digits.Length == start ? null : (negative ? -number : number).ToString(CultureInfo.InvariantCulture);
    }

    // The fewest digits that give the number again, and never an exponent.
    private static string? Number(string plain)
    {
        if (!FloatForm().IsMatch(plain))
        {
            return null;
        }

        var number = double.Parse(plain, CultureInfo.InvariantCulture);
        if (double.IsInfinity(number))
        {
            return null;
        }

        var shortest = Math.Abs(number).ToString("E16", CultureInfo.InvariantCulture);
        for (var digits = 0; digits < 16; digits++)
        {
            var candidate = Math.Abs(number).ToString($"E{digits}", CultureInfo.InvariantCulture);
            if (double.Parse(candidate, CultureInfo.InvariantCulture).Equals(Math.Abs(number)))
            {
                shortest = candidate;
                break;
            }
        }

        var mark = shortest.IndexOf('E', StringComparison.Ordinal);
        var figures = shortest[..mark].Replace(".", "", StringComparison.Ordinal);
        var point = int.Parse(shortest.AsSpan(mark + 1), CultureInfo.InvariantCulture) + 1;
        var sign = double.IsNegative(number) ? "-" : "";
        return sign + (point <= 0 ? $"0.{new string('0', -point)}{figures}"
            : point >= figures.Length ? figures.PadRight(point, '0')
            : $"{figures[..point]}.{figures[point..]}");
    }

    [GeneratedRegex(@"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$", RegexOptions.CultureInvariant)]
    private static partial Regex FloatForm();
}
