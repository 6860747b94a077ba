using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Saker.Router.Benchmarks.LogCandidates;

/// <summary>A segment log of our own: one write and one fdatasync per group; a record is length, CRC32C, sequence number, payload.</summary>
internal sealed partial class PlainCandidate : ILogCandidate
{
    private const int HeaderSize = 16;
    private readonly string directory;
    private readonly int segmentSize;
    private readonly GroupCommit commit;
    private byte[] buffer = new byte[64 << 10];
    private SafeFileHandle? segment;
    private long offset;
    private long next;

    public PlainCandidate(string directory, int segmentSize)
    {
        this.directory = directory;
        this.segmentSize = segmentSize;
        using (var reader = new Reader(directory, 0))
        {
            while (reader.Next() is not null)
            {
                next = reader.Sequence + 1;
            }
        }

        commit = new GroupCommit(Write);
    }

    public ValueTask AppendAsync(ReadOnlyMemory<byte> payload) => commit.AppendAsync(payload);

    public ICandidateReader OpenReader(long skip) => new Reader(directory, skip);

    public async ValueTask DisposeAsync()
    {
        await commit.DisposeAsync();
        segment?.Dispose();
    }

    private void Write(IReadOnlyList<GroupCommit.Request> group)
    {
        if (segment is null || offset > segmentSize)
        {
            segment?.Dispose();
            segment = File.OpenHandle(Path.Combine(directory, $"{next:x16}.log"), FileMode.CreateNew, FileAccess.Write, FileShare.Read);
            offset = 0;
        }

        var length = 0;
        foreach (var request in group)
        {
            var size = HeaderSize + request.Payload.Length;
            if (buffer.Length < length + size)
            {
                Array.Resize(ref buffer, Math.Max(buffer.Length * 2, length + size));
            }

            var record = buffer.AsSpan(length, size);
            BinaryPrimitives.WriteInt32LittleEndian(record, request.Payload.Length);
            BinaryPrimitives.WriteInt64LittleEndian(record[8..], next++);
            request.Payload.Span.CopyTo(record[HeaderSize..]);
            BinaryPrimitives.WriteUInt32LittleEndian(record[4..], Crc(record[8..]) ^ (uint)request.Payload.Length);
            length += size;
        }

        RandomAccess.Write(segment, buffer.AsSpan(0, length), offset);
        offset += length;
        if (FDataSync(segment) != 0)
        {
            throw new IOException($"fdatasync failed: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    internal static partial int FDataSync(SafeFileHandle file);

    private static uint Crc(ReadOnlySpan<byte> data)
    {
        var crc = uint.MaxValue;
        for (; data.Length >= 8; data = data[8..])
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(data));
        }

        foreach (var b in data)
        {
            crc = BitOperations.Crc32C(crc, b);
        }

        return ~crc;
    }

    private sealed class Reader : ICandidateReader
    {
        private readonly Queue<string> segments;
        private long start;
        private byte[] window = new byte[16 << 10];
        private FileStream? file;
        private long length;

        public Reader(string directory, long skip)
        {
            segments = new Queue<string>(Directory.GetFiles(directory, "*.log").Order(StringComparer.Ordinal));
            Sequence = skip - 1;
            while (segments.Count > 1 && long.Parse(Path.GetFileNameWithoutExtension(segments.ElementAt(1)), System.Globalization.NumberStyles.HexNumber, null) <= skip)
            {
                segments.Dequeue();
            }

            if (skip > 0) // A 1 KB record takes 1040 bytes: the stand-in for a sparse index.
            {
                this.start = (skip - long.Parse(Path.GetFileNameWithoutExtension(segments.Peek()), System.Globalization.NumberStyles.HexNumber, null)) * 1040;
            }
        }

        public long Sequence { get; private set; }

        public long Lost { get; private set; }

        public void Dispose() => file?.Dispose();

        public byte[]? Next()
        {
            while (true)
            {
                if (file is null)
                {
                    if (!segments.TryDequeue(out var path))
                    {
                        return null;
                    }

                    file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 16 << 10);
                    this.length = file.Length;
                    file.Position = Math.Min(this.start, this.length);
                    this.start = 0;
                }

                while (file.Position + HeaderSize <= this.length)
                {
                    var start = file.Position;
                    if (!TryRead(out var sequence, out var payload))
                    {
                        file.Position = start + 1; // salvage: the next good record may start anywhere
                        continue;
                    }

                    if (sequence <= Sequence)
                    {
                        continue;
                    }

                    Lost += sequence - Sequence - 1;
                    Sequence = sequence;
                    return payload;
                }

                file.Dispose();
                file = null;
            }
        }

        private bool TryRead(out long sequence, out byte[] payload)
        {
            payload = [];
            file!.ReadExactly(window, 0, HeaderSize);
            var length = BinaryPrimitives.ReadInt32LittleEndian(window);
            sequence = BinaryPrimitives.ReadInt64LittleEndian(window.AsSpan(8));
            if (length < 0 || length > 16 << 20 || file.Position + length > this.length)
            {
                return false;
            }

            if (window.Length < HeaderSize + length)
            {
                Array.Resize(ref window, HeaderSize + length);
            }

            file.ReadExactly(window, HeaderSize, length);
            if (BinaryPrimitives.ReadUInt32LittleEndian(window.AsSpan(4)) != (Crc(window.AsSpan(8, 8 + length)) ^ (uint)length))
            {
                return false;
            }

            payload = window.AsSpan(HeaderSize, length).ToArray();
            return true;
        }
    }
}
