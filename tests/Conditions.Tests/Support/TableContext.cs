using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Text;
using Saker.Conditions.Fields;
using Saker.Conditions.Runtime;
using Saker.Conditions.Values;

namespace Saker.Conditions.Tests.Support;

/// <summary>An event whose values are set by the test.</summary>
public sealed class TableContext : EvaluationContext
{
    private readonly record struct Entry(ValueKind Kind, ValueKind ElementKind, byte[] Bytes, long Bits);

    private readonly Dictionary<string, Entry> values = [];

    /// <summary>How often fields were read.</summary>
    public int Reads { get; private set; }

    public override Value Read(FieldReference field)
    {
        Reads++;
        if (!values.TryGetValue(field.Text, out var entry))
        {
            return Value.None;
        }

        return entry.Kind switch
        {
            ValueKind.Bool => Value.Bool(entry.Bits != 0),
            ValueKind.Int64 => Value.Int64(entry.Bits),
            ValueKind.UInt64 => Value.UInt64((ulong)entry.Bits),
            ValueKind.Float64 => Value.Float64(BitConverter.Int64BitsToDouble(entry.Bits)),
            ValueKind.Address => Value.Address(entry.Bytes),
            ValueKind.List => Value.List(entry.ElementKind, entry.Bytes),
            _ => Value.Bytes(entry.Bytes),
        };
    }

    public TableContext Clear()
    {
        values.Clear();
        NextEvent();
        return this;
    }

    /// <summary>Sets a field from text, as its kind reads it.</summary>
    public TableContext Set(string field, ValueKind kind, string text)
    {
        values[field] = kind switch
        {
            ValueKind.Bool => new Entry(kind, default, [], text == "true" ? 1 : 0),
            ValueKind.Int64 => new Entry(kind, default, [], long.Parse(text, CultureInfo.InvariantCulture)),
            ValueKind.UInt64 => new Entry(kind, default, [], (long)ulong.Parse(text, CultureInfo.InvariantCulture)),
            ValueKind.Float64 => new Entry(kind, default, [], BitConverter.DoubleToInt64Bits(double.Parse(text, CultureInfo.InvariantCulture))),
            ValueKind.Address or ValueKind.Network => new Entry(ValueKind.Address, default, IPAddress.Parse(text).GetAddressBytes(), 0),
            _ => new Entry(ValueKind.Bytes, default, Encoding.UTF8.GetBytes(text), 0),
        };
        return this;
    }

    /// <summary>Sets a field to bytes.</summary>
    public TableContext Set(string field, byte[] bytes)
    {
        values[field] = new Entry(ValueKind.Bytes, default, bytes, 0);
        return this;
    }

    /// <summary>Sets a field to several values.</summary>
    public TableContext SetList(string field, ValueKind kind, params string[] members)
    {
        var packed = new MemoryStream();
        Span<byte> number = stackalloc byte[sizeof(long)];
        foreach (var member in members)
        {
            var bytes = kind switch
            {
                ValueKind.Address => IPAddress.Parse(member).GetAddressBytes(),
                ValueKind.Bytes => Encoding.UTF8.GetBytes(member),
                _ => BitConverter.GetBytes(long.Parse(member, CultureInfo.InvariantCulture)),
            };
            BinaryPrimitives.WriteInt32LittleEndian(number, bytes.Length);
            packed.Write(number[..sizeof(int)]);
            packed.Write(bytes);
        }

        values[field] = new Entry(ValueKind.List, kind, packed.ToArray(), 0);
        return this;
    }
}
