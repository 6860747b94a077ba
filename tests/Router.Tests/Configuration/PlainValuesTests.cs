using Saker.Router.Configuration;
using Saker.Settings;

namespace Saker.Router.Tests.Configuration;

/// <summary>What strict mode makes of numbers and truth values in a file, beside the recorded cases.</summary>
public sealed class PlainValuesTests : IDisposable
{
    private const string Yaml =
        """
        customfields: {version: 1.0, quoted: "1.0", flag: true, gone: null, port: 0x1f, word: yes, day: 2026-01-02}
        templatedfields: {level: 010}
        customtags: [1.50, "1.50", False, a]
        """;

    private readonly string folder = Directory.CreateTempSubdirectory("saker-plain").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("1", "1")]
    [InlineData("1.0", "1")]
    [InlineData("1.50", "1.5")]
    [InlineData("-1.5", "-1.5")]
    [InlineData("+3", "3")]
    [InlineData(".5", "0.5")]
    [InlineData("5.", "5")]
    [InlineData("1e3", "1000")]
    [InlineData("1.5e-7", "0.00000015")]
    [InlineData("1e22", "10000000000000000000000")]
    [InlineData("123456789.125", "123456789.125")]
    [InlineData("0.1", "0.1")]
    [InlineData("-0", "0")]
    [InlineData("-0.0", "-0")]
    [InlineData("0123", "83")]
    [InlineData("089", "89")]
    [InlineData("0x1F", "31")]
    [InlineData("0o17", "15")]
    [InlineData("0b101", "5")]
    [InlineData("1_000", "1000")]
    [InlineData("18446744073709551615", "18446744073709551615")]
    [InlineData("18446744073709551616", "18446744073709552000")]
    [InlineData("True", "1")]
    [InlineData("FALSE", "0")]
    [InlineData(".inf", "+Inf")]
    [InlineData("-.Inf", "-Inf")]
    [InlineData(".nan", "NaN")]
    [InlineData("yes", "yes")]
    [InlineData("on", "on")]
    [InlineData("1.2.3", "1.2.3")]
    [InlineData("10.0.0.1", "10.0.0.1")]
    [InlineData("0x", "0x")]
    [InlineData("-", "-")]
    [InlineData("1h", "1h")]
    [InlineData("1e999", "1e999")]
    [InlineData("tRUE", "tRUE")]
    public void A_value_without_quotes_has_Gos_form(string written, string expected) => Assert.Equal(expected, PlainValues.Text(written));

    [Fact]
    public void Strict_mode_writes_what_a_file_adds_to_alerts_as_Falcosidekick_does()
    {
        var strict = Load(Yaml + "\nstrictcompatibility: true\n");
        Assert.Empty(strict.Faults);
        Assert.Equal(
            new Dictionary<string, string> { ["version"] = "1", ["quoted"] = "1.0", ["flag"] = "1", ["port"] = "31", ["word"] = "yes", ["day"] = "2026-01-02" },
            strict.Router.CustomFields);
        Assert.Equal("8", strict.Router.TemplatedFields["level"]);
        Assert.Equal(["1.5", "1.50", "0", "a"], strict.Router.CustomTags);
    }

    [Fact]
    public void Otherwise_a_text_is_what_was_written_and_a_variable_always_is()
    {
        var loose = Load(Yaml);
        Assert.Equal(["1.0", "1.0", "true", "", "0x1f", "yes", "2026-01-02"], loose.Router.CustomFields.Values);
        Assert.Equal(["1.50", "1.50", "False", "a"], loose.Router.CustomTags);
        var byVariable = Load("strictcompatibility: true\n", ("CUSTOMFIELDS", "version:1.0,flag:true"));
        Assert.Equal(["1.0", "true"], byVariable.Router.CustomFields.Values);
    }

    private RouterConfiguration Load(string yaml, params (string Name, string Value)[] variables)
    {
        var file = Path.Combine(folder, "router.yaml");
        File.WriteAllText(file, yaml);
        return RouterConfigurationLoader.Load(file, new EnvironmentVariables(variables.ToDictionary(static pair => pair.Name, static pair => pair.Value)), new OutputCatalogue());
    }
}
