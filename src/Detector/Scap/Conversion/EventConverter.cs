using System.Buffers.Binary;
using Saker.Detector.Containers;
using Saker.Detector.Events;

namespace Saker.Detector.Scap.Conversion;

/// <summary>What became of an event.</summary>
internal enum Converted
{
    /// <summary>It is a current one already, or damaged, which is found when it is decoded.</summary>
    Passed,

    /// <summary>It was written anew.</summary>
    Rewritten,

    /// <summary>It is the start of a call, which goes into its end.</summary>
    Folded,
}

/// <summary>
/// Makes current events of those that old drivers sent, so that all behind it knows only these. Once every call was told
/// twice, at its start with what it was given and at its end with the result; today the end tells everything, and what an old
/// capture says at the start is kept until then.
/// </summary>
internal sealed class EventConverter
{
    /// <summary>Bytes that an event may have more after conversion than before, at most.</summary>
    public const int MaxGrowth = StartedCalls.MaxStart + EventView.MaxParameters * (sizeof(uint) + sizeof(ulong)) + ContainerGrowth;

    // What is added around four texts to make them JSON, and each byte of these may become six (\u0000).
    private const int ContainerGrowth = 6 * ContainerTexts + 256;
    private const int ContainerTexts = 8 * 1024;

    private readonly StartedCalls started = new();

    /// <summary>Threads of which something is kept.</summary>
    public int Kept => started.Count;

    /// <summary>Converts one event. Costs a current one a single look-up.</summary>
    /// <param name="bytes">The event, with its count of parameters; nothing in it is trusted.</param>
    /// <param name="into">Room for <see cref="MaxGrowth"/> bytes more than the event has.</param>
    /// <param name="length">Bytes written, when it was rewritten.</param>
    public Converted Convert(ReadOnlySpan<byte> bytes, Span<byte> into, out int length)
    {
        length = 0;
        if (bytes.Length < EventView.HeaderSize)
        {
            return Converted.Passed;
        }

        var type = BinaryPrimitives.ReadUInt16LittleEndian(bytes[20..]);
        return ConversionTable.IsCurrent(type, BinaryPrimitives.ReadUInt32LittleEndian(bytes[22..])) ? Converted.Passed : ConvertOld(bytes, into, out length);
    }

    private Converted ConvertOld(ReadOnlySpan<byte> bytes, Span<byte> into, out int length)
    {
        length = 0;
        if (!EventView.TryParse(bytes, out var view) || ConversionTable.Find(view.Definition.Number) is not { } conversion)
        {
            return Converted.Passed;
        }

        if (conversion.Target is { } target)
        {
            length = view.Definition.Number == ConversionTable.ContainerInFour
                ? WriteContainer(view, target, into)
                : Write(view, conversion, target, into);
            if (ConversionTable.Find(target.Number) is { Keeps: true })
            {
                started.Keep(view.ThreadId, target.Number, into[..length]);
            }

            return length > 0 ? Converted.Rewritten : Converted.Passed;
        }

        if (conversion.Keeps)
        {
            started.Keep(view.ThreadId, view.Definition.Number, view.Bytes);
        }

        return conversion.Passes ? Converted.Passed : Converted.Folded;
    }

    private int Write(in EventView view, EventConversion conversion, EventDefinition target, Span<byte> into)
    {
        EventView start = default;
        var hasStart = conversion.Start != EventConversion.NoStart && EventView.TryParse(started.Take(view.ThreadId, conversion.Start), out start);
        var sources = conversion.Sources;
        var at = EventView.HeaderSize + sources.Length * target.LengthSize;
        for (var i = 0; i < sources.Length; i++)
        {
            var source = sources[i];
            var value = source.Own >= 0 && source.Own < view.Count ? view.Parameter(source.Own)
                : hasStart && source.Start >= 0 && source.Start < start.Count ? start.Parameter(source.Start)
                : default;
            if (source.Width > 0 && value.Length > source.Width)
            {
                value = value[..source.Width]; // a number that was wider once
            }

            WriteLength(into, target, i, value.IsEmpty && source.IsZero ? source.Width : value.Length);
            if (value.IsEmpty && source.IsZero)
            {
                into.Slice(at, source.Width).Clear();
                at += source.Width;
                continue;
            }

            value.CopyTo(into[at..]);
            at += value.Length;
        }

        WriteHeader(view, target, sources.Length, at, into);
        return at;
    }

    private static int WriteContainer(in EventView view, EventDefinition target, Span<byte> into)
    {
        const int id = 0, type = 1, name = 2, image = 3;
        if (view.Bytes.Length > ContainerTexts || view.Text(id).IsEmpty)
        {
            return 0;
        }

        var json = ContainerJson.Write(new ContainerRecord
        {
            Id = Text(view, id),
            FullId = "",
            Type = (ContainerType)view.Unsigned(type),
            Name = Text(view, name),
            Image = Text(view, image),
        });
        var at = EventView.HeaderSize + target.LengthSize;
        if (at + json.Length + 1 > into.Length)
        {
            return 0;
        }

        WriteLength(into, target, 0, json.Length + 1);
        json.CopyTo(into[at..]);
        into[at + json.Length] = 0;
        var length = at + json.Length + 1;
        WriteHeader(view, target, 1, length, into);
        return length;
    }

    private static string Text(in EventView view, int parameter) => System.Text.Encoding.UTF8.GetString(view.Text(parameter));

    private static void WriteLength(Span<byte> into, EventDefinition target, int index, int length)
    {
        var place = into[(EventView.HeaderSize + index * target.LengthSize)..];
        if (target.LengthSize == sizeof(ushort))
        {
            BinaryPrimitives.WriteUInt16LittleEndian(place, (ushort)length);
        }
        else
        {
            BinaryPrimitives.WriteUInt32LittleEndian(place, (uint)length);
        }
    }

    private static void WriteHeader(in EventView view, EventDefinition target, int parameters, int length, Span<byte> into)
    {
        view.Bytes[..16].CopyTo(into); // time and thread
        BinaryPrimitives.WriteUInt32LittleEndian(into[16..], (uint)length);
        BinaryPrimitives.WriteUInt16LittleEndian(into[20..], (ushort)target.Number);
        BinaryPrimitives.WriteUInt32LittleEndian(into[22..], (uint)parameters);
    }
}
