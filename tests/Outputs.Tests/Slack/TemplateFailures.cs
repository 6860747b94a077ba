using Saker.Outputs.Testing;

namespace Saker.Outputs.Tests.Slack;

/// <summary>Templates that fail: at the start when that can be known there, else told with every alert, which is sent all the same.</summary>
public sealed class TemplateFailures
{
    [Theory]
    [InlineData("{{ .Rul }}", "outputs.tested.messageformat", "no field 'Rul'")]
    [InlineData("{{ if .Rule }}{{ $.Outputs }}{{ end }}", "outputs.tested.messageformat", "no field 'Outputs'")]
    [InlineData("{{ range .Tags }}{{ . }}{{ else }}{{ .Tag }}{{ end }}", "outputs.tested.messageformat", "no field 'Tag'")]
    public async Task A_message_that_asks_for_what_no_alert_has_is_refused_at_the_start(string template, string key, string sentence)
    {
        await using var router = ConfiguredRouter.Load(Yaml(template, ""));
        var fault = Assert.Single(router.Faults);
        Assert.Contains(key, fault, StringComparison.Ordinal);
        Assert.Contains(sentence, fault, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{{ index .OutputFields \"k8s.pod.name\" }}")]
    [InlineData("{{ .Rule }}")]
    [InlineData("{{ with index . \"a\" }}{{ $.Priority }}{{ end }}")]
    public async Task A_templated_field_that_asks_for_a_field_of_the_alert_is_refused_at_the_start(string template)
    {
        await using var router = ConfiguredRouter.Load(Yaml("", template));
        Assert.Contains("is nothing here", Assert.Single(router.Faults), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{{ .Rule }} {{ .Time.Unix }} {{ range .Tags }}{{ .Name }}{{ end }}", "")]
    [InlineData("{{ with .OutputFields }}{{ .anything }}{{ end }}{{ $r := .Rule }}{{ $r }}", "{{ .a }}{{ with .b }}{{ .Rule }}{{ end }}")]
    [InlineData("{{ define \"x\" }}{{ .Anything }}{{ end }}{{ template \"x\" .OutputFields }}", "{{ index . \"k8s.pod.name\" }}")]
    public async Task What_may_be_right_is_taken(string message, string field)
    {
        await using var router = ConfiguredRouter.Load(Yaml(message, field));
        Assert.Empty(router.Faults);
    }

    [Fact]
    public async Task One_that_fails_on_an_alert_is_told_and_holds_nothing_back()
    {
        await using var router = ConfiguredRouter.Load(Yaml("{{ slice .Rule 0 1000 }}", "before {{ slice (index . \"proc.name\") 0 1000 }}"));
        var enriched = router.Enrich(SampleAlerts.Full);
        Assert.True(enriched.OutputFields.TryGetValue("made", out var made));
        Assert.Equal("before ", made.ToString());
        Assert.StartsWith("templatedfields.made: template templatedfields.made, line 1, column ", Assert.Single(router.Failures), StringComparison.Ordinal);
        using var attempt = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await router.Output.DeliverAsync([SampleAlerts.Full], attempt.Token);
        Assert.Equal(2, router.Failures.Count);
        Assert.Contains("outputs.tested.messageformat: ", router.Failures[1], StringComparison.Ordinal);
    }

    private static string Yaml(string message, string field) => ConfiguredRouter.Yaml("slack", new Dictionary<string, string?> { ["webhookurl"] = "http://127.0.0.1:1/", ["messageformat"] = message })
        + (field.Length == 0 ? "" : $"templatedfields:\n  made: '{field}'\n");
}
