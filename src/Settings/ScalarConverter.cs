using System.Buffers;
using System.Globalization;
using System.Reflection;
using Saker.Alerts;
using Saker.Text;

namespace Saker.Settings;

/// <summary>Turns one text into one value, or says in a sentence what would be right.</summary>
internal static class ScalarConverter
{
    private static readonly string[] TrueWords = ["true", "1", "t"];
    private static readonly string[] FalseWords = ["false", "0", "f"];
    private static readonly SearchValues<char> DecimalDigits = SearchValues.Create("0123456789_");
    private static readonly Int128 TooLarge = Int128.One << 64;

    public static bool IsSecret(Type type) => type == typeof(Secret);

    public static bool Supports(Type type) => type.IsEnum || IsSecret(type) || ParsesItself(type);

    public static bool IsInteger(Type type) =>
        type == typeof(int) || type == typeof(long) || type == typeof(uint) || type == typeof(ushort) || type == typeof(short) || type == typeof(byte);

    /// <summary>Null when the value could be read, else what is wrong (<c>is no …; write …</c>), to be put after the value's text.</summary>
    public static string? Convert(Type type, string text, out object? value)
    {
        switch (type)
        {
            // No destination takes it, and libraries throw at it.
            case var _ when text.Contains('\0', StringComparison.Ordinal):
                value = null;
                return "has the character NUL (U+0000) in it; take it out.";
            case var _ when type == typeof(string):
                value = text;
                return null;
            case var _ when IsSecret(type):
                value = new Secret(text);
                return null;
            case var _ when type == typeof(bool):
                return Bool(text, out value);
            case var _ when type == typeof(TimeSpan):
                return Duration(text, out value);
            case var _ when type == typeof(double):
                return Number(text, out value);
            case { IsEnum: true }:
                return Word(type, text, out value);
            case var _ when IsInteger(type):
                return Integer(type, text, out value);
            default:
                return Parsed(type, text, out value);
        }
    }

    /// <summary>The words of an enumeration as they are written.</summary>
    public static IEnumerable<string> Words(Type type) => Enum.GetNames(type).Select(name => KeyNames.OfWord(type, name));

    /// <summary>The value as somebody would write it. A secret is stars.</summary>
    public static string Display(object? value) => value switch
    {
        bool flag => flag ? "true" : "false",
        TimeSpan duration => DurationText.Format(duration),
        Enum word => KeyNames.OfWord(word.GetType(), word.ToString()),
        _ => string.Create(CultureInfo.InvariantCulture, $"{value}"),
    };

    private static string? Bool(string text, out object? value)
    {
        value = TrueWords.Contains(text, StringComparer.OrdinalIgnoreCase) ? true
            : FalseWords.Contains(text, StringComparer.OrdinalIgnoreCase) ? false
            : null;
        return value is not null ? null : text.ToLowerInvariant() switch
        {
            "yes" or "on" or "y" => "is not a truth value; did you mean 'true'?",
            "no" or "off" or "n" => "is not a truth value; did you mean 'false'?",
            _ => "is not a truth value; write 'true' or 'false'.",
        };
    }

    private static string? Duration(string text, out object? value)
    {
        if (DurationText.TryParse(text, out var duration))
        {
            value = duration;
            return null;
        }

        value = null;
        return text.AsSpan().ContainsAnyExceptInRange('0', '9')
            ? "is not a duration; write it as in '250ms', '30s', '1m30s', '24h' or '7d'."
            : $"has no unit; write '{text}s' for seconds or '{text}ms' for milliseconds.";
    }

