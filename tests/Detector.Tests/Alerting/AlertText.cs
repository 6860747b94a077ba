using System.Text;
using System.Text.Json;
using Saker.Alerts;
using Saker.Detector.Alerting;
using Saker.Detector.Capture;
using Saker.Detector.Configuration;
using Saker.Detector.Engine;
using Saker.Detector.Events;
using Saker.Detector.Fields;
using Saker.Detector.State;
using Saker.Detector.Tests.State;
using Saker.Rules.Yaml;

namespace Saker.Detector.Tests.Alerting;

/// <summary>How a match becomes a line: the order and the types of what it has, and what is hostile in it.</summary>
public sealed class AlertText : IEventConsumer, IDisposable
{
    private readonly EventStream calls = EventStream.OfSystemCalls(null);
    private readonly MachineState state = new();
    private readonly EventContext context = EventStream.OfSystemCalls(null).ContextFor("");
    private readonly EventPipeline pipeline;
    private readonly EventBuilder events;
    private DetectorOptions options = new() { JsonOutput = true };
    private string output = "%fd.name";
    private string tags = "";
    private string line = "";

    public AlertText()
    {
        pipeline = new EventPipeline(state);
        events = new EventBuilder(pipeline, this);
        events.Exec(10, "cat", ("cgroups", "cpu=/\0"u8.ToArray()));
    }

    public void Dispose()
    {
        context.Dispose();
        state.Dispose();
    }

    [Fact]
    public void Keys_stand_in_alphabetical_order()
    {
        tags = "[b, a]";
        options = options with { JsonIncludeMessageProperty = true };
        Open("/f");
        using var json = JsonDocument.Parse(line);
        Assert.Equal(["hostname", "message", "output", "output_fields", "priority", "rule", "source", "tags", "time"],
            json.RootElement.EnumerateObject().Select(static property => property.Name));
        Assert.Equal(("here", "/f", "Warning", "A rule", "syscall"), (Text(json, "hostname"), Text(json, "message"), Text(json, "priority"), Text(json, "rule"), Text(json, "source")));
        Assert.Matches("^00:00:01\\.[0-9]{9}: Warning /f$", Text(json, "output"));
        Assert.Matches("^1970-01-01T00:00:01\\.[0-9]{9}Z$", Text(json, "time"));
        Assert.Equal(["a", "b"], json.RootElement.GetProperty("tags").EnumerateArray().Select(static tag => tag.GetString()));
    }

    [Fact]
    public void What_is_not_asked_for_is_left_out()
    {
        options = options with { JsonIncludeOutputProperty = false, JsonIncludeOutputFieldsProperty = false, JsonIncludeTagsProperty = false };
        Open("/f");
        using var json = JsonDocument.Parse(line);
        Assert.Equal(["hostname", "priority", "rule", "source", "time"], json.RootElement.EnumerateObject().Select(static property => property.Name));
    }

    [Fact]
    public void Fields_have_their_types_and_absent_ones_are_null_where_the_text_says_NA()
    {
        output = "%proc.pid %fd.num %fd.cip %proc.name %thread.ismain %proc.fdusage %fd.types %evt.rawtime.s %user.loginuid";
        Open("/f");
        using var json = JsonDocument.Parse(line);
        Assert.EndsWith("Warning 10 4 <NA> cat true 0.0 (file) 1 -1", Text(json, "output"), StringComparison.Ordinal);
        var fields = json.RootElement.GetProperty("output_fields");
        var names = fields.EnumerateObject().Select(static field => field.Name).ToList();
        Assert.Equal(names.Order(StringComparer.Ordinal), names);
        Assert.Equal(JsonValueKind.Number, fields.GetProperty("proc.pid").ValueKind);
        Assert.Equal(JsonValueKind.Null, fields.GetProperty("fd.cip").ValueKind);
        Assert.Equal(JsonValueKind.String, fields.GetProperty("proc.name").ValueKind);
        Assert.Equal(JsonValueKind.True, fields.GetProperty("thread.ismain").ValueKind);
        Assert.Equal(JsonValueKind.Number, fields.GetProperty("proc.fdusage").ValueKind);
        Assert.Equal(JsonValueKind.Array, fields.GetProperty("fd.types").ValueKind);
        Assert.Equal(-1, fields.GetProperty("user.loginuid").GetInt64());
        Assert.Equal(JsonValueKind.Number, fields.GetProperty("evt.time").ValueKind);
    }

