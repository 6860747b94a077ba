using Saker.Conditions.Fields;
using Saker.Conditions.Values;
using Saker.Detector.Events;

namespace Saker.Detector.Fields;

/// <summary>Reads a field from the present event. The bytes of the value stand at a fixed address until the next event.</summary>
internal delegate Value FieldReader(EventContext context, DetectorField field);

/// <summary>How a field's value is printed, where that differs from its kind.</summary>
internal enum FieldFormat : byte
{
    /// <summary>As its kind says.</summary>
    Plain,

    /// <summary>Hexadecimal, as text.</summary>
    Hex,

    /// <summary>Data of any kind: what is not printable ASCII as dots.</summary>
    Buffer,

    /// <summary>Nanoseconds since 1970: a number in JSON, a time of day in text.</summary>
    TimeOfDay,

    /// <summary>As <see cref="TimeOfDay"/>, without the fraction in text.</summary>
    TimeOfDaySeconds,

    /// <summary>Nanoseconds since 1970: a number in JSON, ISO 8601 in UTC in text.</summary>
    Iso8601,

    /// <summary>Nanoseconds since 1970: a number in JSON, date and time of day in text.</summary>
    DateTime,

    /// <summary>As <see cref="DateTime"/>, without the fraction in text.</summary>
    DateTimeSeconds,
}

/// <summary>How a field is read and printed.</summary>
/// <param name="Reader">Reads it for conditions.</param>
/// <param name="Format">How it is printed.</param>
/// <param name="Shown">Reads it for output, where that differs; null mostly.</param>
internal sealed record FieldReading(FieldReader Reader, FieldFormat Format, FieldReader? Shown);

/// <summary>A field of the detector's catalogue with its argument.</summary>
internal sealed class DetectorField : FieldReference
{
    private readonly FieldReading reading;

    /// <summary>Made by the catalogue.</summary>
    public DetectorField(FieldDefinition definition, string? argument, int slot, FieldReading reading)
        : base(definition, argument, slot)
    {
        this.reading = reading;
        ArgumentBytes = PinnedBytes.Of(argument ?? "");
        Index = int.TryParse(argument, out var index) && index >= 0 ? index : -1;
    }

    /// <summary>The argument as bytes; empty when there is none.</summary>
    public byte[] ArgumentBytes { get; }

    /// <summary>The argument as a number; -1 when it is none.</summary>
    public int Index { get; }

    /// <summary>How the value is printed.</summary>
    public FieldFormat Format => reading.Format;

    /// <summary>Reads the value, without remembering it.</summary>
    internal Value Read(EventContext context) => reading.Reader(context, this);

    /// <summary>Reads the value as an alert shows it.</summary>
    internal Value ReadShown(EventContext context) => reading.Shown is { } shown ? shown(context, this) : context.Read(this);
}
