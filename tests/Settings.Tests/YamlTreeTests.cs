using System.Globalization;
using System.Text;

namespace Saker.Settings.Tests;

/// <summary>What the reader makes of a file, value by value: <c>line:column</c> before each, <c>~</c> for nothing.</summary>
public sealed class YamlTreeTests
{
    [Theory]
    [InlineData("a: 1\nb: x y # c\n", "1:1{a@1:1=1:4'1' b@2:1=2:4'x y'}")]
    [InlineData("# c\n\na: [x, \"y\", 'z']\n", "3:1{a@3:1=3:4[3:5'x' 3:8'y' 3:13'z']}")]
    [InlineData("a:\n  - x\n  - - y\n    - z\n", "1:1{a@1:1=2:3[2:5'x' 3:5[3:7'y' 4:7'z']]}")]
    [InlineData("a:\n  b: {c: d, e: }\nf: []\n", "1:1{a@1:1=2:3{b@2:3=2:6{c@2:7=2:10'd' e@2:13=2:16~}} f@3:1=3:4[]}")]
    [InlineData("a:\nb: ~\nc: null\nd: Null\ne: NULL\nf: nULL\n", "1:1{a@1:1=1:3~ b@2:1=2:4~ c@3:1=3:4~ d@4:1=4:4~ e@5:1=5:4~ f@6:1=6:4'nULL'}")]
    [InlineData("a: ''\nb: '~'\nc: \"null\"\n", "1:1{a@1:1=1:4'' b@2:1=2:4'~' c@3:1=3:4'null'}")]
    [InlineData("A: 1\na: 2\n", "1:1{A@1:1=1:4'1' a@2:1=2:4'2'}")]
    [InlineData("x: &s text\ny: *s\nz: [*s, *s]\n", "1:1{x@1:1=1:4'text' y@2:1=1:4'text' z@3:1=3:4[1:4'text' 1:4'text']}")]
    [InlineData("x: &l [a]\ny: *l\n", "1:1{x@1:1=1:4[1:8'a'] y@2:1=1:4[1:8'a']}")]
    [InlineData("x: &a {k: 1, l: 2}\ny:\n  <<: *a\n  l: 3\n", "1:1{x@1:1=1:4{k@1:8=1:11'1' l@1:14=1:17'2'} y@2:1=3:3{l@4:3=4:6'3' k@1:8=1:11'1'}}")]
    [InlineData("x: &a {k: 1}\ny: &b {k: 2, m: 3}\nz: {<<: [*a, *b]}\n", "1:1{x@1:1=1:4{k@1:8=1:11'1'} y@2:1=2:4{k@2:8=2:11'2' m@2:14=2:17'3'} z@3:1=3:4{k@1:8=1:11'1' m@2:14=2:17'3'}}")]
    [InlineData("\"<<\": {k: 1}\n", "1:1{<<@1:1=1:7{k@1:8=1:11'1'}}")]
    [InlineData("a: 0123\nb: no\nc: !!int 5\n", "1:1{a@1:1=1:4'0123' b@2:1=2:4'no' c@3:1=3:4'5'}")]
    [InlineData("\uFEFFa: 1\r\nb: 2\r\n", "1:1{a@1:1=1:4'1' b@2:1=2:4'2'}")]
    [InlineData("%YAML 1.1\n---\na: 1\n...\n", "3:1{a@3:1=3:4'1'}")]
    [InlineData("a: 1\nk = v: 2\n", "1:1{a@1:1=1:4'1' k = v@2:1=2:8'2'}")]
    public void Every_value_stands_in_the_tree_as_written_and_with_its_place(string yaml, string tree)
    {
        var faults = new ConfigFaults();
        var map = YamlConfigReader.Read("f", Encoding.UTF8.GetBytes(yaml), faults);
        Assert.Equal((tree, ""), (Tree(map), string.Join('\n', faults.All)));
    }

