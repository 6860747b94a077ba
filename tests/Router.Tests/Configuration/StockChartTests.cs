using Saker.Alerts;
using Saker.Router.Configuration;
using Saker.Settings;
using Saker.Testing;

namespace Saker.Router.Tests.Configuration;

/// <summary>The router in the place of Falcosidekick's image under the stock chart: what it makes of the variables that the chart renders for values of users.</summary>
public sealed class StockChartTests : IDisposable
{
    // Kubernetes adds these for services in the namespace, whatever the chart says.
    private static readonly Dictionary<string, string> ServiceLinks = new()
    {
        ["KUBERNETES_PORT"] = "tcp://10.96.0.1:443",
        ["KUBERNETES_SERVICE_HOST"] = "10.96.0.1",
        ["REL_FALCOSIDEKICK_PORT_2801_TCP_ADDR"] = "10.96.7.7",
        ["REL_FALCOSIDEKICK_SERVICE_PORT_HTTP"] = "2801",
        ["HOSTNAME"] = "rel-falcosidekick-7d4b9c-x2x9q",
        ["PATH"] = "/usr/local/bin:/usr/bin",
        ["HOME"] = "/home/falcosidekick",
    };

    private readonly string folder = Directory.CreateTempSubdirectory("saker-chart").FullName;

