using System.Globalization;
using System.Text;
using Saker.Rules.Yaml;
using Saker.Testing;

namespace Saker.Rules.Tests;

/// <summary>YAML that is rewritten for the library means what it meant, at the same places.</summary>
public class RepairedYaml
{
    // The library refuses the first, and takes the second, which is as long and means the same.
    private const string Refused = "- first: [a]#xx\n";
    private const string Taken = "- first: [a] #x\n";

    /// <summary>Texts that the library takes as they are.</summary>
    public static TheoryData<string> Texts() =>
    [
        "- a: b\n  c: d\n",
        "- a: [b, c]\n  d: {e: f, g: [h, i]}\n",
        "- a: b # [ \" '\n  # { ' \"\n  c: d\n",
        "- a: b#[ c\n  d: e\n",
        "- a: b# c\n    [ text\n  d: e\n",
        "- # ' [\n  a: b\n",
        "-\n  a: b\n-\tc\n- d\n",
        "- - a\n  - b: [c]\n  - - d\n    - e\n",
        "- a: it's [ a text\n    that goes \" on\n\n    and { on\n  b: c\n",
        "- a: text # ' comment\n  b: [c]\n",
        "- a:\n    text [ over\n    { lines\n  b: c\n",
        "- a:\n    - x [ y\n      { z\n    - 'q'\n  b: c\n",
        "- x [ y\n  { z\n- 'q'\n",
        "- a: |\n    one [\n      two \"\n\n    three '\n  b: 'c'\n",
        "- a: >\n    one [\n\n      two \"\n   \n    three '\n  b: \"c\"\n",
        "- a: |2\n     one [\n    two {\n  b: c\n",
        "- a: >-\n\n    one \"\n    two\n  # ' comment\n  b: c\n",
        "- a: |+ # ' comment\n    one [\n\n- b\n",
        "- |\n  one [\n  two\n- >\n  three {\n- c\n",
        "- - |\n    one [\n  - two\n",
        "- a:\n    b: |\n      one [\n    c: d\n",
        "- a: |\n    one [\r\n    two\r\n  b: c\r\n",
        "- a: |",
        "- a: |\n    one [\n    ",
        "- a: 'b'\n  'c': d\n  \"e\": [f]\n",
        "- 'a': |\n    one [\n  b: c\n",
        "- \"a\": text\n    { on\n  b: c\n",
        "- {a: b}\n- [c]\n- {d: 'e'}\n",
        "- ? a\n  : b\n",
        "- a: 'it''s [ # x'\n  b: '''c'''\n  d: ''\n",
        "- a: \"say \\\"[ # x\\\" \\\\\"\n  b: \"\"\n",
        "- a: \"one\\x41\\u0042\\n\\t\"\n",
        "- a: \"one\n    two [\n    three\"\n  b: c\n",
        "- a: \"one  \n\n\n    two\"\n  b: c\n",
        "- a: \"one \\\n    two\\\r\n    three \\\n\n    four\"\n  b: c\n",
        "- a: \"one\\ \n    two\"\n",
        "- a: \"one\r\n    two\r\n\r\n    three\"\n",
        "- a: \"\n    two\"\n",
        "- a: 'one\n    two [ '' it\n    three'\n  b: c\n",
        "- a: [\"b, ]\", 'c } it''s', d]\n  e: f\n",
        "- a: [b,\n    c , # ' ] \n    d\n    ]\n  e: f\n",
        "- a: [b#c, d'e, f\"g]\n  h: i\n",
        "- a: [b\n    # ] '\n    , c]\n",
        "- a: [\"b\" , # ' \n    'c'\n    ]  # ' \n  d: e\n",
        "- a: {\"b\": 'c', d: \"e\", f: 'g'}\n",
        "- a: { 'b' : [ \"c\n    d\" ] }\n",
        "- a: [b,\r\n    c]\r\n  d: e\r\n",
        "- a: [ [b, {c: d}], e ]\n",
        "- a: &x b\n  c: *x\n",
        "- a: &x [b]\n  c: *x\n",
        "- a: !!str b\n  c: !!str 'd'\n",
        "- a: -b ?c\n  d: -e\n",
        "- a: b:c http://d:1\n  e: f::g\n",
        "- a: b\tc\t# ' d\n  e:\tf\n",
        "- a:\r\n  b:\n  c: ~\n",
        "- a: b\n---\n- c: 'd'\n...\n",
        "- a: text\n    goes\n---\n- 'c'\n",
        "- a: x%y\n- b: \"c\" # \" d\n",
        "- a: \"c\"   \n  b: 'd'\t\n",
        "- a\n-\n",
        "- a: b\n-",
        "- a:",
        "- a: b",
    ];

