using System.Text;
using System.Text.RegularExpressions;
using Saker.Router.Cli;
using Saker.Router.Configuration;
using Saker.Router.Options;
using Saker.Settings;
using Saker.Testing;

namespace Saker.Router.Tests.Configuration;

/// <summary>
/// Full configurations with seeded damage, read the way the start, <c>config</c> and a reload read them: whatever stands in a file or in a
/// variable, what comes is sentences with a place and never an exception.
/// </summary>
public sealed partial class MutatedConfigurationTests : IDisposable
{
    private const string Marks = "[]{}:,&*!|>'\"%@`#-?~=\\<\t \n\r\0é\u2028\u0085";

    private static readonly string[] Pieces =
    [
        "[a, b", "{a: ", "<<: *x", "&x ", "*x", "- ", "? ", ": ", "---\n", "...\n", "%YAML 9.9\n", "!!binary ", "!<", "|9\n", ">-\n", "'", "\"\\q\"", "\"\\ud800\"", "0x", "-1",
        "99999999999999999999", "1e999", "{{", "}}", "{{ .X", "https://", "http://[::1", "http://a b", "~", "null", "yes", "1h1", "µs", "${HOME}", "\u0000", "\uffff", "type: webhook",
        "  ", "\n", "a: b: c", "? [a]: b", "- - -", "&a [*a]", "info", "file", "/dev/null", "/", "../..", "[[[[[[[[[[", "{{{{{{{{{{", "=", "listenport = 1",
    ];

    private readonly string folder = Directory.CreateTempSubdirectory("saker-mutated").FullName;

    public static TheoryData<string> Files() => [.. Directory.EnumerateFiles(Path.Combine(SharedData.ProjectRoot, "config", "examples"), "*.yaml").Select(static path => Path.GetFileName(path)), "router.yaml", "every key"];

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [MemberData(nameof(Files))]
    public async Task A_damaged_file_is_told_in_sentences(string name)
    {
        var text = Text(name);
        var random = new Random(Fuzz.Seed + (name.Length * 7919));
        for (var round = 0; round < Fuzz.Rounds(150); round++)
        {
            await CheckAsync(Damage(text, random), round % 2 == 0 ? [] : new() { ["CONFIG_ONERROR"] = "ignore" }, $"{name}, round {round}");
        }
    }

    [Theory]
    [InlineData("customtags: [a, b\n", 1)]
    [InlineData("listenport: 1\ncustomtags: [a, b\nslack: {webhookurl: x}\n", 2)]
    [InlineData("slack: {webhookurl: http://h, channel: '#a'\nwebhook: {}\n", 1)]
    [InlineData("slack:\n  channel: \"#a\n", 2)]
    [InlineData("slack:\n\tchannel: a\n", 2)]
    [InlineData("a: *nobody\n", 1)]
    [InlineData("a: &x [*x]\n", 1)]
    [InlineData("- a\n- b\n", 1)]
    [InlineData("a: b: c\n", 1)]
    [InlineData("a: {b: [c, {d: e]}\n", 1)]
    [InlineData("a: !<x\n", 1)]
    [InlineData("a: |9x\n  b\n", 1)]
    [InlineData("? [a]: b\n", 1)]
    [InlineData("%YAML 9.9\n---\na: b\n", 1)]
    [InlineData("a: 'b\n", 1)]
    public async Task What_is_no_YAML_is_told_at_its_line(string yaml, int line)
    {
        var configuration = await CheckAsync(yaml, [], yaml);
        Assert.True(configuration.IsRefused);
        Assert.Equal(line, configuration.Faults[0].Source.Line);
    }

    [Fact]
    public async Task Damaged_variables_are_told_in_sentences()
    {
        var random = new Random(Fuzz.Seed + 4711);
        var names = OutputCatalogue.Default.All.SelectMany(output => VariableTable.Of(OptionSchema.For(output.OptionsType), output.Descriptor.Type))
            .Concat(VariableTable.Of(OptionSchema.For(typeof(RouterOptions)), "")).Select(static row => row.Variable).ToList();
        for (var round = 0; round < Fuzz.Rounds(1000); round++)
        {
            var variables = names.Where(_ => random.Next(3) == 0).ToDictionary(static name => name, _ => Word(random), StringComparer.Ordinal);
            await CheckAsync("", variables, $"round {round}");
        }
    }