    /// <summary>Each rendering, with the outputs that its values switch on.</summary>
    public static TheoryData<string, string> Renderings { get; } = new()
    {
        { "falcosidekick-default", "" },
        { "falcosidekick-customfields", "" },
        { "falcosidekick-existing-secret", "" },
        { "falcosidekick-ingress", "" },
        { "falcosidekick-observability", "" },
        { "falcosidekick-outputs", "alertmanager, aws.sns, elasticsearch, kafka, loki, pagerduty, slack, webhook" },
        { "falcosidekick-policyreport-irsa", "aws.s3, policyreport" },
        { "falcosidekick-scheduling", "" },
        { "falcosidekick-tls", "" },
        { "falcosidekick-webui", "webui" },
        { "falco-seed-commands", "webui" },
        { "falco-seed-values", "slack" },
    };

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Every_rendering_that_was_recorded_is_tried() =>
        Assert.Equal(
            Directory.EnumerateFiles(RecordedData.Path("charts")).Select(static path => Path.GetFileName(path).Replace(".json.gz", "", StringComparison.Ordinal)).Order(StringComparer.Ordinal),
            Renderings.Select(static row => row.Data.Item1).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Renderings))]
    public void Exactly_the_outputs_that_the_values_meant_run_and_those_that_are_missing_are_named(string chart, string meant)
    {
        using var certificates = new TestCertificates();
        var variables = Variables(chart, certificates);
        Assert.True(variables.Count > 380, $"only {variables.Count} variables");
        var types = meant.Split(", ", StringSplitOptions.RemoveEmptyEntries);
        var missing = types.Where(static type => OutputCatalogue.Default.Find(type) is null).ToList();

        var asRendered = Load(variables);
        var errors = asRendered.Faults.Where(static fault => fault.Severity == FaultSeverity.Error).ToList();
        var needed = missing.Where(static type => type != "webui").ToList();
        Assert.Equal(needed.Count > 0, asRendered.IsRefused);
        Assert.Equal(needed.Order(StringComparer.Ordinal), errors.Select(static fault => fault.Key).Order(StringComparer.Ordinal));
        Assert.All(errors, static fault => Assert.Equal($"The output '{fault.Key}' is not in this version; take it out, or set 'config.onerror: ignore' to run without it.", fault.Message));

        // The page that the chart brings wakes nobody.
        Assert.Equal(missing.Contains("webui"), asRendered.Faults.Any(static fault => fault.Severity == FaultSeverity.Warning && fault.ToString().Contains("WEBUI_URL", StringComparison.Ordinal)
            && fault.Message == "The output 'webui' is not in this version; the router runs without it."));

        var running = Load(new(variables) { ["CONFIG_ONERROR"] = "ignore" });
        Assert.False(running.IsRefused);
        Assert.Equal(types.Except(missing).Order(StringComparer.Ordinal), running.Outputs.Select(static output => output.Name).Order(StringComparer.Ordinal));

        // Nothing else is worth a word but the field whose variable this pod has not.
        var others = running.Faults.Where(fault => !missing.Contains(fault.Key) && fault.Severity != FaultSeverity.Notice).Select(static fault => fault.Key);
        Assert.Equal(chart == "falcosidekick-customfields" ? ["customfields.env"] : [], others);
    }

    [Theory]
    [MemberData(nameof(Renderings))]
    public void Every_variable_of_an_output_that_runs_and_of_the_router_arrives(string chart, string meant)
    {
        using var certificates = new TestCertificates();
        var variables = Variables(chart, certificates);
        var configuration = Load(new(variables) { ["CONFIG_ONERROR"] = "ignore" });
        foreach (var value in configuration.Effective)
        {
            var name = EnvironmentVariables.NameOf(value.Path);
            var isSet = variables.TryGetValue(name, out var text) && text.Length > 0;
            Assert.True(value.Path == "config.onerror" || isSet == (value.Source is not null), $"{name} of {chart} ({meant}): '{text}' gave {value}");
        }
    }

    [Fact]
    public void The_values_are_those_that_the_user_wrote()
    {
        var configuration = Load(Variables("falcosidekick-outputs", null));
        Assert.Equal(
            new Dictionary<string, Priority> { ["slack"] = Priority.Warning, ["pagerduty"] = Priority.Critical },
            configuration.Outputs.Where(static output => output.Options.MinimumPriority != Priority.Debug).ToDictionary(static output => output.Name, static output => output.Options.MinimumPriority));
        Assert.Equal("""["http://am-0:9093","http://am-1:9093"]""", Value(configuration, "alertmanager", "hostport"));
        Assert.Equal("""{"team":"sec"}""", Value(configuration, "alertmanager", "extralabels"));
        Assert.Equal("\"arn:aws:sns:eu-west-1:1:falco\"", Value(configuration, "aws.sns", "topicarn"));
        Assert.Equal("\"p\"", Value(configuration, "elasticsearch", "password"));
        Assert.Equal("\"kp\"", Value(configuration, "kafka", "password"));
        Assert.Equal("""["proc.name"]""", Value(configuration, "loki", "extralabels"));
        Assert.Equal("\"#sec\"", Value(configuration, "slack", "channel"));
        Assert.Equal("""{"Authorization":"Bearer x"}""", Value(configuration, "webhook", "customheaders"));

        var fields = Load(Variables("falcosidekick-customfields", null)).Router;
        Assert.Equal(new Dictionary<string, string> { ["cluster"] = "prod" }, fields.CustomFields);
        Assert.Equal(new Dictionary<string, string> { ["ns"] = "{{ index . \"k8s.ns.name\" }}" }, fields.TemplatedFields);
        Assert.Equal("_", fields.BracketReplacer);
        Assert.Equal("<timestamp>: <priority> <output> <custom_fields>", fields.OutputFieldFormat);
        Assert.Equal(["proc.name", "user.name"], fields.Prometheus.ExtraLabels.Keys.Order(StringComparer.Ordinal));
        Assert.True(fields.Debug);
    }

    [Fact]
    public void A_Secret_of_the_user_and_a_mounted_file_work_together()
    {
        const string chart = "falcosidekick-existing-secret";
        Assert.Equal(["-c", "/etc/falcosidekick/config.yaml"], ChartEnvironment.Arguments(chart));
        var file = Path.Combine(folder, "config.yaml");
        File.WriteAllText(file, "slack: {channel: '#from-file', minimumpriority: debug}\nwebhook: {address: 'http://h/from-file'}\n");
        var variables = Variables(chart, null);
        Assert.Equal("from the Secret s", variables["TOKEN"]);
        variables["SLACK_WEBHOOKURL"] = "https://hooks.slack.com/services/A/B/C"; // as the user's Secret has it
        var configuration = RouterConfigurationLoader.Load(file, new EnvironmentVariables(variables), OutputCatalogue.Default);
        Assert.Empty(configuration.Faults);
        Assert.Equal(["slack", "webhook"], configuration.Outputs.Select(static output => output.Name));
        Assert.Equal("\"#from-file\"", Value(configuration, "slack", "channel"));
        Assert.Equal("\"http://h/from-file\"", Value(configuration, "webhook", "address"));
        Assert.Equal(Priority.Error, configuration.Outputs[0].Options.MinimumPriority);
    }

    private static string Value(RouterConfiguration configuration, string output, string key)
    {
        var options = configuration.Outputs.Single(one => one.Name == output).Options;
        return RecordedSettings.Text(OptionSchema.For(options.GetType()).Find(key)!.Property.GetValue(options));
    }

    private static RouterConfiguration Load(Dictionary<string, string> variables) =>
        RouterConfigurationLoader.Load(null, new EnvironmentVariables(variables), OutputCatalogue.Default);

    // The Secrets that values name are the user's own; the certificates are mounted at /etc/certs/server.
    private static Dictionary<string, string> Variables(string chart, TestCertificates? certificates)
    {
        var users = new Dictionary<string, IReadOnlyDictionary<string, string>>
        {
            ["my-falcosidekick"] = new Dictionary<string, string> { ["SLACK_MINIMUMPRIORITY"] = "debug" },
            ["s"] = new Dictionary<string, string> { ["k"] = "from the Secret s" },
        };
        var variables = ChartEnvironment.Read(chart, users);
        foreach (var name in (string[])["TLSSERVER_CERTFILE", "TLSSERVER_KEYFILE", "TLSSERVER_CACERTFILE"])
        {
            if (certificates is not null && variables.TryGetValue(name, out var path))
            {
                variables[name] = path.Replace("/etc/certs/server", certificates.Folder, StringComparison.Ordinal);
            }
        }

        return new(variables.Concat(ServiceLinks));
    }
}
