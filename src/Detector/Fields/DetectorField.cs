using System.Text;
using Saker.Conditions.Fields;
using Saker.Conditions.Runtime;
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

/// <summary>A field of the detector's catalogue with its argument.</summary>
internal sealed class DetectorField : FieldReference
{
    private readonly FieldReader reader;

    /// <summary>Made by the catalogue.</summary>
    public DetectorField(FieldDefinition definition, string? argument, int slot, FieldReader reader, FieldFormat format)
        : base(definition, argument, slot)
    {
        this.reader = reader;
        Format = format;
        ArgumentBytes = PinnedBytes.Of(Encoding.UTF8.GetBytes(argument ?? ""));
        Index = int.TryParse(argument, out int index) && index >= 0 ? index : -1;
    }

    /// <summary>The argument as bytes; empty when there is none.</summary>
    public byte[] ArgumentBytes { get; }

    /// <summary>The argument as a number; -1 when it is none.</summary>
    public int Index { get; }

    /// <summary>How the value is printed.</summary>
    public FieldFormat Format { get; }

    /// <summary>Reads the value, without remembering it.</summary>
    internal Value Read(EventContext context) => reader(context, this);
}
