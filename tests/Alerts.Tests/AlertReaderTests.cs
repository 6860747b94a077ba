using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Saker.Alerts.Tests;

public sealed class AlertReaderTests
{
    private const string Valid = """{"output":"x","priority":"Warning","rule":"r","time":"2026-11-23T19:18:08Z","output_fields":{"a":"b"}}""";

    [Theory]
    [InlineData("1795461488831575297")]
    [InlineData("1.50")]
    [InlineData("-0")]
    [InlineData("1E5")]
    [InlineData("1e999999")]
    [InlineData("123456789012345678901234567890.123456789")]
    public void Numbers_stay_as_they_came(string spelling)
    {
        var alert = Read(Valid.Replace("\"b\"", spelling, StringComparison.Ordinal));
        Assert.True(alert.OutputFields.TryGetValue("a", out var value));
        Assert.Equal(FieldValue.Number(spelling), value);
        Assert.Contains($"\"a\":{spelling}", Write(alert), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[[[]]]", true)]
    [InlineData("[[[{}]]]", false)]
    [InlineData("[[[ 1, [2]]]]", false)]
    [InlineData("{\"a\":[{\"b\" : {}}]}", false)]
    public void What_is_nested_too_deep_is_told_from_what_is_no_JSON(string value, bool fits)
    {
        var text = Encoding.UTF8.GetBytes(Valid.Replace("\"b\"", value, StringComparison.Ordinal));
        Assert.Equal(fits, AlertReader.TryRead(text, out _, out _, out var error, maxDepth: 5));
        Assert.Equal(fits ? "" : "lists and objects are nested deeper than 5", error);
        Assert.False(AlertReader.TryRead(text.AsSpan()[..^3], out _, out _, out error, maxDepth: 6));
        Assert.StartsWith("not valid JSON", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Unknown_top_level_keys_are_kept()
    {
        var alert = Read("""{"message":"m","output":"x","priority":"Warning","rule":"r","time":"2026-11-23T19:18:08Z","extra":{ "a" : [1, null, "\u00e9"] },"output_fields":{}}""");
        Assert.Equal(["message", "extra"], alert.Unknown.Select(u => u.Key));
        Assert.EndsWith("""
            "message":"m","extra":{"a":[1,null,"é"]}}
            """, Write(alert), StringComparison.Ordinal);
    }

    [Fact]
    public void Keys_match_in_any_case_and_the_last_of_two_counts()
    {
        var alert = Read("""{"OUTPUT":"a","output":"b","Priority":"INFO","RuLe":"r","ſource":"s","TIME":"2026-11-23T19:18:08Z","Output_Fields":{"a":1,"a":2},"output_fields":{"b":3}}""");
        Assert.Equal("b", alert.Output);
        Assert.Equal(Priority.Informational, alert.Priority);
        Assert.Equal("s", alert.Source);
        Assert.Equal([new("a", FieldValue.Number("2")), new("b", FieldValue.Number("3"))], alert.OutputFields);
    }

    [Fact]
    public void Lone_surrogates_and_invalid_bytes_become_replacement_characters()
    {
        Assert.Equal("a\uFFFDb", Read(Valid.Replace("\"x\"", "\"a\\ud800b\"", StringComparison.Ordinal)).Output);
        Assert.Equal("😀", Read(Valid.Replace("\"x\"", "\"\\ud83d\\ude00\"", StringComparison.Ordinal)).Output);
        var broken = Encoding.UTF8.GetBytes(Valid);
        broken[Array.IndexOf(broken, (byte)'x')] = 0xFF;
        Assert.True(AlertReader.TryRead(broken, out var alert, out _, out _));
        Assert.Equal("\uFFFD", alert!.Output);
    }

    [Theory]
    [InlineData("\"Warning\"", "priority is none of", "\"warn\"")]
    [InlineData("\"Warning\"", "priority is missing", "null")]
    [InlineData("\"Warning\"", "priority is not text", "4")]
    [InlineData("\"r\"", "rule is missing", "\"\"")]
    [InlineData("\"r\"", "rule is not text", "[]")]
    [InlineData("\"2026-11-23T19:18:08Z\"", "time is not in the form", "\"0001-01-01T00:00:00Z\"")]
    [InlineData("\"2026-11-23T19:18:08Z\"", "time is not in the form", "\"2026-11-23T19:18:08+24:00\"")]
    [InlineData("{\"a\":\"b\"}", "output_fields is not an object", "[1]")]
    [InlineData("{\"a\":\"b\"}", "not valid JSON", "{\"a\":01}")]
    public void What_is_no_alert_is_refused_with_the_reason(string part, string reason, string instead)
    {
        var body = Valid.Replace(part, instead, StringComparison.Ordinal);
        Assert.False(AlertReader.TryRead(Encoding.UTF8.GetBytes(body), out _, out _, out var error));
        Assert.Contains(reason, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{\"output\":\"x\"")]
    public void A_body_that_is_no_object_is_refused(string body) =>
        Assert.False(AlertReader.TryRead(Encoding.UTF8.GetBytes(body), out _, out _, out _));

    [Fact]
    public void Only_the_first_object_is_read()
    {
        var two = Encoding.UTF8.GetBytes(Valid + "\n" + Valid.Replace("\"r\"", "\"second\"", StringComparison.Ordinal));
        Assert.True(AlertReader.TryRead(two, out var first, out var consumed, out _));
        Assert.Equal("r", first!.Rule);
        Assert.Equal(Valid.Length, consumed);
    }

    [Fact]
    public void Depth_is_bounded_and_does_not_recurse()
    {
        Assert.Equal(FieldKind.Json, Nested(9_997).OutputFields[0].Value.Kind);
        var tooDeep = Valid.Replace("\"b\"", new string('[', 10_000) + new string(']', 10_000), StringComparison.Ordinal);
        Assert.False(AlertReader.TryRead(Encoding.UTF8.GetBytes(tooDeep), out _, out _, out var error));
        Assert.Equal("lists and objects are nested deeper than 10000", error);
        Alert Nested(int depth) => Read(Valid.Replace("\"b\"", new string('[', depth) + new string(']', depth), StringComparison.Ordinal));
    }

    [Fact]
    public void Reading_what_was_written_gives_the_same_alert()
    {
        foreach (var file in Directory.EnumerateFiles(Testing.RecordedData.Path("sidekick", "alerts"), "*.json"))
        {
            var first = ReadBytes(File.ReadAllBytes(file));
            var written = Write(first);
            Assert.Equal(written, Write(Read(written)));
            Assert.Equal(written, Write(JsonSerializer.Deserialize(JsonSerializer.Serialize(first, AlertJsonContext.Default.Alert), AlertJsonContext.Default.Alert)!));
        }
    }

    [Fact]
    public void A_recorded_request_is_read_exactly_when_it_was_accepted()
    {
        var checkedLines = 0;
        foreach (var line in Testing.RecordedData.Lines("sidekick", "http-api.jsonl"))
        {
            using var document = JsonDocument.Parse(line);
            var root = document.RootElement;
            var name = root.GetProperty("name").GetString()!;
            if (!root.TryGetProperty("body", out var body) || root.GetProperty("method").GetString() != "POST" || root.GetProperty("path").GetString() != "/"
                || root.TryGetProperty("config", out _) || root.GetProperty("status").ValueKind != JsonValueKind.Number
                || !name.StartsWith("json", StringComparison.Ordinal) && !name.Contains(" = ", StringComparison.Ordinal)
                    && !name.StartsWith("missing", StringComparison.Ordinal) && !name.StartsWith("null", StringComparison.Ordinal))
            {
                continue;
            }

            var accepted = AlertReader.TryRead(Encoding.UTF8.GetBytes(body.GetString()!), out var alert, out _, out var error)
                && alert!.OutputFields.Count > 0;
            // An offset of a whole day was accepted there, and then nothing was sent.
            var expected = root.GetProperty("status").GetInt32() == 200 && !name.Contains("+24:00", StringComparison.Ordinal);
            Assert.True(accepted == expected || name == "uuid number", $"{name}: {error}");
            checkedLines++;
        }

        Assert.InRange(checkedLines, 80, 400);
    }

    private static Alert Read(string json) => ReadBytes(Encoding.UTF8.GetBytes(json));

    private static Alert ReadBytes(byte[] json)
    {
        Assert.True(AlertReader.TryRead(json, out var alert, out _, out var error), error);
        return alert!;
    }

    private static string Write(Alert alert)
    {
        var buffer = new ArrayBufferWriter<byte>();
        AlertWriter.Write(buffer, alert);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