    [Theory]
    [InlineData("", "f: nothing")]
    [InlineData("# c\n", "f: nothing")]
    [InlineData("~", "1:1~")]
    [InlineData("x", "1:1'x'")]
    [InlineData("[a, b]", "1:1[1:2'a' 1:5'b']")]
    public void One_value_is_read_as_it_is(string yaml, string tree)
    {
        var faults = new ConfigFaults();
        var node = YamlConfigReader.Parse("f", yaml, faults);
        Assert.Equal((tree, 0), (node is null ? "f: nothing" : Tree(node), faults.All.Count));
    }

    [Theory]
    [InlineData("a: 1\nb: 2\na: 3\n", true, "1:1{a@1:1=1:4'1' b@2:1=2:4'2'}", "Warning f:3:1: a: This key stands at line 1 already, and that one counts; what stands here has no effect.")]
    [InlineData("a: 1\nb: 2\na: 3\n", false, "1:1{a@1:1=1:4'1' b@2:1=2:4'2'}", "Error f:3:1: a: This key stands at line 1 already; keep one of the two.")]
    [InlineData("a: 1\n---\nb: 2\n", true, "1:1{a@1:1=1:4'1'}", "Warning f:2:1: A second YAML document begins here; only one is read. Put all settings into one.")]
    [InlineData("a: 1\n---\nb: 2\n", false, "1:1{a@1:1=1:4'1'}", "Error f:2:1: A second YAML document begins here; only one is read. Put all settings into one.")]
    [InlineData("a: 1\nx: {<<: [b, {k: 1}]}\n", false, "1:1{a@1:1=1:4'1' x@2:1=2:4{k@2:14=2:17'1'}}", "Error f:2:5: <<: Only maps can be merged in with '<<'.")]
    public void What_can_be_read_in_several_ways_is_told(string yaml, bool asFalco, string tree, string fault)
    {
        var faults = new ConfigFaults();
        var map = YamlConfigReader.Read("f", Encoding.UTF8.GetBytes(yaml), faults, asFalco ? YamlReading.AsFalco : YamlReading.Strict);
        var told = Assert.Single(faults.All);
        Assert.Equal((tree, fault), (Tree(map), $"{told.Severity} {told}"));
    }

