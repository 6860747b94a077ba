using System.Text;
using System.Text.Json;
using Saker.Router.Cli;
using Saker.Router.Configuration;
using Saker.Settings;

namespace Saker.Router.Tests.Cli;

/// <summary><c>saker-router route</c>, and what commands say to other programs.</summary>
public sealed class RouteCommandTests : IDisposable
{
    private const string Yaml = """
        customfields: {env: test}
        outputs:
          everything: {type: stdout, enabled: true}
          grave: {type: stdout, enabled: true, minimumpriority: critical}
          prod: {type: stdout, enabled: true, when: k8s.ns.name = prod}

        """;

    private readonly string folder = Directory.CreateTempSubdirectory("saker-route").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Each_alert_is_shown_with_where_it_goes_and_why_not_elsewhere()
    {
        var (code, output, errors) = await RunAsync(Yaml, Alert("Notice", "prod") + "\n" + Alert("Critical", "dev") + "\nnonsense\n");
        Assert.Equal(2, code);
        Assert.Equal("line 3: not valid JSON\n", errors);
        var lines = output.Split('\n');
        Assert.Equal("line 1: r (Notice)", lines[0]);
        Assert.Equal("  added by customfields: env=test", lines[1]);
        Assert.Matches("^everything +stdout +yes$", lines[3]);
        Assert.Matches("^grave +stdout +no +Its minimumpriority is 'Critical', and the alert's priority is 'Notice'\\.$", lines[4]);
        Assert.Matches("^prod +stdout +yes$", lines[5]);
        Assert.Contains(lines, static line => line == "line 2: r (Critical)");
        Assert.Matches("prod +stdout +no +Its condition does not hold: when: k8s\\.ns\\.name = prod", output);
    }

    [Fact]
    public async Task Other_programs_get_a_document_for_each_alert()
    {
        var (code, output, _) = await RunAsync(Yaml, Alert("Critical", "prod") + Alert("Debug", "dev"), json: true);
        Assert.Equal(0, code);
        var documents = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => JsonDocument.Parse(line)).ToList();
        Assert.Equal(2, documents.Count);
        Assert.All(documents[0].RootElement.GetProperty("outputs").EnumerateArray(), static one => Assert.True(one.GetProperty("gets").GetBoolean()));
        Assert.Equal("minimumPriority", documents[1].RootElement.GetProperty("outputs")[1].GetProperty("reasons")[0].GetProperty("kind").GetString());
    }

    [Fact]
    public async Task An_alert_that_goes_nowhere_shows_in_the_exit_code_and_so_does_a_configuration_that_cannot_be_used()
    {
        Assert.Equal(2, (await RunAsync("outputs: {a: {type: stdout, enabled: true, minimumpriority: critical}}\n", Alert("Debug", "x"))).Code);
        var (code, _, errors) = await RunAsync("outputs: {a: {type: stdot}}\n", Alert("Debug", "x"));
        Assert.Equal(1, code);
        Assert.Contains("outputs.a.type: 'stdot' is not one of", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Configuration_and_outputs_are_said_to_other_programs_too()
    {
        var configuration = Load("slack: {webhookurl: https://hooks.example/secret}\n");
        using var settings = await ParsedAsync(output => ConfigCommand.RunAsync(configuration, json: true, output, output));
        Assert.Contains(settings.RootElement.GetProperty("settings").EnumerateArray(), static one => one.GetProperty("key").GetString() == "slack.webhookurl" && one.GetProperty("value").GetString() == "***");
        using var list = await ParsedAsync(output => OutputsCommand.ListAsync(configuration, OutputCatalogue.Default, ["slack"], json: true, output));
        var slack = list.RootElement.EnumerateArray().Single(static one => one.GetProperty("type").GetString() == "slack");
        Assert.True(slack.GetProperty("instances")[0].GetProperty("paused").GetBoolean());
        using var described = await ParsedAsync(output => OutputsCommand.DescribeAsync("aws.sns", OutputCatalogue.Default, json: true, output, output));
        var keys = described.RootElement.GetProperty("keys").EnumerateArray().ToDictionary(static key => key.GetProperty("key").GetString()!, static key => key.GetProperty("variable").GetString());
        Assert.Equal("AWS_SNS_TOPICARN", keys["aws.sns.topicarn"]);
        Assert.Equal("AWS_REGION", keys["aws.region"]);
    }

    private static string Alert(string priority, string name) =>
        $"{{\"output\":\"o\",\"priority\":\"{priority}\",\"rule\":\"r\",\"time\":\"2026-11-23T19:18:08Z\",\"output_fields\":{{\"k8s.ns.name\":\"{name}\"}}}}";

    private static async Task<JsonDocument> ParsedAsync(Func<TextWriter, Task<int>> run)
    {
        using var output = new StringWriter();
        Assert.Equal(0, await run(output));
        return JsonDocument.Parse(output.ToString());
    }

    private RouterConfiguration Load(string yaml)
    {
        var file = Path.Combine(folder, "router.yaml");
        File.WriteAllText(file, yaml);
        return RouterConfigurationLoader.Load(file, EnvironmentVariables.None, OutputCatalogue.Default);
    }

    private async Task<(int Code, string Output, string Errors)> RunAsync(string yaml, string alerts, bool json = false)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var errors = new StringWriter { NewLine = "\n" };
        var code = await RouteCommand.RunAsync(new MemoryStream(Encoding.UTF8.GetBytes(alerts)), Load(yaml), json, output, errors, TestContext.Current.CancellationToken);
        return (code, output.ToString(), errors.ToString());
    }
}
