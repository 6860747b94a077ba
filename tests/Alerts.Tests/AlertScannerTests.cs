using System.Text;

namespace Saker.Alerts.Tests;

public sealed class AlertScannerTests
{
    private const string Usual = """{"output":"o","priority":"Warning","rule":"r","time":"2026-11-23T19:18:08Z","output_fields":{"a":"b","c":1},"source":"s","hostname":"h","tags":["x"]}""";

    [Fact]
    public void An_outline_has_what_was_asked_for_and_the_places_to_add_to()
    {
        Assert.True(new AlertScanner(["c", "none"]).TryScan(Encoding.UTF8.GetBytes(Usual + "more"), out var outline));
        Assert.Equal(("r", "s", "h", Priority.Warning), (outline.Known.Rule, outline.Known.Source, outline.Known.Hostname, outline.Known.Priority));
        Assert.Equal([new("c", FieldValue.Number("1"))], outline.Known.OutputFields);
        Assert.Equal((2, 1, 0), (outline.FieldCount, outline.TagCount, outline.Start));
        Assert.Equal("}]}", string.Concat(Usual[outline.FieldsEnd], Usual[outline.TagsEnd], Usual[outline.End]));
        Assert.Equal(Usual.Length - 1, outline.End);
    }

    [Theory]
    [InlineData("\"output\"", "\"Output\"")]
    [InlineData("\"output\"", "\"o\\u0075tput\"")]
    [InlineData("\"source\"", "\"ſource\"")]
    [InlineData("\"source\":\"s\"", "\"rule\":\"s\"")]
    [InlineData("\"source\":\"s\"", "\"output_fields\":{}")]
    [InlineData("\"source\":\"s\"", "\"source\":\"\"")]
    [InlineData("\"source\":\"s\"", "\"source\":null")]
    [InlineData("\"rule\":\"r\"", "\"rule\":\"\"")]
    [InlineData("\"rule\":\"r\",", "")]
    [InlineData("Warning", "Urgent")]
    [InlineData("\"Warning\"", "5")]
    [InlineData("2026-11-23", "23.11.2026")]
    [InlineData("2026-11-23T19:18:08Z", "0001-01-01T00:00:00Z")]
    [InlineData("{\"a\":\"b\",\"c\":1}", "[]")]
    [InlineData("{\"a\":\"b\",\"c\":1}", "{\"c\":1,\"a\":\"b\"}")]
    [InlineData("{\"a\":\"b\",\"c\":1}", "{\"a\":1,\"a\":2}")]
    [InlineData("{\"a\":\"b\",\"c\":1}", "{\"\\u0061\":1}")]
    [InlineData("\"b\"", "\"\\ud800\"")]
    [InlineData("\"b\"", "[1,]")]
    [InlineData("[\"x\"]", "[\"x\",null]")]
    [InlineData("[\"x\"]", "\"x\"")]
    [InlineData("\"h\"", "7")]
    [InlineData("{\"output\"", "{\"uuid\":\"none\",\"output\"")]
    [InlineData("{\"output\"", "[\"output\"")]
    public void What_is_not_written_in_the_usual_way_is_left_to_the_reader(string part, string otherwise)
    {
        Assert.Contains(part, Usual, StringComparison.Ordinal);
        Assert.False(new AlertScanner([]).TryScan(Encoding.UTF8.GetBytes(Usual.Replace(part, otherwise, StringComparison.Ordinal)), out _));
    }

    [Theory]
    [InlineData("\"b\"", "\"\\u0061 \\n\"")]
    [InlineData("\"b\"", "[[{\"x\":[]}],null]")]
    [InlineData("\"source\":\"s\"", "\"message\":\"m\"")]
    [InlineData("\"source\":\"s\"", "\"größe\":{}")]
    [InlineData("\"r\"", "\"r\\\"\"")]
    public void Other_texts_are_taken(string part, string otherwise) =>
        Assert.True(new AlertScanner([]).TryScan(Encoding.UTF8.GetBytes(Usual.Replace(part, otherwise, StringComparison.Ordinal)), out _));

    [Fact]
    public void Bytes_that_are_no_text_and_depth_beyond_the_bound_are_left_to_the_reader()
    {
        var broken = Encoding.UTF8.GetBytes(Usual);
        broken[Usual.IndexOf("\"b\"", StringComparison.Ordinal) + 1] = 0xFF;
        Assert.False(new AlertScanner([]).TryScan(broken, out _));
        var deep = Encoding.UTF8.GetBytes(Usual.Replace("\"b\"", $"{new string('[', 10)}{new string(']', 10)}", StringComparison.Ordinal));
        Assert.True(new AlertScanner([]).TryScan(deep, out _, maxDepth: 12));
        Assert.False(new AlertScanner([]).TryScan(deep, out _, maxDepth: 11));
        Assert.False(new AlertScanner([]).TryScan([], out _));
    }
}
