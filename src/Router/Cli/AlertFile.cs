using System.Globalization;
using System.IO.Compression;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Saker.Alerts;

namespace Saker.Router.Cli;

/// <summary>One JSON value of a file of alerts.</summary>
/// <param name="Line">The line on which it begins, from 1.</param>
/// <param name="Json">The value; empty when there is a fault.</param>
/// <param name="Fault">Why it is none; null when it is one.</param>
internal readonly record struct AlertText(long Line, ReadOnlyMemory<byte> Json, string? Fault);

/// <summary>
/// Reads alerts from a stream as they come: one on each line, spread over lines, or in an array. After what is no JSON it goes on with the
/// next line.
/// </summary>
internal static class AlertFile
{
    private const int FirstBuffer = 64 << 10;

    private static ReadOnlySpan<byte> GzipMagic => [0x1f, 0x8b];

    // No depth that an alert may have is refused here; the router decides.
    private static readonly JsonReaderOptions Options = new() { AllowMultipleValues = true, MaxDepth = AlertReader.MaxDepth + 1 };

    /// <summary>Opens a file by its name; <c>-</c> is standard input. What gzip has packed, as log rotation does, is unpacked.</summary>
    public static Stream Open(string file)
    {
        if (file == "-")
        {
            return Console.OpenStandardInput();
        }

        var stream = File.OpenRead(file);
        if (!stream.CanSeek)
        {
            return stream; // a named pipe, which would wait here for its first bytes
        }

        Span<byte> first = stackalloc byte[GzipMagic.Length];
        var isPacked = stream.ReadAtLeast(first, first.Length, throwOnEndOfStream: false) == first.Length && first.SequenceEqual(GzipMagic);
        stream.Position = 0;
        return isPacked ? new GZipStream(stream, CompressionMode.Decompress) : stream;
    }

    /// <summary>The values in order. Each one's memory is its own.</summary>
    /// <param name="stream">The file.</param>
    /// <param name="maxBytes">Bytes that one value, or an array of them, may have.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static async IAsyncEnumerable<AlertText> ReadAsync(Stream stream, int maxBytes, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var buffer = new byte[FirstBuffer];
        var (length, line, isFinal, skipsLine) = (0, 1L, false, false);
        while (!isFinal || length > 0)
        {
            if (!isFinal && length == buffer.Length)
            {
                Array.Resize(ref buffer, buffer.Length * 2);
            }

            if (!isFinal)
            {
                // Reading from a terminal or a pipe does not end because somebody asks for it.
                var read = await stream.ReadAsync(buffer.AsMemory(length), cancellationToken).AsTask().WaitAsync(cancellationToken);
                length += read;
                isFinal = read == 0;
            }

            // The end of a line whose beginning is gone.
            var used = skipsLine ? buffer.AsSpan(0, length).IndexOf((byte)'\n') is var end and >= 0 ? end : length : 0;
            skipsLine = skipsLine && used == length;
            while (Next(buffer.AsSpan(used, length - used), isFinal, maxBytes, out var consumed, out var found, out var fault))
            {
                line += buffer.AsSpan(used, found.Start.Value).Count((byte)'\n');
                var value = buffer.AsMemory(used)[found];
                foreach (var part in fault is null ? Parts(value, line) : [new AlertText(line, default, fault)])
                {
                    yield return part;
                }

                line += buffer.AsSpan(used + found.Start.Value, consumed - found.Start.Value).Count((byte)'\n');
                used += consumed;
                skipsLine = fault is not null && !isFinal && buffer[used - 1] != '\n';
            }

            buffer.AsSpan(used, length - used).CopyTo(buffer);
            length -= used;
            if (isFinal)
            {
                yield break;
            }
        }
    }

    /// <summary>Finds the next value; false when more bytes are needed, or nothing is left.</summary>
    private static bool Next(ReadOnlySpan<byte> bytes, bool isFinal, int maxBytes, out int consumed, out Range found, out string? fault)
    {
        (consumed, found, fault) = (0, default, null);
        var blank = bytes.IndexOfAnyExcept(" \t\r\n"u8);
        if (blank < 0)
        {
            return false;
        }

        var reader = new Utf8JsonReader(bytes, isFinal, new JsonReaderState(Options));
        try
        {
            if (reader.Read() && reader.TrySkip())
            {
                consumed = (int)reader.BytesConsumed;
                found = blank..consumed;
                fault = consumed - blank > maxBytes ? TooLong(maxBytes) : null;
                return true;
            }

            if (bytes.Length - blank <= maxBytes)
            {
                return false;
            }

            fault = TooLong(maxBytes);
        }
        catch (JsonException)
        {
            fault = "not valid JSON";
        }

        // The rest of the line goes with it. Without its end in sight, what is there goes, so that nothing grows without bound.
        var end = bytes[blank..].IndexOf((byte)'\n');
        if (end < 0 && !isFinal && bytes.Length - blank <= maxBytes)
        {
            fault = null;
            return false;
        }

        consumed = end < 0 ? bytes.Length : blank + end + 1;
        found = blank..consumed;
        return true;
    }

    private static string TooLong(int maxBytes) => string.Create(CultureInfo.InvariantCulture, $"longer than {maxBytes} bytes");

    private static List<AlertText> Parts(ReadOnlyMemory<byte> value, long line)
    {
        if (value.Span[0] != (byte)'[')
        {
            return [new AlertText(line, value.ToArray(), null)];
        }

        var parts = new List<AlertText>();
        var reader = new Utf8JsonReader(value.Span, Options);
        reader.Read();
        var (counted, at) = (0, line);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var start = (int)reader.TokenStartIndex;
            at += value.Span[counted..start].Count((byte)'\n');
            counted = start;
            reader.Skip();
            parts.Add(new AlertText(at, value[start..(int)reader.BytesConsumed].ToArray(), null));
        }

        return parts;
    }
}
