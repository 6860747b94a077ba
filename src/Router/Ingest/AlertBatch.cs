using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Saker.Alerts;

namespace Saker.Router.Ingest;

/// <summary>Finds the alerts of a batch. Does not recurse.</summary>
internal static class AlertBatch
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = AlertReader.MaxDepth };

    public static bool IsLines(string? contentType) =>
        contentType is not null && contentType.AsSpan().Trim().StartsWith("application/x-ndjson", StringComparison.OrdinalIgnoreCase);

    public static bool IsArray(ReadOnlySpan<byte> body) => body.TrimStart(" \t\r\n"u8) is [(byte)'[', ..];

    /// <summary>The lines that are not blank.</summary>
    public static List<ReadOnlyMemory<byte>> SplitLines(ReadOnlyMemory<byte> body)
    {
        var lines = new List<ReadOnlyMemory<byte>>();
        while (!body.IsEmpty)
        {
            var end = body.Span.IndexOf((byte)'\n');
            var line = end < 0 ? body : body[..end];
            if (!line.Span.TrimStart(" \t\r"u8).IsEmpty)
            {
                lines.Add(line);
            }

            body = end < 0 ? default : body[(end + 1)..];
        }

        return lines;
    }

    /// <summary>The elements of an array; false with a reason when the text is not one array.</summary>
    public static bool TrySplitArray(ReadOnlyMemory<byte> body, out List<ReadOnlyMemory<byte>> elements, out string reason)
    {
        elements = [];
        reason = "";
        if (!Utf8.IsValid(body.Span))
        {
            body = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(body.Span));
        }

        var reader = new Utf8JsonReader(body.Span, Options);
        try
        {
            reader.Read();
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                elements.Add(body[start..(int)reader.BytesConsumed]);
            }

            return true;
        }
        catch (JsonException exception)
        {
            reason = $"not valid JSON at line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}";
            return false;
        }
    }
}
