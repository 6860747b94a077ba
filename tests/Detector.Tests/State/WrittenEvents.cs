using System.Buffers.Binary;
using Saker.Detector.Events;

namespace Saker.Detector.Tests.State;

/// <summary>Events that are written read as what they were written of.</summary>
public sealed class WrittenEvents
{
    [Fact]
    public void Every_event_has_the_numbers_that_it_was_written_with()
    {
        var sizes = new HashSet<int>();
        foreach (var definition in EventTable.All)
        {
            var values = new byte[]?[definition.Parameters.Length];
            for (var i = 0; i < values.Length; i++)
            {
                var size = WireEvent.SizeOf(definition.Parameters[i].Type);
                sizes.Add(size);
                values[i] = i % 5 == 4 ? null : Number(size, 100 + i);
            }

            Assert.True(EventView.TryParse(WireEvent.Write(definition, 7, 42, values), out var view), definition.Name);
            Assert.Equal((definition.Number, 7ul, 42L, values.Length), (view.Definition.Number, view.Timestamp, view.ThreadId, view.Count));
            for (var i = 0; i < values.Length; i++)
            {
                Assert.Equal(values[i] ?? [], view.Parameter(i).ToArray());
                if (values[i] is { Length: > 0 })
                {
                    Assert.Equal(100ul + (ulong)i, view.Unsigned(i));
                }
            }
        }

        Assert.Equal([0, 1, 2, 4, 8], sizes.Order());
    }

    [Fact]
    public void A_value_that_no_length_can_tell_is_refused()
    {
        var definition = EventTable.All.First(static definition => definition.LengthSize == sizeof(ushort) && definition.Parameters.Length > 0);
        var values = new byte[]?[definition.Parameters.Length];
        values[0] = new byte[ushort.MaxValue + 1];
        Assert.Throws<OverflowException>(() => WireEvent.Write(definition, 7, 42, values));
    }

    [Fact]
    public void Every_type_is_a_number_of_some_bytes_or_none() =>
        Assert.All(Enum.GetValues<ParameterType>(), static type => Assert.Contains(WireEvent.SizeOf(type), (int[])[0, 1, 2, 4, 8]));

    private static byte[] Number(int size, long value)
    {
        var bytes = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        return bytes[..size];
    }
}
