using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Saker.Detector.Capture;
using Saker.Detector.Events;

namespace Saker.Detector.Kernel.Tests;

/// <summary>An event, decoded by the test's own reading of the wire format: values by parameter name, sizes checked.</summary>
internal sealed record Event(string Type, EventDefinition Definition, long Tid, ulong Time, IReadOnlyDictionary<string, byte[]> Values)
{
    /// <summary>The CPU that it happened on.</summary>
    public int Cpu { get; private init; }

    public static Event Decode(in RawEvent raw) => Decode(raw.Bytes) with { Cpu = raw.Cpu };

    private static Event Decode(ReadOnlySpan<byte> bytes)
    {
        var definition = EventTable.Find(BinaryPrimitives.ReadUInt16LittleEndian(bytes[20..]))!;
        var parameters = definition.Parameters;
        Assert.Equal(bytes.Length, BinaryPrimitives.ReadInt32LittleEndian(bytes[16..]));
        Assert.Equal(parameters.Length, BinaryPrimitives.ReadInt32LittleEndian(bytes[22..]));
        var values = new Dictionary<string, byte[]>();
        var at = 26 + (2 * parameters.Length);
        for (var i = 0; i < parameters.Length; i++)
        {
            var length = BinaryPrimitives.ReadUInt16LittleEndian(bytes[(26 + (2 * i))..]);
            if (Size(parameters[i].Type) is var size and > 0)
            {
                Assert.Equal(size, length);
            }

            values[parameters[i].Name] = bytes.Slice(at, length).ToArray();
            at += length;
        }

        Assert.Equal(bytes.Length, at);
        // The end of a thread is the only event of this driver that is an enter event by its number alone.
        var name = definition.IsEnter && definition.Name != "procexit" ? definition.Name + " enter" : definition.Name;
        return new Event(
            name,
            definition,
            BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]),
            BinaryPrimitives.ReadUInt64LittleEndian(bytes),
            values);
    }

    /// <summary>"call parameter=value …": numbers in decimal, texts as they are, bytes in hexadecimal, nothing when absent.</summary>
    public string Line()
    {
        var line = new StringBuilder(Type);
        foreach (var parameter in Definition.Parameters)
        {
            line.Append(' ').Append(parameter.Name).Append('=').Append(Value(parameter));
        }

        return line.ToString();
    }

    private string Value(ParameterDefinition parameter)
    {
        var value = Values[parameter.Name];
        if (parameter.Type is ParameterType.CharBuf or ParameterType.FsPath or ParameterType.FsRelPath)
        {
            return Text(parameter.Name) ?? "";
        }

        if (Size(parameter.Type) == 0)
        {
            return Convert.ToHexStringLower(value);
        }

        var signed = parameter.Type is ParameterType.Int32;
        return (signed ? (int)this[parameter.Name] : this[parameter.Name]).ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>Bytes of a type that has a fixed size; 0 for the others.</summary>
    private static int Size(ParameterType type) => type switch
    {
        ParameterType.Int8 or ParameterType.UInt8 or ParameterType.Flags8 or ParameterType.EnumFlags8 or ParameterType.SigType or ParameterType.L4Proto or ParameterType.Bool => 1,
        ParameterType.Int16 or ParameterType.UInt16 or ParameterType.Flags16 or ParameterType.EnumFlags16 or ParameterType.SyscallId or ParameterType.Port => 2,
        ParameterType.Int32 or ParameterType.UInt32 or ParameterType.Flags32 or ParameterType.EnumFlags32 or ParameterType.Uid or ParameterType.Gid or ParameterType.Mode => 4,
        ParameterType.Int64 or ParameterType.UInt64 or ParameterType.Errno or ParameterType.Fd or ParameterType.Pid or ParameterType.RelTime or ParameterType.AbsTime => 8,
        _ => 0,
    };

    /// <summary>A number, signed in its own width.</summary>
    public long this[string parameter] => Values[parameter] switch
    {
        { Length: 1 } value => value[0],
        { Length: 2 } value => BinaryPrimitives.ReadUInt16LittleEndian(value),
        { Length: 4 } value => BinaryPrimitives.ReadUInt32LittleEndian(value),
        var value => BinaryPrimitives.ReadInt64LittleEndian(value),
    };

    /// <summary>A text without the zero that ends it; null when it is absent.</summary>
    public string? Text(string parameter)
    {
        var value = Values[parameter];
        if (value.Length == 0)
        {
            return null;
        }

        Assert.Equal(0, value[^1]);
        return Encoding.UTF8.GetString(value.AsSpan(0, value.Length - 1));
    }

    /// <summary>Texts one behind the other.</summary>
    public string[] Texts(string parameter) => Text(parameter)?.Split('\0') ?? [];
}
