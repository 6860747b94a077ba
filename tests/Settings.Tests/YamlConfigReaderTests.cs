using System.Text;

namespace Saker.Settings.Tests;

public sealed class YamlConfigReaderTests
{
    [Theory]
    [InlineData("- a\n- b\n", "f:1:1: The file must be a map")]
    [InlineData("just text\n", "f:1:1: The file must be a map")]
    [InlineData("webhook:\n\taddress: x\n", "f:2:1: This is not valid YAML: ")]
    [InlineData("webhook: {address: \"x\"\n", "f:1:10: This is not valid YAML: the bracket that opens here is not closed; a ',' or '}' was expected at line 2, column 1.")]
    [InlineData("webhook:\n  address: \"x\n", "f:2:12: This is not valid YAML: the quotation mark that opens here is not closed.")]
    [InlineData("a: [b, {c: d]\n", "f:1:8: This is not valid YAML: the bracket that opens here is not closed; a ',' or '}' was expected at line 1, column 13.")]
    [InlineData("a: 1\nb: 2\na: 3\n", "f:3:1: a: This key stands at line 1 already")]
    [InlineData("a: 1\n---\nb: 2\n", "f:2:1: A second YAML document")]
    [InlineData("customtags: [a, b\nlistenport: 2801\n", "f:1:13: This is not valid YAML: the bracket that opens here is not closed")]
    [InlineData("a: 1\nb: {c: [d, e}\n", "f:2:")]
    [InlineData("a: *nobody\n", "f:1:4: This is not valid YAML: No value before this one has the anchor 'nobody'.")]
    [InlineData("a: &x [*x]\n", "f:1:8: This is not valid YAML: No value before this one has the anchor 'x'.")]
    [InlineData("[webhook]\naddress = \"x\"\n", "f: TOML is not read; write the same settings as YAML")]
    [InlineData("# c\naddress = \"x\"\n", "f: TOML is not read; write the same settings as YAML")]
    public void What_cannot_be_read_is_said_with_its_place(string yaml, string begin)
    {
        var faults = new ConfigFaults();
        YamlConfigReader.Read("f", Encoding.UTF8.GetBytes(yaml), faults);
        Assert.StartsWith(begin, Assert.Single(faults.All).ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("# nothing\n")]
    [InlineData("---\n")]
    [InlineData("{}")]
    [InlineData("~")]
    public void Nothing_is_an_empty_map(string yaml)
    {
        var faults = new ConfigFaults();
        Assert.Empty(YamlConfigReader.Read("f", Encoding.UTF8.GetBytes(yaml), faults).Entries);
        Assert.Empty(faults.All);
    }

    [Fact]
    public void Anchors_merge_keys_byte_order_mark_and_CRLF_are_understood()
    {
        var faults = new ConfigFaults();
        var map = YamlConfigReader.Read("f", Encoding.UTF8.GetBytes("\uFEFFx: &a {k: 1, l: 2}\r\ny:\r\n  <<: *a\r\n  l: 3\r\n"), faults);
        Assert.Empty(faults.All);
        var y = Assert.IsType<ConfigMap>(map.Find("Y")?.Value);
        Assert.Equal("1", Assert.IsType<ConfigScalar>(y.Find("k")?.Value).Text);
        Assert.Equal("3", Assert.IsType<ConfigScalar>(y.Find("l")?.Value).Text);
    }

    [Fact]
    public void JSON_is_read_as_YAML()
    {
        var faults = new ConfigFaults();
        var map = YamlConfigReader.Read("f.json", """{"webhook":{"address":"http://h/j"}}"""u8, faults);
        Assert.Empty(faults.All);
        var webhook = Assert.IsType<ConfigMap>(map.Find("webhook")?.Value);
        Assert.Equal("http://h/j", Assert.IsType<ConfigScalar>(webhook.Find("address")?.Value).Text);
    }

    [Fact]
    public void Invalid_UTF8_names_its_line()
    {
        var faults = new ConfigFaults();
        YamlConfigReader.Read("f", [.. "customfields:\n  a: "u8, 0xFF, 0xFE, .. "\n"u8], faults);
        Assert.Equal("f:2:1: This line is not valid UTF-8; save the file as UTF-8.", Assert.Single(faults.All).ToString());
    }

    [Theory]
    [InlineData("[", 100_000)]
    [InlineData("{a: ", 100_000)]
    public void Deep_nesting_is_a_fault_and_no_crash(string open, int times)
    {
        var faults = new ConfigFaults();
        YamlConfigReader.Read("f", Encoding.UTF8.GetBytes("a: " + string.Concat(Enumerable.Repeat(open, times))), faults);
        Assert.Contains("nested deeper", Assert.Single(faults.All).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Aliases_and_merges_cannot_multiply_without_bound()
    {
        var yaml = new StringBuilder("a0: &a0 {x: 1}\n");
        for (var level = 1; level < 30; level++)
        {
            yaml.Append(System.Globalization.CultureInfo.InvariantCulture, $"a{level}: &a{level} {{<<: [*a{level - 1}, *a{level - 1}], k{level}: [*a{level - 1}, *a{level - 1}]}}\n");
        }

        var faults = new ConfigFaults();
        YamlConfigReader.Read("f", Encoding.UTF8.GetBytes(yaml.ToString()), faults);
        Assert.True(faults.All.Count <= 1);
    }
}