    private async Task<RouterConfiguration> CheckAsync(string yaml, Dictionary<string, string> variables, string what)
    {
        var file = Path.Combine(folder, "c.yaml");
        await File.WriteAllTextAsync(file, yaml, TestContext.Current.CancellationToken);
        try
        {
            var configuration = RouterConfigurationLoader.Load(file, new EnvironmentVariables(variables), OutputCatalogue.Default);
            using var output = new StringWriter();
            using var errors = new StringWriter();
            await ConfigCommand.RunAsync(configuration, json: false, output, errors);
            foreach (var line in errors.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                Assert.Matches("^(error|warning|notice): [^:]+:", line);
                Assert.DoesNotContain("Exception", line, StringComparison.Ordinal);
                Assert.DoesNotContain("System.", line, StringComparison.Ordinal);
                Assert.DoesNotContain("YamlDotNet", line, StringComparison.Ordinal);
            }

            Assert.All(configuration.Faults, static fault => Assert.True(fault.Source.IsVariable || fault.Source.Name.EndsWith("c.yaml", StringComparison.Ordinal)));
            Assert.Equal(configuration.IsRefused, configuration.Faults.Any(static fault => fault.Severity == FaultSeverity.Error));
            return configuration;
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            throw new InvalidOperationException($"{what}:\n{yaml}\n{string.Join('\n', variables)}", exception);
        }
    }

    private static string Damage(string text, Random random)
    {
        for (var times = random.Next(1, 4); times > 0 && text.Length > 1; times--)
        {
            var at = random.Next(text.Length);
            var lines = text.Split('\n');
            var line = random.Next(lines.Length);
            text = random.Next(9) switch
            {
                0 => text.Remove(at, 1),
                1 => text.Insert(at, Marks[random.Next(Marks.Length)].ToString()),
                2 => text.Insert(at, Pieces[random.Next(Pieces.Length)]),
                3 => text[..at],
                4 => string.Join('\n', lines.Where((_, index) => index != line)),
                5 => string.Join('\n', lines.SelectMany((present, index) => index == line ? new[] { present, present } : [present])),
                6 => string.Join('\n', lines.Select((present, index) => index == line ? new string(' ', random.Next(5)) + present.TrimStart() : present)),
                7 => string.Join('\n', lines.Select((present, index) => index == line ? AfterColon(present, Word(random)) : present)),
                _ => string.Join('\n', lines.Select((present, index) => index == line ? lines[random.Next(lines.Length)] : present)),
            };
        }

        return text;
    }

    private static string AfterColon(string line, string value) =>
        line.IndexOf(": ", StringComparison.Ordinal) is var colon and > 0 ? $"{line[..colon]}: {value}" : $"{line}{value}";

    private static string Word(Random random) =>
        string.Concat(Enumerable.Range(0, random.Next(1, 4)).Select(_ => random.Next(2) == 0 ? Pieces[random.Next(Pieces.Length)] : Marks[random.Next(Marks.Length)].ToString()));

    private static string Text(string name) => name switch
    {
        "every key" => EveryKey(),
        "router.yaml" => File.ReadAllText(Path.Combine(SharedData.ProjectRoot, "config", name)),
        // Every key stands there behind a '#': without it, each is in use.
        _ => CommentedKey().Replace(File.ReadAllText(Path.Combine(SharedData.ProjectRoot, "config", "examples", name)), "    $1"),
    };

    /// <summary>Every key of the router with its default, and some of Falcosidekick's outputs that this version may lack.</summary>
    private static string EveryKey()
    {
        var yaml = new StringBuilder();
        Write(yaml, OptionSchema.For(typeof(RouterOptions)), "");
        return yaml.Append("slack: {webhookurl: https://hooks.slack.com/services/x, minimumpriority: warning}\n")
            .Append("webhook:\n  address: https://example.com/a?b=c\n  customheaders: Authorization:Bearer x\n  when: proc.name = sh and k8s.ns.name in (a, b)\n")
            .Append("pagerduty: {routingkey: x}\naws: {region: eu-west-1, sns: {topicarn: a}}\n")
            .Append("outputs:\n  one: &one\n    type: webhook\n    address: http://h/\n  two:\n    <<: *one\n    method: put\n").ToString();

        static void Write(StringBuilder yaml, OptionSchema schema, string indent)
        {
            foreach (var key in schema.Keys)
            {
                yaml.Append(indent).Append(key.Name).Append(':');
                if (key.Kind == OptionKind.Section)
                {
                    yaml.Append('\n');
                    Write(yaml, key.Section, indent + "  ");
                    continue;
                }

                var text = ValueDisplay.Of(key, key.Default);
                yaml.Append(' ').Append(text.Length == 0 ? "''" : text).Append('\n');
            }
        }
    }

    [GeneratedRegex("^    # ([a-z]+: .*)$", RegexOptions.Multiline)]
    private static partial Regex CommentedKey();
}
