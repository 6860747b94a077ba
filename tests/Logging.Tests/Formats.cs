using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Saker.Logging.Tests;

/// <summary>What a log entry looks like, for people and as JSON, whatever is in it.</summary>
public sealed class Formats
{
    private static readonly (LogLevel Level, string Word)[] words =
    [
        (LogLevel.Trace, "debug"), (LogLevel.Debug, "debug"), (LogLevel.Information, "info"), (LogLevel.Warning, "warning"),
        (LogLevel.Error, "error"), (LogLevel.Critical, "critical"),
    ];

    [Fact]
    public void A_line_has_time_level_number_and_message()
    {
        Assert.Matches("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z warning \\[1201\\] The queue is full\n$", Line(LogLevel.Warning, 1201, "The queue is full"));
        Assert.Matches("Z info Ready\n$", Line(LogLevel.Information, 0, "Ready"));
    }

    [Fact]
    public void Levels_have_one_word_each_in_both_forms()
    {
        foreach (var (level, word) in words)
        {
            Assert.Contains($" {word} ", Line(level, 0, "x"), StringComparison.Ordinal);
            Assert.Equal(word, Json(level, 0, "x").GetProperty("level").GetString());
        }
    }

    [Theory]
    [InlineData("a\nb", "a\\nb")]
    [InlineData("a\r\nb", "a \\nb")]
    [InlineData("a\u001b[31mb\tc\0d", "a [31mb c d")]
    [InlineData("2026-01-01T00:00:00.000Z error forged\n", "2026-01-01T00:00:00.000Z error forged\\n")]
    public void Nothing_in_a_message_makes_a_second_line(string message, string shown)
    {
        var line = Line(LogLevel.Warning, 1, message);
        Assert.EndsWith($"[1] {shown}\n", line, StringComparison.Ordinal);
        Assert.Equal(1, line.Count(static character => character == '\n'));
        Assert.Equal(message, Json(LogLevel.Warning, 1, message).GetProperty("message").GetString());
    }

    [Fact]
    public void An_exception_stands_behind_the_message_on_the_same_line()
    {
        var exception = new InvalidOperationException("first\nsecond");
        Assert.EndsWith("[7] Failed | System.InvalidOperationException: first\\nsecond\n", Line(LogLevel.Error, 7, "Failed", exception), StringComparison.Ordinal);
        Assert.Equal(exception.ToString(), Json(LogLevel.Error, 7, "Failed", exception).GetProperty("exception").GetString());
    }

    [Fact]
    public void Json_has_the_values_of_the_message_by_their_names_and_types()
    {
        var json = Json(LogLevel.Information, 12, "text", null,
            new("Output", "http"), new("Count", 5), new("Total", 5_000_000_000L), new("Share", 0.5), new("Odd", double.NaN), new("On", true),
            new("Nothing", null), new("Word", LogLevel.Warning), new("{OriginalFormat}", "text {Output}"));
        Assert.Equal(12, json.GetProperty("event").GetInt32());
        Assert.Equal("""{"output":"http","count":5,"total":5000000000,"share":0.5,"odd":"NaN","on":true,"nothing":null,"word":"Warning"}""", json.GetProperty("fields").GetRawText());
    }

    [Fact]
    public void Json_without_values_has_no_fields_and_without_a_number_no_event()
    {
        var json = Json(LogLevel.Information, 0, "text", null, new KeyValuePair<string, object?>("{OriginalFormat}", "text"));
        Assert.Equal(["time", "level", "message"], json.EnumerateObject().Select(static property => property.Name));
    }

    private static string Line(LogLevel level, int number, string message, Exception? exception = null) => Write(new LineFormatter(), level, number, message, exception, []);

    private static JsonElement Json(LogLevel level, int number, string message, Exception? exception = null, params KeyValuePair<string, object?>[] fields)
    {
        var line = Write(new JsonFormatter(), level, number, message, exception, fields);
        Assert.Equal(line.Length - 1, line.IndexOf('\n', StringComparison.Ordinal));
        return JsonDocument.Parse(line).RootElement;
    }

    private static string Write(ConsoleFormatter formatter, LogLevel level, int number, string message, Exception? exception, KeyValuePair<string, object?>[] fields)
    {
        var writer = new StringWriter();
        var entry = new LogEntry<KeyValuePair<string, object?>[]>(level, "test", new EventId(number), fields, exception, (_, _) => message);
        formatter.Write(entry, null, writer);
        return writer.ToString();
    }
}