    [Theory]
    [InlineData("- a\n", "f:1:1: The file must be a map of keys and their values, as in 'key: value', and is a list.")]
    [InlineData("# c\n~x\n", "f:2:1: The file must be a map of keys and their values, as in 'key: value', and is a text.")]
    [InlineData("a: [b, c\n", "f:1:4: This is not valid YAML: the bracket that opens here is not closed; a ',' or ']' was expected at line 2, column 1.")]
    [InlineData("a: {b: c\n", "f:1:4: This is not valid YAML: the bracket that opens here is not closed; a ',' or '}' was expected at line 2, column 1.")]
    [InlineData("a: [b]\nc: {d: e}\nf: [g, [h]\n", "f:3:4: This is not valid YAML: the bracket that opens here is not closed; a ',' or ']' was expected at line 4, column 1.")]
    [InlineData("a: [b]\nc: {d: e}\n\tf: g\n", "f:3:1: This is not valid YAML: While scanning a mapping, found invalid tab as indentation.")]
    [InlineData("a: [b]\nc: 'd\n", "f:2:4: This is not valid YAML: the quotation mark that opens here is not closed.")]
    [InlineData("a: ['b\n", "f:1:5: This is not valid YAML: the quotation mark that opens here is not closed.")]
    [InlineData("a: b\n c: d\n", "f:2:3: This is not valid YAML: While scanning a plain scalar value, found invalid mapping.")]
    [InlineData("a: b: c\n", "f:1:5: This is not valid YAML: While scanning a plain scalar value, found invalid mapping.")]
    [InlineData("a: @\n", "f:1:5: This is not valid YAML: While scanning for the next token, found character that cannot start any token.")]
    [InlineData("a: |x\n", "f:1:5: This is not valid YAML: While scanning a block scalar, did not find expected comment or line break.")]
    [InlineData("a: \"\\x\"\n", "f:1:7: This is not valid YAML: While scanning a quoted scalar, did not find expected hexadecimal number.")]
    [InlineData("a: [\n", "f:2:1: This is not valid YAML: While parsing a node, did not find expected node content.")]
    [InlineData("a: {", "f:2:1: This is not valid YAML: While parsing a node, did not find expected node content.")]
    [InlineData("a: [b, {c: d}\n", "f:1:4: This is not valid YAML: the bracket that opens here is not closed; a ',' or ']' was expected at line 2, column 1.")]
    [InlineData("a: {\r`", "f:1:4: This is not valid YAML: the bracket that opens here is not closed; a ',' or '}' was expected at line 2, column 1.")]
    [InlineData("a: !![:\n", "f:1:8: This is not valid YAML: what stands here is not understood; look before this place for a bracket or a quotation mark that is not closed.")]
    [InlineData("a: b\n]\n", "f:2:1: This is not valid YAML: While parsing a block mapping, did not find expected key.")]
    [InlineData("[a]: b\n? [c]\n", "f:1:1: This is not valid YAML: A key must be plain text.")]
    [InlineData("a: *b\n", "f:1:4: This is not valid YAML: No value before this one has the anchor 'b'.")]
    [InlineData("a: 1\n[b]: 2\n", "f:2:1: This is not valid YAML: A key must be plain text.")]
    [InlineData("a: 1\n*b : 2\n", "f:2:1: This is not valid YAML: A key must be plain text.")]
    [InlineData("\n # c\n\n[webhook]\naddress = \"x\"\n", "f: TOML is not read; write the same settings as YAML ('section:' and below it '  key: value').")]
    [InlineData("\uFEFFaddress = \"x\"\n", "f: TOML is not read; write the same settings as YAML ('section:' and below it '  key: value').")]
    public void What_cannot_be_read_is_said_at_the_place_where_it_is(string yaml, string expected)
    {
        var faults = new ConfigFaults();
        Assert.Empty(YamlConfigReader.Read("f", Encoding.UTF8.GetBytes(yaml), faults).Entries);
        Assert.Equal(expected, Assert.Single(faults.All).ToString());
    }

    [Theory]
    [InlineData("f.toml", false)]
    [InlineData("F.TOML", false)]
    [InlineData(".toml.yaml", true)]
    public void A_file_that_is_called_TOML_is_not_read(string file, bool read)
    {
        var faults = new ConfigFaults();
        Assert.Equal(read ? 1 : 0, YamlConfigReader.Read(file, "a: 1\n"u8, faults).Entries.Count);
        Assert.Equal(read ? [] : [$"{file}: TOML is not read; write the same settings as YAML ('section:' and below it '  key: value')."], faults.All.Select(fault => $"{fault}"));
    }

    [Theory]
    [InlineData("\u00FF", 1)]
    [InlineData("\n\u00FF\n", 2)]
    [InlineData("a: 1\nb: 2\nc: \u00FF\nd: \u00FF\ne: 3\n", 3)]
    [InlineData("a: 1\nb: 2\nc: \u00FF", 3)]
    public void The_first_line_that_is_not_UTF8_is_named(string latin1, int line)
    {
        var faults = new ConfigFaults();
        Assert.Empty(YamlConfigReader.Read("f", Encoding.Latin1.GetBytes(latin1), faults).Entries);
        Assert.Equal($"f:{line}:1: This line is not valid UTF-8; save the file as UTF-8.", Assert.Single(faults.All).ToString());
    }

    [Fact]
    public void A_file_may_have_16_MiB_and_no_byte_more()
    {
        // 0xFF is no UTF-8, which is found out quicker than all that a large file may hold.
        var content = new byte[(16 << 20) + 1];
        content[0] = 0xFF;
        var faults = new ConfigFaults();
        YamlConfigReader.Read("f", content.AsSpan(1), faults);
        YamlConfigReader.Read("f", content.AsSpan(0, 16 << 20), faults);
        YamlConfigReader.Read("f", content, faults);
        Assert.Equal(
            ["f:1:1: This line is not valid UTF-8; save the file as UTF-8.", "f: The file has more than the 16777216 bytes that are read."],
            faults.All.TakeLast(2).Select(fault => $"{fault}"));
    }

