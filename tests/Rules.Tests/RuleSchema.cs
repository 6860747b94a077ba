using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Json.Schema;
using Saker.Rules.Diagnostics;
using Saker.Rules.Loading;
using Saker.Rules.Yaml;
using Saker.Testing;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;
using YamlNode = YamlDotNet.RepresentationModel.YamlNode;

namespace Saker.Rules.Tests;

/// <summary>The schema of rule files (<c>saker-detector rules schema</c>), held against what the loader reads.</summary>
public class RuleSchema
{
    private const string Rule = "- rule: r\n  desc: d\n  condition: evt.type = open\n  output: o\n  priority: INFO\n";

    private static readonly JsonObject Text = JsonNode.Parse(File.ReadAllText(Path.Combine(SharedData.ProjectRoot, "src", "Detector", "Cli", "rules.schema.json")))!.AsObject();
    private static readonly JsonSchema Schema = JsonSchema.FromText(Text.ToJsonString());

    public static TheoryData<string> Recorded => [.. Directory.GetFiles(RecordedData.Path("falco", "expected", "validate"), "*.yaml").Select(static file => Path.GetFileNameWithoutExtension(file)!).Order(StringComparer.Ordinal)];

    [Fact]
    public void Items_have_the_keys_that_the_loader_knows()
    {
        Assert.Equal(RuleItemReader.Keys.Order(StringComparer.Ordinal), Keys("rule"));
        Assert.Equal(RuleFileReader.MacroKeys.Order(StringComparer.Ordinal), Keys("macro"));
        Assert.Equal(RuleFileReader.ListKeys.Order(StringComparer.Ordinal), Keys("list"));
        Assert.Equal(["comps", "fields", "name", "values"], Keys("exception")); // all that ExceptionReader looks for
    }

    [Theory]
    [InlineData("rule", Rule)]
    [InlineData("macro", "- macro: r\n  condition: evt.type = open\n")]
    [InlineData("list", "- list: r\n  items: [a]\n")]
    public void What_may_be_appended_and_replaced_is_what_the_loader_takes(string kind, string defined)
    {
        foreach (var key in RuleItemReader.Keys.Concat(["items", "nonsense"]))
        {
            foreach (var operation in (string[])["append", "replace", "change"])
            {
                var item = $"- {kind}: r\n  override: {{{key}: {operation}}}\n";
                var taken = !Load(defined + item).Diagnostics.Any(finding => finding.Code == DiagnosticCode.YamlValidate && finding.Message.Contains($"'{key}'", StringComparison.Ordinal)
                    && (finding.Message.Contains("cannot be", StringComparison.Ordinal) || finding.Message.Contains("is no override", StringComparison.Ordinal)));
                Assert.True(taken == IsValid(item), $"{kind} {key}: {operation}: the loader {(taken ? "takes" : "refuses")} it.");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Recorded))]
    public void Of_recorded_files_it_refuses_none_that_loads_and_all_with_keys_that_mean_nothing(string name)
    {
        var text = File.ReadAllText(RecordedData.Path("falco", "expected", "validate", name + ".yaml"));
        var set = Load(text);
        bool isValid;
        try
        {
            isValid = IsValid(text);
        }
        catch (YamlException)
        {
            return; // Falco's YAML is not that of editors, which say so before any schema does.
        }

        var isOdd = set.Diagnostics.Any(static finding => finding.Code is DiagnosticCode.UnknownKey or DiagnosticCode.UnknownItem);
        Assert.True(isValid || isOdd || !set.Successful);
        Assert.False(isValid && isOdd);
    }

