using System.ComponentModel.DataAnnotations;

namespace Saker.Settings;

/// <summary>What pages, examples and schema say of a key, read from the option records.</summary>
internal static class KeyFacts
{
    public static string Type(OptionKey key) => key.Kind switch
    {
        OptionKind.List => $"list of {Word(key)}",
        OptionKind.Map => $"map of {Word(key)}",
        OptionKind.Sections => "list of sections",
        OptionKind.NamedSections => "sections under names",
        _ => Word(key),
    };

    public static string Limits(OptionKey key) =>
        key.Checks.OfType<RangeAttribute>().FirstOrDefault() is { } range ? $"{Bound(key, range.Minimum)} to {Bound(key, range.Maximum)}"
        : key.Words.Count > 0 ? string.Join(", ", key.Words)
        : "";

    public static string Default(OptionKey key) => ValueDisplay.Of(key, key.Default);

    private static string Word(OptionKey key) =>
        key.IsSecret ? "secret"
        : key.Words.Count > 0 ? "word"
        : key.ValueType == typeof(bool) ? "true or false"
        : key.ValueType == typeof(TimeSpan) ? "duration"
        : key.ValueType == typeof(ByteSize) ? "size"
        : ScalarConverter.IsInteger(key.ValueType) ? "whole number"
        : key.ValueType == typeof(double) ? "number"
        : "text";

    private static string Bound(OptionKey key, object bound) =>
        key.ValueType == typeof(ByteSize) ? new ByteSize(Convert.ToInt64(bound, System.Globalization.CultureInfo.InvariantCulture)).ToString() : bound.ToString()!;
}
