using System.Buffers.Binary;
using Saker.Detector.Events;
using Saker.Detector.State;

namespace Saker.Detector.Fields;

/// <summary>
/// The text of parameters whose first byte names the form of the rest, which is another for each event: an option of a
/// socket may be an error, a number or anything; what a debugger writes may be a signal.
/// </summary>
internal static class DynamicText
{
    private enum Form
    {
        Buffer,
        Unsigned,
        Error,
        Signal,
    }

    /// <summary>Writes the value as it is.</summary>
    public static void WriteRaw(EventDefinition definition, ParameterDefinition parameter, ReadOnlySpan<byte> bytes, ref Utf8Writer writer)
    {
        if (bytes.IsEmpty)
        {
            return;
        }

        switch (FormOf(definition, bytes[0]))
        {
            case Form.Buffer:
                writer.AddData(bytes[1..]);
                break;
            case Form.Error:
                writer.Add((long)Number(bytes));
                break;
            case Form.Unsigned when parameter.Format == PrintFormat.Hex:
                writer.AddHex(Number(bytes));
                break;
            default:
                writer.Add(Number(bytes));
                break;
        }
    }

    /// <summary>Writes what the value stands for; nothing when that is nothing more.</summary>
    public static void WriteMeaning(EventDefinition definition, ReadOnlySpan<byte> bytes, ref Utf8Writer writer)
    {
        if (bytes.IsEmpty)
        {
            return;
        }

        var form = FormOf(definition, bytes[0]);
        if (form == Form.Error && (long)Number(bytes) < 0)
        {
            writer.Add(ErrorNames.Of((long)Number(bytes)));
        }
        else if (form == Form.Signal)
        {
            writer.Add(SignalNames.Of((int)Number(bytes)));
        }
    }

    // The numbers of the forms are the driver's.
    private static Form FormOf(EventDefinition definition, byte number) => ((EventType)definition.Number, number) switch
    {
        (EventType.GetsockoptExit or EventType.SetsockoptExit, 0) => Form.Buffer,
        (EventType.GetsockoptExit or EventType.SetsockoptExit, 1) => Form.Error,
        (EventType.PtraceExit, 1) => Form.Signal,
        _ => Form.Unsigned,
    };

    private static ulong Number(ReadOnlySpan<byte> bytes)
    {
        Span<byte> number = stackalloc byte[sizeof(ulong)];
        number.Clear();
        bytes[1..Math.Min(bytes.Length, 1 + sizeof(ulong))].CopyTo(number);
        return BinaryPrimitives.ReadUInt64LittleEndian(number);
    }
}
