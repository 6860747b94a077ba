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

    public static bool IsSecret(Type type) => type == typeof(Secret);

    public static bool Supports(Type type) =>
        type == typeof(string) || type == typeof(bool) || type == typeof(TimeSpan) || type == typeof(double) || type.IsEnum
        || IsSecret(type) || IsInteger(type) || ParsesItself(type);

    public static bool IsInteger(Type type) =>
        type == typeof(int) || type == typeof(long) || type == typeof(uint) || type == typeof(ushort) || type == typeof(short) || type == typeof(byte);

    /// <summary>Null when the value could be read, else what is wrong (<c>is no …; write …</c>), to be put after the value's text.</summary>
    public static string? Convert(Type type, string text, out object? value)
    {
        value = null;
        switch (type)
        {
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
        null => "",
        bool flag => flag ? "true" : "false",
        TimeSpan duration => DurationText.Format(duration),
        Enum word => KeyNames.OfWord(word.GetType(), word.ToString()),
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
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
        if (Enum.GetNames(type).FirstOrDefault(name => string.Equals(KeyNames.OfWord(type, name), word, StringComparison.OrdinalIgnoreCase)) is { } exact)
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
        if (!TryInteger(text.Trim(), out var number))
        {
            return "is not a whole number; write it in digits, as in '5'.";
        }

        try
        {
            value = System.Convert.ChangeType(number, type, CultureInfo.InvariantCulture);
            return null;
        }
        catch (OverflowException)
        {
            return $"is out of range; write a number from {Bound(type, "MinValue")} to {Bound(type, "MaxValue")}.";
        }
    }

    private static bool TryInteger(string text, out long value)
    {
        var digits = text.Replace("_", "", StringComparison.Ordinal);
        return digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
            ? long.TryParse(digits.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value)
            : long.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);
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
