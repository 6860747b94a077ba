using System.Collections;
using Saker.Alerts;

namespace Saker.Settings;

/// <summary>Values for a person to read, without secrets.</summary>
internal static class ValueDisplay
{
    private const int MaxQuoted = 80;

    /// <summary>A value as somebody would write it; secrets are stars.</summary>
    public static string Of(OptionKey key, object? value) => value switch
    {
        IDictionary named when key.Kind == OptionKind.NamedSections => named.Count == 0 ? "{}" : string.Join(", ", named.Keys.Cast<string>()),
        IDictionary map => $"{{{string.Join(", ", map.Keys.Cast<string>().Select(entry => $"{entry}: {ScalarConverter.Display(map[entry])}"))}}}",
        IEnumerable list when key.Kind == OptionKind.List => $"[{string.Join(", ", list.Cast<object?>().Select(ScalarConverter.Display))}]",
        IList sections when key.Kind == OptionKind.Sections => sections.Count == 0 ? "[]" : $"{sections.Count} sections",
        _ => ScalarConverter.Display(value),
    };

    /// <summary>
    /// The same of a value that was written as <paramref name="node"/>: what was put into it may be a secret, whatever key it belongs to, so
    /// that it is shown as it was written. Not so sections: secrets may be written beside the one that refers to something.
    /// </summary>
    public static string Of(OptionKey key, object value, ConfigNode node, bool putsIn) =>
        !key.IsSecret && key.Kind is not (OptionKind.Section or OptionKind.Sections or OptionKind.NamedSections) && IsReferring(node, putsIn) ? Written(node) : Of(key, value);

    /// <summary>True when something is put in, if anything is.</summary>
    public static bool IsReferring(ConfigNode node, bool putsIn) => node switch
    {
        ConfigScalar scalar => scalar.IsContent || (putsIn && ValueReferences.Has(scalar.Text)),
        ConfigList list => list.Items.Any(item => IsReferring(item, putsIn)),
        ConfigMap map => map.Entries.Any(entry => IsReferring(entry.Value, putsIn)),
        _ => false,
    };

    /// <summary>A value as it was written.</summary>
    public static string Written(ConfigNode node) => node switch
    {
        ConfigScalar { IsContent: true } => Secret.Mask,
        ConfigScalar scalar => scalar.Text,
        ConfigList list => $"[{string.Join(", ", list.Items.Select(Written))}]",
        ConfigMap map => $"{{{string.Join(", ", map.Entries.Select(static entry => $"{entry.Key}: {Written(entry.Value)}"))}}}",
        _ => "",
    };

    /// <summary>A text in quotes for a sentence about it: cut short, and stars for a secret.</summary>
    public static string Quote(OptionKey key, string text) =>
        key.IsSecret ? $"'{Secret.Mask}'" : text.Length > MaxQuoted ? $"'{text[..MaxQuoted]}…'" : $"'{text}'";
}
