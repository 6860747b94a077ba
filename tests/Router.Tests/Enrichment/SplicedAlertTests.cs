using System.Text;
using Saker.Alerts;
using Saker.Router.Enrichment;
using Saker.Router.Options;
using Saker.Router.Telemetry;
using Saker.Router.Tests.Fuzzing;
using Saker.Testing;

namespace Saker.Router.Tests.Enrichment;

/// <summary>What is spliced into the text of an alert makes the alert that taking it apart would make.</summary>
public sealed class SplicedAlertTests
{
    private const string Usual = """{"output":"o","priority":"Warning","rule":"r","time":"2026-11-23T19:18:08Z","output_fields":{"a":"b","k8s.ns.name":"n"},"source":"s","tags":["x"]}""";

    private static readonly Dictionary<string, RouterOptions> Configurations = new()
    {
        ["nothing"] = new(),
        ["fields and tags"] = new() { CustomFields = new Dictionary<string, string> { ["env"] = "prod \"1\" é", ["zone"] = "b" }, CustomTags = ["zz", "aa"] },
        ["a field of alerts"] = new() { CustomFields = new Dictionary<string, string> { ["evt.time"] = "mine", ["proc.name"] = "x" } },
        ["tags"] = new() { CustomTags = ["m"] },
        ["labels"] = new() { Prometheus = new() { ExtraLabels = new Dictionary<string, string> { ["proc.name"] = "", ["team"] = "red" } } },
        ["brackets"] = new() { BracketReplacer = "_", CustomFields = new Dictionary<string, string> { ["env"] = "x" } },
        ["a field with a bracket"] = new() { BracketReplacer = "_", CustomFields = new Dictionary<string, string> { ["e[v"] = "x" } },
        ["a template"] = new() { TemplatedFields = new Dictionary<string, string> { ["t"] = "{{ len . }}" } },
        ["a format"] = new() { OutputFieldFormat = "<priority> <output>" },
    };

    [Theory]
    [InlineData("nothing")]
    [InlineData("fields and tags")]
    [InlineData("a field of alerts")]
    [InlineData("tags")]
    [InlineData("labels")]
    [InlineData("brackets")]
    [InlineData("a field with a bracket")]
    [InlineData("a template")]
    [InlineData("a format")]
    public void Every_recorded_alert_whole_or_damaged_is_the_same_either_way(string name)
    {
        var options = Configurations[name];
        var enricher = new AlertEnricher(options, static (_, _) => { });
        var labels = EventLabels.Create(options, static _ => { });
        var texts = Directory.GetFiles(RecordedData.Path("sidekick", "alerts")).Order(StringComparer.Ordinal).Select(File.ReadAllBytes).Where(static text => text.Length < 16 << 10).ToList();
        texts.Add(Encoding.UTF8.GetBytes(Usual));
        var random = new Random(Fuzz.Seed);
        var spliced = texts.Count(text => IsSameEitherWay(enricher, labels, text));
        for (var round = Fuzz.Rounds(400); round > 0; round--)
        {
            _ = IsSameEitherWay(enricher, labels, Damage.To(texts[random.Next(texts.Count)], random));
        }

        // Were everything taken apart, nothing would be shown.
        Assert.True(name is "a template" or "a format" or "a field with a bracket" ? spliced == 0
            : name is "a field of alerts" ? spliced > 0 && spliced < texts.Count / 3
            : spliced > texts.Count / 3, $"{spliced} of {texts.Count} spliced");
    }

    [Theory]
    [InlineData("""{"rule":"r","priority":"info","time":"2026-11-23T19:18:08.5+01:00","output_fields":{}}""")]
    [InlineData(""" { "tags" : [ ] , "output_fields" : { } , "rule" : "r" , "priority" : "info" , "time" : "2026-11-23T19:18:08Z" } """)]
    [InlineData("""{"tags":["b"],"output_fields":{"a":[1,{"b":[]}],"c":{"d":null}},"message":{"x":[]},"rule":"r","priority":"info","time":"2026-11-23T19:18:08Z"}{"rest":1}""")]
    [InlineData("""{"output_fields":{"a":"\"}"},"tags":["]"],"source":"}","hostname":"","rule":"r","priority":"info","time":"2026-11-23T19:18:08Z"}""")]
    public void Additions_go_where_they_belong(string text)
    {
        var options = new RouterOptions { CustomFields = new Dictionary<string, string> { ["z"] = "1", ["b"] = "2" }, CustomTags = ["a", "c"] };
        Assert.True(AlertTexts.TrySplice(new AlertEnricher(options, static (_, _) => { }), Encoding.UTF8.GetBytes(text), out _, out _));
        var alert = AlertTexts.Enriched(options, Encoding.UTF8.GetBytes(text));
        Assert.Contains("\"b\":\"2\"", alert, StringComparison.Ordinal);
        Assert.Contains("\"a\"", alert, StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_sender_wrote_goes_through_as_it_came()
    {
        var text = Usual.Replace("\"b\"", "1.50e+07", StringComparison.Ordinal).Replace("\"o\"", "\"\\u00e9 \\/\"", StringComparison.Ordinal);
        Assert.True(AlertTexts.TrySplice(new AlertEnricher(new(), static (_, _) => { }), Encoding.UTF8.GetBytes(text + "rest"), out var spliced, out _));
        Assert.StartsWith("{\"uuid\":\"", spliced, StringComparison.Ordinal);
        Assert.Equal(text[1..], spliced[(spliced.IndexOf(',', StringComparison.Ordinal) + 1)..]);
    }

    [Fact]
    public void An_identity_is_kept_only_of_a_router_that_is_known()
    {
        var text = Encoding.UTF8.GetBytes(Usual.Replace("{\"output\"", "{\"uuid\":\"0b6f1ad6-0f5f-4f0a-9f0e-5a8f0f3f6c11\",\"output\"", StringComparison.Ordinal));
        var enricher = new AlertEnricher(new(), static (_, _) => { });
        Assert.False(AlertTexts.TrySplice(enricher, text, out _, out _));
        Assert.True(AlertTexts.TrySplice(enricher, text, out var spliced, out _, keepsUuid: true));
        Assert.Equal(Encoding.UTF8.GetString(text), spliced);
    }

    private static bool IsSameEitherWay(AlertEnricher enricher, EventLabels labels, byte[] text)
    {
        if (!AlertTexts.TrySplice(enricher, text, out var spliced, out var known))
        {
            return false;
        }

        Assert.True(AlertReader.TryRead(text, out var alert, out _, out var error), $"{error}: {Convert.ToBase64String(text)}");
        var enriched = enricher.Enrich(alert!);
        Assert.True(AlertTexts.Normal(enriched) == AlertTexts.Normal(spliced), Convert.ToBase64String(text));
        Assert.Equal(Labels(labels, enriched), Labels(labels, known!));
        return true;
    }

    private static string[] Labels(EventLabels labels, Alert alert)
    {
        var values = new string[labels.Names.Count];
        labels.Fill(values, alert);
        return values;
    }
}