    private static string? Number(string text, out object? value)
    {
        var valid = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number);
        value = valid ? number : null;
        return valid ? null : "is not a number; write it as in '0.5'.";
    }

    private static string? Word(Type type, string text, out object? value)
    {
        var word = text.Trim();
        if (type == typeof(Priority) && Priorities.TryParse(word, out var priority))
        {
            value = priority;
            return null;
        }

        // Enum.Parse alone would take numbers and lists as well.
        if (Array.Find(Enum.GetNames(type), name => string.Equals(KeyNames.OfWord(type, name), word, StringComparison.OrdinalIgnoreCase)) is { } exact)
        {
            value = Enum.Parse(type, exact);
            return null;
        }

        value = null;
        var words = Words(type).ToList();
        return $"is not one of {string.Join(", ", words)}{NearestWord.Hint(word, words)}";
    }

    private static string? Integer(Type type, string text, out object? value)
    {
        value = null;
        var written = text.Trim();
        if (!TryInteger(written, out var number))
        {
            return "is not a whole number; write it in digits, as in '5'.";
        }

        object converted;
        try
        {
            converted = System.Convert.ChangeType(checked((long)number), type, CultureInfo.InvariantCulture);
        }
        catch (OverflowException)
        {
            return $"is out of range; write a number from {Bound(type, "MinValue")} to {Bound(type, "MaxValue")}.";
        }

        if (LeadingZero(written, number) is { } sentence)
        {
            return sentence;
        }

        value = converted;
        return null;
    }

    // As Go reads them: 0x1F, 0o17 and 0b101 beside decimal numbers, with '_' between digits. A number that no type holds is only known to be too large.
    private static bool TryInteger(string text, out Int128 value)
    {
        var negative = text.StartsWith('-');
        var digits = (negative || text.StartsWith('+') ? text[1..] : text).ToLowerInvariant();
        var wellPlaced = !digits.StartsWith('_') && !digits.EndsWith('_') && !digits.Contains("__", StringComparison.Ordinal);
        var plain = digits.Replace("_", "", StringComparison.Ordinal);
        var number = digits switch
        {
            _ when !wellPlaced => null,
            ['0', 'x', ..] => InBase(plain.AsSpan(2), 16),
            ['0', 'o', ..] => InBase(plain.AsSpan(2), 8),
            ['0', 'b', ..] => InBase(plain.AsSpan(2), 2),
            _ => InBase(plain, 10),
        };
        value = (negative ? -number : number).GetValueOrDefault();
        return number is not null;

        static Int128? InBase(ReadOnlySpan<char> digits, int radix)
        {
            Int128 number = 0;
            foreach (var digit in digits)
            {
                var worth = char.IsAsciiHexDigit(digit) ? System.Convert.FromHexString($"0{digit}")[0] : radix;
                if (worth >= radix)
                {
                    return null;
                }

                number = Int128.Min((number * radix) + worth, TooLarge);
            }

            return digits.IsEmpty ? null : number;
        }
    }

    // 0123 is 83 to Falcosidekick and 123 to everybody else: whichever is taken, somebody's setting changes in silence.
    private static string? LeadingZero(string text, Int128 asDecimal)
    {
        var sign = text.StartsWith('-') ? "-" : "";
        var digits = text.AsSpan(text is ['-' or '+', ..] ? 1 : 0);
        if (digits is not ['0', _, ..] || digits.ContainsAnyExcept(DecimalDigits))
        {
            return null;
        }

        var octal = TryInteger($"{sign}0o{digits}", out var asOctal) && asOctal != asDecimal
            ? string.Create(CultureInfo.InvariantCulture, $", or '{asOctal}' if octal was meant")
            : "";
        return string.Create(CultureInfo.InvariantCulture, $"begins with a zero, which makes it octal for some; write '{asDecimal}'{octal}.");
    }

    private static object? Bound(Type type, string name) => type.GetField(name)?.GetValue(null);

    private static bool ParsesItself(Type type) =>
        type.GetInterfaces().Any(contract => contract.IsGenericType && contract.GetGenericTypeDefinition() == typeof(IParsable<>));

    // A type of ours that parses itself (a size, a template) says what is wrong in its FormatException.
    private static string? Parsed(Type type, string text, out object? value)
    {
        var parse = type.GetMethod("Parse", BindingFlags.Public | BindingFlags.Static, [typeof(string), typeof(IFormatProvider)])
            ?? throw new InvalidOperationException($"{type} has no public Parse(string, IFormatProvider).");
        try
        {
            value = parse.Invoke(null, BindingFlags.DoNotWrapExceptions, null, [text, CultureInfo.InvariantCulture], CultureInfo.InvariantCulture);
            return null;
        }
        catch (FormatException exception)
        {
            value = null;
            return exception.Message;
        }
    }
}
