using System.Text;
using System.Text.Json;
using Saker.Testing;

namespace Saker.Router.Tests.Ingest;

/// <summary>A line of <c>http-api.jsonl</c>: a request and what Falcosidekick answered.</summary>
internal sealed record RecordedRequest(string Name, string Config, byte[] Wire, bool HalfClose, int? Status, string Body, string? Forwarded)
{
    public static List<RecordedRequest> ReadAll()
    {
        var requests = new List<RecordedRequest>();
        foreach (var line in RecordedData.Lines("sidekick", "http-api.jsonl"))
        {
            using var document = JsonDocument.Parse(line);
            requests.Add(Read(document.RootElement));
        }

        return requests;
    }

    private static RecordedRequest Read(JsonElement line)
    {
        var status = line.GetProperty("status");
        return new RecordedRequest(
            line.GetProperty("name").GetString()!,
            Text(line, "config") ?? "",
            Text(line, "raw") is { } raw ? Encoding.Latin1.GetBytes(raw) : Request(line),
            line.TryGetProperty("half_close", out var half) && half.GetBoolean(),
            status.ValueKind == JsonValueKind.Null ? null : status.GetInt32(),
            Text(line, "response_body") ?? "",
            Text(line, "forwarded_payload"));
    }

    private static byte[] Request(JsonElement line)
    {
        var headers = line.GetProperty("headers").EnumerateObject()
            .SelectMany(header => header.Value.ValueKind == JsonValueKind.Array
                ? header.Value.EnumerateArray().Select(value => KeyValuePair.Create(header.Name, value.GetString()!))
                : [KeyValuePair.Create(header.Name, header.Value.GetString()!)]);
        if (line.GetProperty("name").ValueEquals("http 1.1 no host"))
        {
            return "GET /ping HTTP/1.1\r\n\r\n"u8.ToArray();
        }

        var version = Text(line, "version");
        var wire = RawHttp.Request(line.GetProperty("method").GetString()!, line.GetProperty("path").GetString()!, headers, BodyOf(line));
        return version is null ? wire : Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(wire).Replace("HTTP/1.1", $"HTTP/{version}", StringComparison.Ordinal));
    }

    private static byte[]? BodyOf(JsonElement line)
    {
        if (Text(line, "body") is { } body)
        {
            return Encoding.UTF8.GetBytes(body);
        }

        if (Text(line, "body_base64") is { } encoded)
        {
            return Convert.FromBase64String(encoded);
        }

        if (Text(line, "body_of_alert") is { } alert)
        {
            return RecordedData.Bytes("sidekick", "alerts", $"{alert}.json");
        }

        if (!line.TryGetProperty("body_generated", out var parts))
        {
            return null;
        }

        var text = new StringBuilder(Text(parts, "prefix"));
        var count = parts.GetProperty("count").GetInt32();
        text.Insert(text.Length, Text(parts, "repeat"), count).Append(Text(parts, "middle"));
        text.Insert(text.Length, Text(parts, "repeat2") ?? "", count).Append(Text(parts, "suffix"));
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static string? Text(JsonElement line, string name) =>
        line.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
