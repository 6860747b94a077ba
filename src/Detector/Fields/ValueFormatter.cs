using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Saker.Conditions.Fields;
using Saker.Conditions.Values;
using Saker.Detector.State;

namespace Saker.Detector.Fields;

/// <summary>How field values are printed: in an alert's text, and as JSON.</summary>
internal static class ValueFormatter
{
    private const ulong Second = 1_000_000_000;

    /// <summary>Writes a value as an output line shows it; <c>&lt;NA&gt;</c> when it is absent. The field is null for a transformer's value.</summary>
    public static void WriteText(FieldReference? field, scoped Value value, ref Utf8Writer writer)
    {
        switch (value.Kind)
        {
            case ValueKind.None:
                writer.Add("<NA>"u8);
                break;
            case ValueKind.Bool:
                writer.Add(value.AsBool ? "true"u8 : "false"u8);
                break;
            case ValueKind.Int64:
                WriteSigned(field, value.AsInt64, ref writer);
                break;
            case ValueKind.UInt64:
                WriteUnsigned(field, value.AsUInt64, ref writer);
                break;
            case ValueKind.Float64:
                writer.AddOneDecimal(value.AsFloat64);
                break;
            case ValueKind.Address:
                writer.AddAddress(value.AsBytes);
                break;
            case ValueKind.Network:
                writer.Add("<IPNET>"u8);
                break;
            case ValueKind.List:
                WriteList(field, value, ref writer);
                break;
            default:
                if (Format(field) == FieldFormat.Buffer)
                {
                    writer.AddData(value.AsBytes);
                }
                else
                {
                    WritePrintable(value.AsBytes, ref writer);
                }

                break;
        }
    }

    /// <summary>Writes a value as an alert's JSON shows it: numbers as numbers, absent as null.</summary>
    public static void WriteJson(FieldReference? field, scoped Value value, Utf8JsonWriter writer, bool showsBase64 = false)
    {
        switch (value.Kind)
        {
            case ValueKind.None:
                writer.WriteNullValue();
                break;
            case ValueKind.Bool:
                writer.WriteBooleanValue(value.AsBool);
                break;
            case ValueKind.Int64 when Format(field) == FieldFormat.Plain:
                writer.WriteNumberValue(value.AsInt64);
                break;
            case ValueKind.UInt64:
                writer.WriteNumberValue(value.AsUInt64);
                break;
            case ValueKind.Float64:
                writer.WriteNumberValue(value.AsFloat64);
                break;
            case ValueKind.List when IsList(field):
                writer.WriteStartArray();
                foreach (var member in value.AsList)
                {
                    WriteJson(field, member, writer, showsBase64);
                }

                writer.WriteEndArray();
                break;
            default:
                WriteJsonText(field, value, writer, showsBase64);
                break;
        }
    }

    /// <summary>Writes date and time of day in UTC: <c>2026-11-24 00:47:35.916971108</c>.</summary>
    public static void WriteDateTime(ulong nanoseconds, bool withFraction, ref Utf8Writer writer)
    {
        WriteCalendar(nanoseconds, "yyyy-MM-dd HH:mm:ss", ref writer);
        if (withFraction)
        {
            WriteFraction(nanoseconds, ref writer);
        }
    }

    private static void WriteJsonText(FieldReference? field, scoped Value value, Utf8JsonWriter writer, bool showsBase64)
    {
        var rented = ArrayPool<byte>.Shared.Rent(EventContext.ScratchBytes);
        var text = new Utf8Writer(rented) { IsBase64 = showsBase64 };
        WriteText(field, value, ref text);
        writer.WriteStringValue(text.Written);
        ArrayPool<byte>.Shared.Return(rented);
    }

    private static FieldFormat Format(FieldReference? field) => field is DetectorField detector ? detector.Format : FieldFormat.Plain;

    // A transformer gives a list only for a set; a field may also have alternatives.
    private static bool IsList(FieldReference? field) => field is null || field.Definition.IsList;

    private static void WriteSigned(FieldReference? field, long value, ref Utf8Writer writer)
    {
        if (Format(field) == FieldFormat.Hex)
        {
            writer.AddHex((ulong)value);
        }
        else
        {
            writer.Add(value);
        }
    }

    private static void WriteUnsigned(FieldReference? field, ulong value, ref Utf8Writer writer) => WriteUnsigned(Format(field), value, ref writer);

    /// <summary>Writes a number, or a time that it is, in a field's format.</summary>
    public static void WriteUnsigned(FieldFormat format, ulong value, ref Utf8Writer writer)
    {
        switch (format)
        {
            case FieldFormat.TimeOfDay:
                WriteCalendar(value, "HH:mm:ss", ref writer);
                WriteFraction(value, ref writer);
                break;
            case FieldFormat.TimeOfDaySeconds:
                WriteCalendar(value, "HH:mm:ss", ref writer);
                break;
            case FieldFormat.Iso8601:
                WriteCalendar(value, "yyyy-MM-ddTHH:mm:ss", ref writer);
                WriteFraction(value, ref writer);
                writer.Add("+0000"u8);
                break;
            case FieldFormat.DateTime:
                WriteDateTime(value, withFraction: true, ref writer);
                break;
            case FieldFormat.DateTimeSeconds:
                WriteDateTime(value, withFraction: false, ref writer);
                break;
            default:
                writer.Add(value);
                break;
        }
    }

    private static void WriteList(FieldReference? field, scoped Value value, ref Utf8Writer writer)
    {
        var first = true;
        if (IsList(field))
        {
            writer.Add((byte)'(');
        }

        foreach (var member in value.AsList)
        {
            if (!first)
            {
                writer.Add((byte)(IsList(field) ? ',' : ' '));
            }

            WriteText(field, member, ref writer);
            first = false;
        }

        if (IsList(field))
        {
            writer.Add((byte)')');
        }
    }

    /// <summary>Writes a text so that no output is deceived by it: U+FFFD for control characters and for what is no UTF-8.</summary>
    private static void WritePrintable(scoped ReadOnlySpan<byte> text, ref Utf8Writer writer)
    {
        while (!text.IsEmpty)
        {
            var plain = text.IndexOfAnyExceptInRange((byte)0x20, (byte)0x7e);
            if (plain != 0)
            {
                plain = plain < 0 ? text.Length : plain;
                writer.Add(text[..plain]);
                text = text[plain..];
                continue;
            }

            var isCharacter = Rune.DecodeFromUtf8(text, out var rune, out var length) == OperationStatus.Done && IsPrintable(rune.Value);
            writer.Add(isCharacter ? text[..length] : "\uFFFD"u8);
            text = text[length..];
        }
    }

    /// <summary>False for control characters (C0, DEL, C1) and for the code points that are no characters.</summary>
    private static bool IsPrintable(int value) =>
        value is not (< 0x20 or (>= 0x7f and <= 0x9f) or (>= 0xfdd0 and <= 0xfdef)) && (value & 0xfffe) != 0xfffe;

    private static void WriteCalendar(ulong nanoseconds, string format, ref Utf8Writer writer)
    {
        Span<byte> buffer = stackalloc byte[32];
        var time = DateTimeOffset.UnixEpoch.AddTicks((long)(nanoseconds / 100));
        time.TryFormat(buffer, out var length, format, CultureInfo.InvariantCulture);
        writer.Add(buffer[..length]);
    }

    private static void WriteFraction(ulong nanoseconds, ref Utf8Writer writer)
    {
        writer.Add((byte)'.');
        writer.AddPadded(nanoseconds % Second, 9);
    }
}
