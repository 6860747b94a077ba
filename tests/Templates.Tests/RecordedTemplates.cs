using System.Text.Json;
using Saker.Alerts;
using Saker.Outputs.Rendering;
using Saker.Testing;

namespace Saker.Templates.Tests;

/// <summary>What Falcosidekick made of 506 templates: results byte for byte, failures as failures (error texts are our own).</summary>
public sealed class RecordedTemplates(ITestOutputHelper output)
{
    private static readonly Guid Uuid = Guid.Parse("11111111-2222-3333-4444-555555555555");

    [Fact]
    public void Every_recorded_template_renders_or_fails_as_recorded()
    {
        var lines = RecordedData.Lines("sidekick", "templates.jsonl");
        var wrong = new List<string>();
        foreach (var line in lines)
        {
            using var record = JsonDocument.Parse(line);
            var expected = Expected(record.RootElement);
            var actual = Actual(record.RootElement);
            if (expected != actual)
            {
                wrong.Add($"{record.RootElement.GetProperty("template")}\n    expected {expected}\n    actual   {actual}");
            }
        }

        RecordedCases.Note(output, "templates", lines.Length - wrong.Count, lines.Length, 0);
        Assert.True(lines.Length > 500, "The recorded data is cut short.");
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    private static string Expected(JsonElement record)
    {
        var result = record.TryGetProperty("result", out var text) && text.ValueKind is JsonValueKind.String
            ? text.GetString()!.Replace("<uuid>", Uuid.ToString(), StringComparison.Ordinal) : null;
        if (!record.TryGetProperty("error", out _))
        {
            return "ok: " + result;
        }

        return record.GetProperty("stage").GetString() == "parse" ? "parse" : "execute: " + result;
    }

    private static string Actual(JsonElement record)
    {
        var isField = record.GetProperty("kind").GetString() == "field";
        var body = RecordedData.Bytes("sidekick", "alerts", record.GetProperty("alert").GetString() + ".json");
        Assert.True(AlertReader.TryRead(body, out var alert, out _, out var error), error);
        alert = alert! with
        {
            Uuid = Uuid,
            Source = alert.Rule == "Test rule" ? "internal" : alert.Source.Length == 0 ? "syscalls" : alert.Source,
        };
        try
        {
            var template = Template.Parse("recorded", record.GetProperty("template").GetString()!);
            return "ok: " + template.Render(isField ? TemplateData.From(alert.OutputFields) : TemplateData.From(alert));
        }
        catch (TemplateException fault)
        {
            return fault.Stage is TemplateStage.Parse ? "parse" : "execute: " + (isField ? fault.PartialOutput : "");
        }
    }
}