    [Theory]
    [InlineData("[", "]", 65, true)]
    [InlineData("[", "]", 66, false)]
    [InlineData("{k: ", "}", 64, true)]
    [InlineData("{k: ", "}", 65, false)]
    public void Values_may_be_nested_64_deep(string open, string close, int times, bool valid)
    {
        var faults = new ConfigFaults();
        YamlConfigReader.Parse("f", string.Concat(Enumerable.Repeat(open, times)) + (open == "[" ? "" : "v") + string.Concat(Enumerable.Repeat(close, times)), faults);
        Assert.Equal(valid ? [] : [$"f:1:{(open.Length * times) + 1 - (open == "[" ? 1 : 0)}: This is not valid YAML: Values are nested deeper than 64 levels."], faults.All.Select(fault => $"{fault}"));
    }

    [Theory]
    [InlineData(188, "")]
    [InlineData(189, "f:191:7: This is not valid YAML: The file holds more than 200000 values.")]
    public void A_file_may_hold_200000_values_and_what_is_merged_in_counts(int more, string expected)
    {
        // The map itself, 'a' and its 446 values, 'b', its list and the 446 names in it, 446 values for each of those, and the rest: 200,000.
        var yaml = new StringBuilder("a: &a {");
        yaml.AppendJoin(", ", Enumerable.Range(0, 446).Select(index => $"k{index}: 0")).Append("}\nb: {<<: [");
        yaml.AppendJoin(", ", Enumerable.Repeat("*a", 446)).Append("]}\n");
        yaml.AppendJoin('\n', Enumerable.Range(0, more).Select(index => $"f{index}: 0"));
        var faults = new ConfigFaults();
        YamlConfigReader.Read("f", Encoding.UTF8.GetBytes(yaml.ToString()), faults);
        Assert.Equal(expected, string.Join('\n', faults.All));
    }

    [Fact]
    public void What_an_alias_stands_for_counts_as_often_as_it_is_named()
    {
        var yaml = new StringBuilder("k0: &k0 [x, x, x, x, x, x, x, x, x]\n");
        for (var i = 1; i < 9; i++)
        {
            yaml.Append(CultureInfo.InvariantCulture, $"k{i}: &k{i} [{string.Join(", ", Enumerable.Repeat($"*k{i - 1}", 9))}]\n");
        }

        var faults = new ConfigFaults();
        YamlConfigReader.Read("f", Encoding.UTF8.GetBytes(yaml.ToString()), faults);
        Assert.Contains("The file holds more than 200000 values.", $"{Assert.Single(faults.All)}", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(32, "")]
    [InlineData(33, "f:2:37: This is not valid YAML: Values are nested deeper than 64 levels.")]
    public void Levels_below_an_alias_count_at_its_place(int levels, string expected)
    {
        var faults = new ConfigFaults();
        var (open, close) = (new string('[', 32), new string(']', 32));
        YamlConfigReader.Read("f", Encoding.UTF8.GetBytes($"a: &a {open}{close}\nb: {new string('[', levels)}*a{new string(']', levels)}\n"), faults);
        Assert.Equal(expected, string.Join('\n', faults.All));
    }

    private static string Tree(ConfigNode node) => node switch
    {
        ConfigScalar { IsNull: true } => $"{Place(node)}~",
        ConfigScalar scalar => $"{Place(node)}'{scalar.Text}'",
        ConfigList list => $"{Place(node)}[{string.Join(' ', list.Items.Select(Tree))}]",
        ConfigMap map => $"{Place(node)}{{{string.Join(' ', map.Entries.Select(entry => $"{entry.Key}@{Place(entry.KeySource)}={Tree(entry.Value)}"))}}}",
        _ => "",
    };

    private static string Place(ConfigNode node) => Place(node.Source);

    private static string Place(ConfigSource source) => $"{source.Line}:{source.Column}";
}