    [Theory]
    [InlineData("  enabled: maybe\n")]
    [InlineData("  tags: a\n")]
    [InlineData("  tags: [[a]]\n")]
    [InlineData("  exceptions: {name: e}\n")]
    [InlineData("  exceptions: [{fields: [proc.name]}]\n")]
    [InlineData("  exceptions: [{name: e, fields: [proc.name], values: a}]\n")]
    [InlineData("  capture: perhaps\n")]
    [InlineData("  capture_duration: -1\n")]
    [InlineData("  capture_duration: soon\n")]
    [InlineData("  warn_evttypes: 7\n")]
    [InlineData("  skip-if-unknown-filter: [a]\n")]
    [InlineData("  append: often\n")]
    [InlineData("  override: all\n")]
    [InlineData("  enabeld: true\n")]
    [InlineData("- lst: a\n")]
    [InlineData("- macro: m\n  condition: [a]\n")]
    [InlineData("- list: l\n  items: a\n")]
    [InlineData("- list: l\n  items: [{a: b}]\n")]
    [InlineData("- list: l\n  items: [a]\n  item: [b]\n")]
    [InlineData("- required_engine_version: [1]\n")]
    [InlineData("- required_plugin_versions: {name: p, version: 1.0.0}\n")]
    [InlineData("- required_plugin_versions: [{name: p}]\n")]
    [InlineData("- required_plugin_versions: [{name: p, version: new}]\n")]
    [InlineData("- a\n")]
    public void What_is_wrong_is_wrong_for_both(string more)
    {
        Assert.True(IsValid(Rule));
        Assert.Empty(Load(Rule).Diagnostics);
        Assert.False(IsValid(Rule + more));
        Assert.NotEmpty(Load(Rule + more).Diagnostics);
    }

    [Theory]
    [InlineData(true, "EMERGENCY", "alert", "Critical", "eRROR", "warning", "NOTICE", "informational", "Info", "debug")]
    [InlineData(false, "emerg", "crit", "ERR", "warn", "notic", "inform", "debugging", "loud", "7")]
    public void Priorities_are_those_that_the_loader_reads(bool areSome, params string[] priorities) => Assert.All(priorities, priority =>
    {
        var text = Rule.Replace("INFO", priority, StringComparison.Ordinal);
        Assert.Equal((areSome, areSome), (Load(text).Successful, IsValid(text)));
    });

    [Fact]
    public void Rules_of_ours_and_of_the_seed_are_valid()
    {
        var own = Directory.GetFiles(Path.Combine(SharedData.ProjectRoot, "config", "rules"), "*.yaml");
        Assert.True(own.Length > 5);
        Assert.All(own.Append(RecordedData.Path("seed", "rules.yaml")), static file => Assert.True(IsValid(File.ReadAllText(file)), file));
    }

    [Fact]
    public void Rules_of_Falco_are_valid()
    {
        var files = Directory.GetFiles(SharedData.Path("falco", "rules"), "*.yaml");
        Assert.True(files.Length >= 3);
        Assert.All(files, static file => Assert.True(IsValid(File.ReadAllText(file)), file));
    }

    private static IEnumerable<string> Keys(string definition) =>
        Text["definitions"]![definition]!["properties"]!.AsObject().Select(static property => property.Key).Order(StringComparer.Ordinal);

    private static RuleSet Load(string text) => RuleLoader.Load([new RuleFile("r.yaml", text)], FalcoSource.Options());

    /// <summary>Whether every document of a file is as the schema says; an empty one holds nothing that could be wrong.</summary>
    private static bool IsValid(string text)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(text));
        return stream.Documents.Select(static document => Json(document.RootNode)).Where(static node => node is not null)
            .All(static node => Schema.Evaluate(JsonSerializer.SerializeToElement(node)).IsValid);
    }

    // As editors read YAML: what is plain may be a number, true, false or nothing.
    private static JsonNode? Json(YamlNode node) => node switch
    {
        YamlMappingNode mapping => new JsonObject(mapping.Children.Select(static pair => KeyValuePair.Create(pair.Key.ToString(), Json(pair.Value)))),
        YamlSequenceNode sequence => new JsonArray([.. sequence.Children.Select(Json)]),
        YamlScalarNode { Style: ScalarStyle.Plain, Value: var plain } => plain switch
        {
            "" or "~" or "null" => null,
            "true" => true,
            "false" => false,
            _ when long.TryParse(plain, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) => whole,
            _ when double.TryParse(plain, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) => number,
            _ => plain,
        },
        YamlScalarNode scalar => scalar.Value,
        _ => throw new InvalidDataException($"A node of kind {node.NodeType}."),
    };
}
