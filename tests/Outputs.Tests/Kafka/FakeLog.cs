using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Text;

namespace Saker.Outputs.Tests.Kafka;

/// <summary>A topic of one partition, behind the sign-in of a <see cref="FakeBroker"/>: https://kafka.apache.org/protocol.</summary>
/// <param name="topic">Its name.</param>
/// <param name="advertised">Where clients are told that its leader is.</param>
internal sealed class FakeLog(string topic, IPEndPoint advertised)
{
    public const int Produce = 0;
    public const int Metadata = 3;
    public const int InitProducerId = 22;

    private int tries;
    private volatile int error;

    /// <summary>The error that every batch gets; 0 takes it.</summary>
    public short Error
    {
        get => (short)error;
        set => error = value;
    }

    /// <summary>Batches that came, taken or not.</summary>
    public int Tries => Volatile.Read(ref tries);

    /// <summary>What was taken.</summary>
    public ConcurrentQueue<byte[]> Values { get; } = [];

    /// <summary>The answer to a request; null for one that this does not know.</summary>
    public byte[]? Answer(short api, short version, ReadOnlySpan<byte> body, string words) => api switch
    {
        Metadata => new Answers().Int32(0).Int32(1).Int32(1).Text(advertised.Address.ToString()).Int32(advertised.Port).Int16(-1)
            .Text("cluster").Int32(1)
            .Int32(1).Int16(0).Text(topic).Int8(0)
            .Int32(1).Int16(0).Int32(0).Int32(1).Int32(1).Int32(1).Int32(1).Int32(1).Int32(version > 4 ? 0 : -1).Bytes,
        InitProducerId => new Answers().Int32(0).Int16(0).Int64(7).Int16(0).Bytes,
        Produce => Take(body, words),
        _ => null,
    };

    private byte[] Take(ReadOnlySpan<byte> body, string words)
    {
        Interlocked.Increment(ref tries);
        var request = new Questions(body);
        request.Text(); // transaction
        request.Skip(2 + 4 + 4); // acks, time, one topic
        request.Text();
        request.Skip(4 + 4 + 4); // one partition, its number, the size of the records
        var taken = Error;
        if (taken == 0)
        {
            foreach (var value in request.Batch())
            {
                Values.Enqueue(value);
            }
        }

        return new Answers().Int32(1).Text(topic).Int32(1)
            .Int32(0).Int16(taken).Int64(0).Int64(-1).Int64(0).Int32(0).Text(taken == 0 ? null : words).Int32(0).Bytes;
    }

    private sealed class Answers
    {
        private readonly List<byte> written = [];

        public byte[] Bytes => [.. written];

        public Answers Int8(byte value) => Raw([value]);

        public Answers Int16(short value)
        {
            Span<byte> bytes = stackalloc byte[2];
            BinaryPrimitives.WriteInt16BigEndian(bytes, value);
            return Raw(bytes);
        }

        public Answers Int32(int value)
        {
            Span<byte> bytes = stackalloc byte[4];
            BinaryPrimitives.WriteInt32BigEndian(bytes, value);
            return Raw(bytes);
        }

        public Answers Int64(long value) => Int32((int)(value >> 32)).Int32((int)value);

        public Answers Text(string? value) => value is null ? Int16(-1) : Int16((short)Encoding.UTF8.GetByteCount(value)).Raw(Encoding.UTF8.GetBytes(value));

        private Answers Raw(ReadOnlySpan<byte> bytes)
        {
            written.AddRange(bytes);
            return this;
        }
    }

    private ref struct Questions(ReadOnlySpan<byte> rest)
    {
        // From the base offset to the count of records: https://kafka.apache.org/documentation/#recordbatch
        private const int BatchHead = 8 + 4 + 4 + 1 + 4 + 2 + 4 + 8 + 8 + 8 + 2 + 4;

        private ReadOnlySpan<byte> rest = rest;

        public void Skip(int count) => rest = rest[count..];

        public string Text()
        {
            var length = BinaryPrimitives.ReadInt16BigEndian(rest);
            var text = length < 0 ? "" : Encoding.UTF8.GetString(rest.Slice(2, length));
            Skip(2 + Math.Max((int)length, 0));
            return text;
        }

        /// <summary>The values of one batch that is not compressed.</summary>
        public List<byte[]> Batch()
        {
            Skip(BatchHead);
            var count = BinaryPrimitives.ReadInt32BigEndian(rest);
            Skip(4);
            var values = new List<byte[]>(count);
            for (var i = 0; i < count; i++)
            {
                var end = Number();
                var after = rest[end..];
                Skip(1); // attributes
                Number(); // time
                Number(); // offset
                Skip(Math.Max(Number(), 0)); // key
                var size = Number();
                values.Add(rest[..size].ToArray());
                rest = after;
            }

            return values;
        }

        // Seven bits a byte, the sign in the lowest.
        private int Number()
        {
            var (value, shift) = (0u, 0);
            while (true)
            {
                var one = rest[0];
                Skip(1);
                value |= (uint)(one & 0x7f) << shift;
                if (one < 0x80)
                {
                    return (int)(value >> 1) ^ -(int)(value & 1);
                }

                shift += 7;
            }
        }
    }
}
