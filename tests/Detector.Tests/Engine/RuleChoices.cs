using System.Text.Json;
using Microsoft.Extensions.Logging;
using Saker.Detector.Cli;
using Saker.Detector.Configuration;
using Saker.Detector.Hosting;
using Saker.Settings;
using Saker.Testing;

namespace Saker.Detector.Tests.Engine;

/// <summary>What the configuration says about rules after they are loaded: which are on, and what their alerts say besides.</summary>
public sealed class RuleChoices : IDisposable
{
    private const string Rules = """
        - rule: Open one
          desc: opens
          condition: evt.type = openat
          output: "opened %fd.name"
          priority: INFO
          tags: [files, opens]
        - rule: Open two
          desc: opens in another way
          condition: evt.type = openat2
          output: "opened %fd.name"
          priority: INFO
          tags: [files]
        - rule: Removal
          desc: is off
          condition: evt.type = unlinkat
          output: "removed %evt.arg.name"
          priority: WARNING
          enabled: false
        """;

    private readonly string folder = Directory.CreateTempSubdirectory("saker-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("Open one,Open two")]
    [InlineData("Open two", "rules[].disable.rule=Open one")]
    [InlineData("", "rules[].disable.rule=Open*")]
    [InlineData("Open two", "rules[].disable.tag=opens")]
    [InlineData("Open one,Open two,Removal", "rules[].enable.rule=Removal")]
    [InlineData("Open one", "rules[].disable.rule=*", "rules[].enable.tag=opens")]
    [InlineData("Removal", "rules=[{disable: {tag: files}}, {enable: {rule: Removal}}]")]
    [InlineData("Open one,Open two", "rules[].disable.rule=Open t", "rules[].disable.tag=file")]
    public async Task Rules_are_switched_by_name_pattern_and_tag_in_the_order_given(string expected, params string[] settings)
    {
        var (code, alerts, _) = await ReplayAsync("", settings);
        Assert.Equal(0, code);
        Assert.Equal(expected, string.Join(',', alerts.Select(Name).Distinct().Order(StringComparer.Ordinal)));
    }

    [Fact]
    public async Task A_choice_that_fits_no_rule_is_told_and_one_that_chooses_nothing_is_an_error()
    {
        var (code, _, log) = await ReplayAsync("", "rules[].enable.rule=Opne one");
        Assert.Equal(0, code);
        Assert.Contains("no loaded rule is named 'Opne one'", log, StringComparison.Ordinal);

        var (_, _, faults) = await ReplayAsync("rules:\n  - enable: {}\n  - disabel: {rule: a}\n");
        Assert.Contains("rules[0].enable: This switches nothing", faults, StringComparison.Ordinal);
        Assert.Contains("rules[1].disabel: There is no such key; did you mean 'disable'?", faults, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Output_and_fields_are_added_to_the_rules_that_fit()
    {
        var (code, alerts, _) = await ReplayAsync("""
            append_output:
              - match: {rule: Open one, source: syscall, tags: [opens]}
                extra_output: "by %proc.name"
                extra_fields:
                  - evt.num
                  - proc.aname[2]
                  - where: "%fd.directory, number %evt.num"
              - match: {tags: [files]}
                extra_output: "(%evt.type)"
              - match: {source: k8s_audit}
                extra_output: never
            """);
        Assert.Equal(0, code);
        var one = alerts.Find(static alert => Name(alert) == "Open one");
        var fields = one.GetProperty("output_fields");
        Assert.EndsWith($"opened {fields.GetProperty("fd.name").GetString()} by {fields.GetProperty("proc.name").GetString()} (openat)", one.GetProperty("output").GetString(), StringComparison.Ordinal);
        Assert.Equal(JsonValueKind.Number, fields.GetProperty("evt.num").ValueKind);
        Assert.EndsWith($", number {fields.GetProperty("evt.num")}", fields.GetProperty("where").GetString(), StringComparison.Ordinal);
        Assert.True(fields.TryGetProperty("proc.aname[2]", out _));
        var names = fields.EnumerateObject().Select(static field => field.Name).ToList();
        Assert.Equal(names.Order(StringComparer.Ordinal), names);

        var two = alerts.Find(static alert => Name(alert) == "Open two");
        Assert.EndsWith("(openat2)", two.GetProperty("output").GetString(), StringComparison.Ordinal);
        Assert.False(two.GetProperty("output_fields").TryGetProperty("where", out _));
    }

    [Fact]
    public async Task The_suggested_output_is_the_container_and_the_pod()
    {
        var (_, alerts, _) = await ReplayAsync("append_output:\n  - suggested_output: true\n");
        Assert.Matches(
            "^.* opened .* container_id=.* container_name=.* container_image_repository=.* container_image_tag=.* k8s_pod_name=.* k8s_ns_name=.*$",
            alerts[0].GetProperty("output").GetString());
        Assert.Equal(JsonValueKind.String, alerts[0].GetProperty("output_fields").GetProperty("container.id").ValueKind);
    }

    [Fact]
    public async Task The_command_line_adds_to_every_message()
    {
        string file = Path.Combine(folder, "detector.yaml"), rules = Path.Combine(folder, "rules.yaml"), alerts = Path.Combine(folder, "alerts.jsonl");
        await File.WriteAllTextAsync(rules, Rules, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(file, $"stdout_output: {{enabled: false}}\nfile_output: {{enabled: true, filename: {alerts}}}\nlog_stderr: false\n", TestContext.Current.CancellationToken);
        string[] arguments = ["replay", RecordedData.Path("falco", "captures", "live-files.scap"), "-c", file, "-r", rules, "-pk", "-p", "number=%evt.num"];
        Assert.Equal(0, await DetectorCommandLine.Create().Parse(arguments).InvokeAsync(cancellationToken: TestContext.Current.CancellationToken));
        var first = (await File.ReadAllLinesAsync(alerts, TestContext.Current.CancellationToken))[0];
        Assert.Matches("opened .* container_id=.* k8s_pod_name=.* number=[0-9]+$", first);
    }

    [Fact]
    public async Task Mistakes_in_what_is_added_are_all_told_and_nothing_starts()
    {
        var (code, alerts, log) = await ReplayAsync("append_output:\n  - extra_output: '%proc.nme'\n    extra_fields: [evt.nmu, {a: '%fd.nam'}]\n");
        Assert.Equal(1, code);
        Assert.Empty(alerts);
        Assert.Matches(@"detector\.yaml:\d+:\d+: append_output\[0\]\.extra_output: ", log);
        Assert.Matches(@"detector\.yaml:\d+:\d+: append_output\[0\]\.extra_fields\.evt\.nmu: ", log);
        Assert.Contains("(did you mean proc.name?)", log, StringComparison.Ordinal);
        Assert.Contains("append_output[0].extra_fields.evt.nmu: ", log, StringComparison.Ordinal);
        Assert.Contains("append_output[0].extra_fields.a: ", log, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("rule: Nope", "no loaded rule is named 'Nope'")]
    [InlineData("source: nope", "no loaded rule has the source 'nope'")]
    [InlineData("tags: [nope]", "no loaded rule has the tag 'nope'")]
    public async Task What_is_added_to_no_rule_is_told(string match, string reason)
    {
        var (code, _, log) = await ReplayAsync($"append_output:\n  - match: {{{match}}}\n    extra_output: x\n");
        Assert.Equal(0, code);
        Assert.Matches(@"detector\.yaml:\d+:\d+: append_output\[0\]", log);
        Assert.Contains($"append_output[0].match: {reason}; nothing is added by this entry.", log, StringComparison.Ordinal);
    }

    private static string Name(JsonElement alert) => alert.GetProperty("rule").GetString()!;

    private async Task<(int Code, List<JsonElement> Alerts, string Log)> ReplayAsync(string configuration, params string[] settings)
    {
        string file = Path.Combine(folder, "detector.yaml"), rules = Path.Combine(folder, "rules.yaml"), alerts = Path.Combine(folder, $"{Guid.NewGuid():N}.jsonl");
        await File.WriteAllTextAsync(rules, Rules, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(file, $"""
            json_output: true
            stdout_output: {"{"}enabled: false{"}"}
            file_output: {"{"}enabled: true, keep_alive: true, filename: {alerts}{"}"}
            engine:
              kind: replay
              replay: {"{"}capture_file: {RecordedData.Path("falco", "captures", "live-files.scap")}{"}"}
            {configuration}
            """, TestContext.Current.CancellationToken);
        var loaded = DetectorConfiguration.Load(file, settings, EnvironmentVariables.None);
        var log = new StringWriter();
        foreach (var fault in loaded.Faults.All)
        {
            await log.WriteLineAsync(fault.ToString());
        }

        using var logging = LoggerFactory.Create(builder => builder.AddProvider(new WriterProvider(log)));
        var code = loaded.Faults.HasErrors ? 1 : await new DetectorHost(loaded, [rules], TimeProvider.System, logging.CreateLogger("detector")).RunAsync(TestContext.Current.CancellationToken);
        List<JsonElement> lines = File.Exists(alerts) ? [.. (await File.ReadAllLinesAsync(alerts, TestContext.Current.CancellationToken)).Select(static line => JsonDocument.Parse(line).RootElement)] : [];
        return (code, lines, log.ToString());
    }

    private sealed class WriterProvider(StringWriter writer) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (writer)
            {
                writer.WriteLine(formatter(state, exception));
            }
        }

        public void Dispose()
        {
        }
    }
}