    [Fact]
    public void A_width_fills_and_cuts_what_the_text_shows_and_not_the_field()
    {
        output = "%5proc.name|%2proc.name|%6fd.cip|%toupper(proc.name)|";
        Open("/f");
        using var json = JsonDocument.Parse(line);
        Assert.EndsWith("Warning cat  |ca|<NA>  |CAT|", Text(json, "output"), StringComparison.Ordinal);
        Assert.Equal("cat", json.RootElement.GetProperty("output_fields").GetProperty("proc.name").GetString());
    }

    [Theory]
    [InlineData("/a\"b\\\\c", "/a\"b\\\\c")]
    [InlineData("/a\nb", "/a\uFFFDb")]
    [InlineData("/ünï", "/ünï")]
    [InlineData("/<&>", "/<&>")]
    public void What_a_path_holds_cannot_break_out_of_the_line(string path, string expected)
    {
        Open(path);
        Assert.DoesNotContain('\n', line);
        using var json = JsonDocument.Parse(line);
        Assert.Equal(expected, json.RootElement.GetProperty("output_fields").GetProperty("fd.name").GetString());
        Assert.EndsWith(expected, Text(json, "output"), StringComparison.Ordinal);
    }

    [Fact]
    public void Bytes_that_are_no_text_leave_the_json_valid()
    {
        Send(("name", (byte[])[(byte)'/', 0xff, 0xc3, (byte)'x', 0]));
        using var json = JsonDocument.Parse(line);
        Assert.Equal("/\uFFFD\uFFFDx", json.RootElement.GetProperty("output_fields").GetProperty("fd.name").GetString());
    }

    [Fact]
    public void The_line_of_text_has_time_priority_and_message()
    {
        options = options with { JsonOutput = false };
        Open("/a\u001b[31m");
        Assert.Matches("^00:00:01\\.[0-9]{9}: Warning /a\uFFFD\\[31m$", line);
        options = options with { TimeFormatIso8601 = true };
        Open("/b");
        Assert.Matches("^1970-01-01T00:00:01\\.[0-9]{9}\\+0000: Warning /b$", line);
    }

    [Fact]
    public void A_field_within_a_transformer_is_an_output_field_under_its_own_name()
    {
        output = "%toupper(proc.name) %proc.name";
        Open("/f");
        using var json = JsonDocument.Parse(line);
        Assert.EndsWith("CAT cat", Text(json, "output"), StringComparison.Ordinal);
        var fields = json.RootElement.GetProperty("output_fields");
        Assert.Equal("cat", fields.GetProperty("proc.name").GetString());
        Assert.False(fields.TryGetProperty("toupper(proc.name)", out _));
    }

    [Fact]
    public void An_alert_about_the_detector_itself_keeps_the_order_of_its_fields()
    {
        var alert = new InternalAlert(options, "here");
        var now = new DateTimeOffset(2026, 11, 26, 20, 0, 0, 5, TimeSpan.Zero);
        KeyValuePair<string, object>[] fields = [new("z", 1L), new("a", "two \"quoted\""), new("share", 0.5)];
        var written = Encoding.UTF8.GetString(alert.Format("Falco internal: test", "lost events", Priority.Error, fields, now).Line.Span);
        Assert.Equal("""{"hostname":"here","output":"lost events","output_fields":{"z":1,"a":"two \"quoted\"","share":0.5},"priority":"Error","rule":"Falco internal: test","source":"internal","time":"2026-11-26T20:00:00.005000000Z"}""", written);
        var text = new InternalAlert(options with { JsonOutput = false, TimeFormatIso8601 = true }, "here").Format("x", "lost events", Priority.Error, fields, now);
        Assert.Equal("2026-11-26T20:00:00.005000000Z: Error lost events (z=1 a=two \"quoted\" share=0.5)", Encoding.UTF8.GetString(text.Line.Span));
    }

    void IEventConsumer.Handle(in EventView view, EventFrame frame, in RawEvent raw)
    {
        if (view.Type != EventType.OpenatV2Exit)
        {
            return;
        }

        var file = new RuleFile("rules.yaml", $"- rule: A rule\n  desc: test\n  condition: evt.type = openat\n  output: '{output}'\n  priority: WARNING\n"
            + (tags.Length > 0 ? $"  tags: {tags}\n" : ""));
        var rules = RuleLoading.Load([file], [calls]);
        context.Set(state, view, frame, raw, pipeline.Processed);
        using var formatter = new AlertFormatter(options, calls.Catalogue, "here");
        line = Encoding.UTF8.GetString(formatter.Format(Assert.Single(rules.Rules), context).Line.Span);
    }

    private static string Text(JsonDocument json, string name) => json.RootElement.GetProperty(name).GetString()!;

    private void Open(string path) => Send(("name", path));

    private void Send((string Name, object Value) name) =>
        events.Send(EventType.OpenatV2Exit, 10, ("fd", 4), ("dirfd", -100), name, ("flags", 1));
}