    [Theory]
    [MemberData(nameof(Texts))]
    public void A_rewritten_text_means_the_same_at_the_same_places(string text) => AssertSame(text);

    [Theory]
    [InlineData("falco_rules.yaml")]
    [InlineData("falco-sandbox_rules.yaml")]
    public void A_rewritten_rule_file_means_the_same_at_the_same_places(string file) =>
        AssertSame(File.ReadAllText(SharedData.Path("falco", "rules", file)));

    [Theory]
    [InlineData("a: [b,\n\rc]# x\n", "a: [b,  c]   \n")]
    [InlineData("a: {b: c}#\n", "a: {b: c} \n")]
    [InlineData("a: 'b'# x\r\nc: d\n", "a: 'b'   \r\nc: d\n")]
    [InlineData("a: [b# x, c]\n", "a: [b# x, c]\n")]
    [InlineData("a: ['b'# x\n, c]\n", "a: ['b'    , c]\n")]
    [InlineData("a: [[b]# x\n, c]\n", "a: [[b]    , c]\n")]
    [InlineData("a: [# x\nb]\n", "a: [# x b]\n")]
    [InlineData("a: [b, # x\nc]\n", "a: [b,     c]\n")]
    [InlineData("a: [b,\t# x\nc]\n", "a: [b,\t    c]\n")]
    [InlineData("a: [b,\n# x\r\nc]\n", "a: [b,      c]\n")]
    [InlineData("a: \"b\nc\"\n", "a: \"b c\"\n")]
    [InlineData("a: \"b \t\n \tc\"\n", "a: \"b c\"\n")]
    [InlineData("a: \"b\n\n\nc\"\n", "a: \"b\\n\\nc\"\n")]
    [InlineData("a: \"b\\\nc\"\n", "a: \"bc\"\n")]
    [InlineData("a: \"b\\\r\n  c\"\n", "a: \"bc\"\n")]
    [InlineData("a: \"b\\  \nc\"\n", "a: \"b\\  c\"\n")]
    [InlineData("a: \"  \nc\"\n", "a: \" c\"\n")]
    [InlineData("a: 'b\nc'\n", "a: 'b c'\n")]
    [InlineData("a: \"b\\\"\nc\"\n", "a: \"b\\\" c\"\n")]
    [InlineData("# [ '\na: b\n", "# [ '\na: b\n")]
    [InlineData("%YAML 1.1\n---\na: b\n", "%YAML 1.1\n---\na: b\n")]
    [InlineData("%X '\n--- '\n... '\na: b\n", "%X '\n--- '\n... '\na: b\n")]
    [InlineData("--- {a: [b]}\n- c\n", "--- {a: [b]}\n- c\n")]
    [InlineData("", "")]
    public void Only_what_the_library_refuses_is_rewritten(string content, string text)
    {
        var repair = YamlRepair.Of(content);
        Assert.Null(repair.Fault);
        Assert.Equal(text, repair.Text);
    }

    [Theory]
    [InlineData("a: \"b  \n\n cd\" e", "0 1 2 3 4 5 6 10 11 12 13 14 15 15")]
    [InlineData("\"a\n  b\nc\"d", "0 1 2 5 6 7 8 9 10 10")]
    [InlineData("\"a\\\n  b\" c", "0 1 6 7 8 9 10 10")]
    [InlineData("[a\nb]#c", "0 1 2 3 4 5 6 7 7")]
    public void Each_character_is_placed_where_it_stood(string content, string places)
    {
        var repair = YamlRepair.Of(content);
        Assert.Equal(places, string.Join(' ', Enumerable.Range(0, repair.Text.Length + 2).Select(repair.Locate)));
    }

