using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace Saker.Alerts;

/// <summary>The top-level keys of an alert.</summary>
internal enum AlertKey : byte
{
    Unknown,
    Uuid,
    Output,
    Priority,
    Rule,
    Time,
    OutputFields,
    Source,
    Tags,
    Hostname,
}

/// <summary>Finds the key of a property name in any case.</summary>
internal static class AlertKeys
{
    /// <summary>The key under the cursor. Allocates only for names with escapes or letters beyond ASCII.</summary>
    /// <param name="reader">At a property name.</param>
    /// <param name="exact">True when the name is written as we write it, or is no key of ours in any case.</param>
    public static AlertKey Find(in Utf8JsonReader reader, out bool exact)
    {
        exact = !reader.ValueIsEscaped;
        if (exact)
        {
            var name = reader.ValueSpan;
            var key = name switch
            {
                _ when name.SequenceEqual("output"u8) => AlertKey.Output,
                _ when name.SequenceEqual("priority"u8) => AlertKey.Priority,
                _ when name.SequenceEqual("rule"u8) => AlertKey.Rule,
                _ when name.SequenceEqual("time"u8) => AlertKey.Time,
                _ when name.SequenceEqual("output_fields"u8) => AlertKey.OutputFields,
                _ when name.SequenceEqual("source"u8) => AlertKey.Source,
                _ when name.SequenceEqual("tags"u8) => AlertKey.Tags,
                _ when name.SequenceEqual("hostname"u8) => AlertKey.Hostname,
                _ when name.SequenceEqual("uuid"u8) => AlertKey.Uuid,
                _ => AlertKey.Unknown,
            };
            if (key != AlertKey.Unknown || Ascii.IsValid(name) && !IsFolded(name))
            {
                return key;
            }
        }

        var found = Fold(JsonText.Read(in reader));
        exact &= found == AlertKey.Unknown;
        return found;
    }

    /// <summary>The key as it is written.</summary>
    public static string Word(AlertKey key) => key switch
    {
        AlertKey.Uuid => "uuid",
        AlertKey.Output => "output",
        AlertKey.Priority => "priority",
        AlertKey.Rule => "rule",
        AlertKey.Time => "time",
        AlertKey.OutputFields => "output_fields",
        AlertKey.Source => "source",
        AlertKey.Tags => "tags",
        AlertKey.Hostname => "hostname",
        _ => throw new UnreachableException($"Key {(int)key} has no word."),
    };

    private static bool IsFolded(ReadOnlySpan<byte> ascii)
    {
        for (var key = AlertKey.Uuid; key <= AlertKey.Hostname; key++)
        {
            if (Ascii.EqualsIgnoreCase(ascii, Word(key)))
            {
                return true;
            }
        }

        return false;
    }

    private static AlertKey Fold(string name)
    {
        // Go folds letters by Unicode: ſ (U+017F) is an s, and K (U+212A, the Kelvin sign) a k.
        var folded = name.Replace('\u017F', 's').Replace('\u212A', 'k').ToLowerInvariant();
        for (var key = AlertKey.Uuid; key <= AlertKey.Hostname; key++)
        {
            if (folded == Word(key))
            {
                return key;
            }
        }

        return AlertKey.Unknown;
    }
}
