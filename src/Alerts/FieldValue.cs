using System.Diagnostics;
using System.Text.Json;

namespace Saker.Alerts;

/// <summary>What an output field holds.</summary>
public enum FieldKind : byte
{
    /// <summary>JSON null: the field was asked for and has no value.</summary>
    Null,

    /// <summary>Text.</summary>
    Text,

    /// <summary>A number, kept as it was written.</summary>
    Number,

    /// <summary>True.</summary>
    True,

    /// <summary>False.</summary>
    False,

    /// <summary>A list or an object, kept as compact JSON.</summary>
    Json,
}

/// <summary>The value of an output field. Numbers stay as they came: <c>1795461488831575297</c>, <c>1.50</c>.</summary>
public readonly record struct FieldValue
{
    private FieldValue(FieldKind kind, string? raw)
    {
        Kind = kind;
        Raw = raw;
    }

    /// <summary>What the value is.</summary>
    public FieldKind Kind { get; }

    /// <summary>The text, the number as written, or the JSON; null otherwise.</summary>
    public string? Raw { get; }

    /// <summary>JSON null.</summary>
    public static FieldValue Null => default;

    /// <summary>Text.</summary>
    public static FieldValue Text(string text) => new(FieldKind.Text, text);

    /// <summary>A number in JSON's spelling.</summary>
    public static FieldValue Number(string spelling) => new(FieldKind.Number, spelling);

    /// <summary>A truth value.</summary>
    public static FieldValue Truth(bool value) => new(value ? FieldKind.True : FieldKind.False, null);

    /// <summary>A list or an object as compact JSON.</summary>
    public static FieldValue Json(string json) => new(FieldKind.Json, json);

    /// <summary>The value as people read it; null prints as <c>&lt;NA&gt;</c>, as in Falco's text output.</summary>
    public override string ToString() => Kind switch
    {
        FieldKind.Null => "<NA>",
        FieldKind.True => "true",
        FieldKind.False => "false",
        FieldKind.Text or FieldKind.Number or FieldKind.Json => Raw ?? "",
        _ => throw new UnreachableException($"Field kind {(int)Kind} has no text."),
    };

    /// <summary>Writes the value as JSON.</summary>
    public void WriteTo(Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        switch (Kind)
        {
            case FieldKind.Null:
                writer.WriteNullValue();
                break;
            case FieldKind.Text:
                writer.WriteStringValue(Raw);
                break;
            case FieldKind.True:
            case FieldKind.False:
                writer.WriteBooleanValue(Kind == FieldKind.True);
                break;
            case FieldKind.Number:
            case FieldKind.Json:
                // The reader found it valid, and the depth of a list may exceed the writer's.
                writer.WriteRawValue(Raw!, skipInputValidation: true);
                break;
            default:
                throw new UnreachableException($"Field kind {(int)Kind} has no JSON.");
        }
    }
}
