using System.Diagnostics;
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
    public static AlertKey Find(ref Utf8JsonReader reader)
    {
        if (!reader.ValueIsEscaped)
        {
            var exact = reader.ValueSpan switch
            {
                var n when n.SequenceEqual("output"u8) => AlertKey.Output,
                var n when n.SequenceEqual("priority"u8) => AlertKey.Priority,
                var n when n.SequenceEqual("rule"u8) => AlertKey.Rule,
                var n when n.SequenceEqual("time"u8) => AlertKey.Time,
                var n when n.SequenceEqual("output_fields"u8) => AlertKey.OutputFields,
                var n when n.SequenceEqual("source"u8) => AlertKey.Source,
                var n when n.SequenceEqual("tags"u8) => AlertKey.Tags,
                var n when n.SequenceEqual("hostname"u8) => AlertKey.Hostname,
                var n when n.SequenceEqual("uuid"u8) => AlertKey.Uuid,
                _ => AlertKey.Unknown,
            };
            if (exact != AlertKey.Unknown)
            {
                return exact;
            }
        }

        return Fold(JsonText.Read(ref reader));
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
