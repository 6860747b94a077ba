using System.Text.Json;
using Saker.Alerts;
using Saker.Outputs.Rendering;
using Saker.Testing;

namespace Saker.Templates.Tests;

/// <summary>The recorded templates with damage, rendered for recorded alerts: a text within its bounds or a fault in words, and nothing else.</summary>
public sealed class TemplateFuzzTests
{
    private const long MostBytesMade = 256L << 20;

    private static readonly string[] Pieces =
    [
        "{{", "}}", "{{ ", " }}", "{{- ", " -}}", "(", ")", "|", "\"", "`", ".", "$", ":=", "{{ end }}", "{{ else }}", "{{ range . }}", "{{ with . }}", "{{ if . }}", "{{ define \"a\" }}", "{{ template \"a\" . }}",
        "{{ block \"a\" . }}", "{{ break }}", "{{/*", "*/}}", "printf \"%1000000000d\" 1", "printf \"%[3]*.[2]*[1]f\" 1 2 3", "%!", "%q", "index . \"a\"", "slice \"ab\" 1 9", "len .", "call .", "html", "js",
        "urlquery", "eq 1 2 3", "1e999", "0x1p-2", "99999999999999999999", "'a'", "nil", "and", "or", "not", "\0", "\ud83d\ude00", "\n", "((((((((((",
    ];

    [Fact]
    public void A_damaged_template_gives_a_text_or_a_fault()
    {
        var random = new Random(Fuzz.Seed + 1);
        var templates = RecordedData.Lines("sidekick", "templates.jsonl").Select(static line =>
        {
            using var record = JsonDocument.Parse(line);
            return record.RootElement.GetProperty("template").GetString()!;
        }).ToList();
        var alerts = new[] { "minimal", "numbers-exact", "unknown-top-level-keys" }.Select(static name =>
        {
            Assert.True(AlertReader.TryRead(RecordedData.Bytes("sidekick", "alerts", $"{name}.json"), out var alert, out _, out var error), error);
            return alert!;
        }).ToList();
        var (rendered, refused) = (0, 0);
        for (var round = 0; round < Fuzz.Rounds(2000); round++)
        {
            var text = Damaged(templates[random.Next(templates.Count)], templates[random.Next(templates.Count)], random);
            var alert = alerts[random.Next(alerts.Count)];
            var made = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                var template = Template.Parse("fuzz", text);
                Assert.NotNull(template.Render(random.Next(2) == 0 ? TemplateData.From(alert) : TemplateData.From(alert.OutputFields)));
                rendered++;
            }
            catch (TemplateException fault)
            {
                Assert.NotEmpty(fault.Message);
                Assert.DoesNotContain("System.", fault.Message, StringComparison.Ordinal);
                refused++;
            }
            catch (Exception exception) when (exception is not Xunit.Sdk.XunitException)
            {
                throw new InvalidOperationException($"round {round}: {text}", exception);
            }

            Assert.True(GC.GetAllocatedBytesForCurrentThread() - made < MostBytesMade, $"round {round} made too much: {text}");
        }

        Assert.True(rendered > 0 && refused > 0, $"{rendered} rendered, {refused} refused");
    }

    private static string Damaged(string text, string other, Random random)
    {
        for (var times = random.Next(1, 4); times > 0; times--)
        {
            var at = random.Next(text.Length + 1);
            text = random.Next(6) switch
            {
                0 => text[..at] + text[Math.Min(text.Length, at + random.Next(1, 6))..],
                1 => text.Insert(at, Pieces[random.Next(Pieces.Length)]),
                2 => text.Insert(at, $" {Pieces[random.Next(Pieces.Length)]} "),
                3 => text[..at] + other[random.Next(other.Length + 1)..],
                4 => text.Insert(at, string.Concat(Enumerable.Repeat(Pieces[random.Next(Pieces.Length)], random.Next(1, 400)))),
                _ => text[..at],
            };
        }

        return text;
    }
}
