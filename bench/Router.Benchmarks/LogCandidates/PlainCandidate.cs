using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Saker.Router.Benchmarks.LogCandidates;

/// <summary>A segment log of our own: one write and one fdatasync per group; a record is length, CRC32C, sequence number, payload.</summary>
internal sealed partial class PlainCandidate : ILogCandidate
{
    private const int HeaderSize = 16;
    private readonly string _directory;
    private readonly int _segmentSize;
    private readonly GroupCommit _commit;
    private byte[] _buffer = new byte[64 << 10];
    private SafeFileHandle? _segment;
    private long _offset;
    private long _next;

    public PlainCandidate(string directory, int segmentSize)
    {
        _directory = directory;
        _segmentSize = segmentSize;
        using (var reader = new Reader(directory, 0))
        {
            while (reader.Next() is not null)
                _next = reader.Sequence + 1;
        }

        _commit = new GroupCommit(Write);
    }

    public ValueTask AppendAsync(ReadOnlyMemory<byte> payload) => _commit.AppendAsync(payload);

    public ICandidateReader OpenReader(long skip) => new Reader(_directory, skip);

    public async ValueTask DisposeAsync()
    {
        await _commit.DisposeAsync();
        _segment?.Dispose();
    }

    private void Write(IReadOnlyList<GroupCommit.Request> group)
    {
        if (_segment is null || _offset > _segmentSize)
        {
            _segment?.Dispose();
            _segment = File.OpenHandle(Path.Combine(_directory, $"{_next:x16}.log"), FileMode.CreateNew, FileAccess.Write, FileShare.Read);
            _offset = 0;
        }

        var length = 0;
        foreach (var request in group)
        {
            var size = HeaderSize + request.Payload.Length;
            if (_buffer.Length < length + size)
                Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, length + size));
            var record = _buffer.AsSpan(length, size);
            BinaryPrimitives.WriteInt32LittleEndian(record, request.Payload.Length);
            BinaryPrimitives.WriteInt64LittleEndian(record[8..], _next++);
            request.Payload.Span.CopyTo(record[HeaderSize..]);
            BinaryPrimitives.WriteUInt32LittleEndian(record[4..], Crc(record[8..]) ^ (uint)request.Payload.Length);
            length += size;
        }

        RandomAccess.Write(_segment, _buffer.AsSpan(0, length), _offset);
        _offset += length;
        if (FDataSync(_segment) != 0)
            throw new IOException($"fdatasync failed: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    internal static partial int FDataSync(SafeFileHandle file);

    private static uint Crc(ReadOnlySpan<byte> data)
    {
        var crc = uint.MaxValue;
        for (; data.Length >= 8; data = data[8..])
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(data));
        foreach (var b in data)
            crc = BitOperations.Crc32C(crc, b);
        return ~crc;
    }

    private sealed class Reader : ICandidateReader
    {
        private readonly Queue<string> _segments;
        private long _start;
        private byte[] _window = new byte[16 << 10];
        private FileStream? _file;
        private long _length;

        public Reader(string directory, long skip)
        {
            _segments = new Queue<string>(Directory.GetFiles(directory, "*.log").Order(StringComparer.Ordinal));
            Sequence = skip - 1;
            while (_segments.Count > 1 && long.Parse(Path.GetFileNameWithoutExtension(_segments.ElementAt(1)), System.Globalization.NumberStyles.HexNumber, null) <= skip)
                _segments.Dequeue();
            if (skip > 0) // A 1 KB record takes 1040 bytes: the stand-in for a sparse index.
                _start = (skip - long.Parse(Path.GetFileNameWithoutExtension(_segments.Peek()), System.Globalization.NumberStyles.HexNumber, null)) * 1040;
        }

        public long Sequence { get; private set; }

        public long Lost { get; private set; }

        public void Dispose() => _file?.Dispose();

        public byte[]? Next()
        {
            while (true)
            {
                if (_file is null)
                {
                    if (!_segments.TryDequeue(out var path))
                        return null;
                    _file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 16 << 10);
                    _length = _file.Length;
                    _file.Position = Math.Min(_start, _length);
                    _start = 0;
                }

                while (_file.Position + HeaderSize <= _length)
                {
                    var start = _file.Position;
                    if (!TryRead(out var sequence, out var payload))
                    {
                        _file.Position = start + 1; // salvage: the next good record may start anywhere
                        continue;
                    }

                    if (sequence <= Sequence)
                        continue;
                    Lost += sequence - Sequence - 1;
                    Sequence = sequence;
                    return payload;
                }

                _file.Dispose();
                _file = null;
            }
        }

        private bool TryRead(out long sequence, out byte[] payload)
        {
            payload = [];
            _file!.ReadExactly(_window, 0, HeaderSize);
            var length = BinaryPrimitives.ReadInt32LittleEndian(_window);
            sequence = BinaryPrimitives.ReadInt64LittleEndian(_window.AsSpan(8));
            if (length < 0 || length > 16 << 20 || _file.Position + length > _length)
                return false;
            if (_window.Length < HeaderSize + length)
                Array.Resize(ref _window, HeaderSize + length);
            _file.ReadExactly(_window, HeaderSize, length);
            if (BinaryPrimitives.ReadUInt32LittleEndian(_window.AsSpan(4)) != (Crc(_window.AsSpan(8, 8 + length)) ^ (uint)length))
                return false;
            payload = _window.AsSpan(HeaderSize, length).ToArray();
            return true;
        }
    }
}