    [Theory]
    [InlineData("a: [b", "The '[' is never closed.", 3)]
    [InlineData("a: {b: [c], d", "The '{' is never closed.", 3)]
    [InlineData("a: [b, {c]", "The '{' is closed by ']'.", 7)]
    [InlineData("a: [b}", "The '[' is closed by '}'.", 3)]
    [InlineData("a: \"b\n", "The quote \" is never closed.", 3)]
    [InlineData("a: 'b''\n", "The quote ' is never closed.", 3)]
    [InlineData("a: \"b\\\"\n", "The quote \" is never closed.", 3)]
    [InlineData("a: \"b\\", "The quote \" is never closed.", 3)]
    [InlineData("a: [b, \"c", "The quote \" is never closed.", 7)]
    [InlineData("a: [b,\n \"c", "The '[' is never closed.", 3)]
    public void What_is_never_closed_is_told_where_it_opens(string content, string message, int offset)
    {
        var fault = YamlRepair.Of(content).Fault;
        Assert.Equal((message, offset), (fault?.Message, fault?.Offset));
    }

    /// <summary>A value, and the place of each of its characters and of its end.</summary>
    [Theory]
    [InlineData("a: xyz", "xyz", "3 4 5 6")]
    [InlineData("a: x  yz", "x  yz", "3 4 5 6 7 8")]
    [InlineData("a: x\n   y", "x y", "3 4 8 9")]
    [InlineData("a: 'x''y'", "x'y", "4 5 7 9")]
    [InlineData("a: 'x\n  y'", "x y", "4 5 8 10")]
    [InlineData("a: \"x\\ty\"", "x\ty", "4 5 7 9")]
    [InlineData("a: \"x\\\"y\"", "x\"y", "4 5 7 9")]
    [InlineData("a: \"x\\x41y\"", "xAy", "4 5 9 11")]
    [InlineData("a: \"\\u0041y\"", "Ay", "4 10 12")]
    [InlineData("a: \"\\U00000041y\"", "Ay", "4 14 16")]
    [InlineData("a: \"x\\\n   y\"", "xy", "4 10 12")]
    [InlineData("a: \"x\\\r\n   y\"", "xy", "4 11 13")]
    [InlineData("a: \"x\n\n   y\"", "x\ny", "4 5 10 12")]
    [InlineData("a: \"\"", "", "5")]
    [InlineData("a: >\n  x\n  y\n", "x y\n", "7 8 11 12 13")]
    [InlineData("a: |  # c\n   x\n   y\n", "x\ny\n", "13 14 18 19 20")]
    [InlineData("a: |-\n\n  xy\nb: c\n", "\nxy", "9 9 10 12")]
    [InlineData("a: x\\y", "x\\y", "3 4 5 6")]
    public void Each_character_of_a_value_has_its_place_in_the_file(string content, string value, string places)
    {
        var mapping = Assert.IsType<YamlMapping>(Assert.Single(YamlTreeReader.ReadDocuments(new RuleFile("r.yaml", content))));
        var scalar = Assert.IsType<YamlScalar>(mapping["a"]);
        Assert.Equal(value, scalar.Value);
        Assert.Equal(places, string.Join(' ', Enumerable.Range(0, value.Length + 1).Select(scalar.OffsetOf)));
    }

    private static void AssertSame(string text) => Assert.Equal(Tree(Taken + text), Tree(Refused + text));

    private static string Tree(string content)
    {
        var text = new StringBuilder();
        foreach (var document in YamlTreeReader.ReadDocuments(new RuleFile("r.yaml", content)))
        {
            Write(document, text);
        }

        return text.ToString();
    }

    private static void Write(YamlNode node, StringBuilder text)
    {
        text.Append(CultureInfo.InvariantCulture, $"{node.Start} {node.GetType().Name}{(node.IsNull ? " null" : "")}\n");
        switch (node)
        {
            case YamlScalar scalar:
                text.Append(CultureInfo.InvariantCulture, $"'{scalar.Value}' {string.Join(' ', Enumerable.Range(0, scalar.Value.Length + 1).Select(scalar.OffsetOf))}\n");
                break;
            case YamlSequence sequence:
                foreach (var item in sequence.Items)
                {
                    Write(item, text);
                }

                break;
            case YamlMapping mapping:
                foreach (var (key, value) in mapping.Entries)
                {
                    Write(key, text);
                    Write(value, text);
                }

                break;
        }
    }
}
