using System.Text;
using Saker.Rules.Diagnostics;
using Saker.Rules.Yaml;
using Saker.Testing;

namespace Saker.Rules.Tests;

public class BrokenYaml
{
    private static readonly RuleLoaderOptions options = FalcoSource.Options();

    /// <summary>YAML that the library refuses and Falco reads; what the rule's output and tags are then.</summary>
    [Theory]
    [InlineData("output: x\n  tags: [a, b]# ===\n", "x", "a,b")]
    [InlineData("output: \"x\"# ===\n  tags: [a]\n", "x", "a")]
    [InlineData("output: \"x\n%proc.name\n y\"\n", "x %proc.name y", "")]
    [InlineData("output: \"x  \n\n  y\\\n  z\"\n", "x\ny" + "z", "")]
    [InlineData("output: x\n  tags: [\na,\n# of b\nb ]\n", "x", "a,b")]
    [InlineData("output: x\n  tags: [a,\n\"b\"\n]# end\n", "x", "a,b")]
    [InlineData("output: 'it''s [\"fine\"'\n  tags: [a]# x\n", "it's [\"fine\"", "a")]
    [InlineData("output: >\n    text [ \" {\n    and more\n  tags: [a]# x\n", "text [ \" { and more", "a")]
    [InlineData("output: text with [ and \"\n    and more ]\n  tags: [a]# x\n", "text with [ and \" and more ]", "a")]
    public void Yaml_that_Falco_reads_is_read(string part, string output, string tags)
    {
        var set = Load($"- rule: one\n  desc: d\n  condition: evt.type=open\n  priority: INFO\n  {part}- list: unused\n  items: [a]\n");
        Assert.True(set.Successful, string.Join('\n', set.Diagnostics));
        var rule = Assert.Single(set.Rules);
        Assert.Equal(output, rule.Output.Source);
        Assert.Equal(tags, string.Join(',', rule.Tags));
    }

    [Fact]
    public void Places_are_those_of_the_file_although_the_text_was_rewritten()
    {
        var set = Load("""
            - rule: one
              desc: "two
            lines"
              condition: evt.type=open and proc.nme=a
              output: "x
            %proc.name %fd.nme"
              priority: INFO
              tags: [a,
            b]# ===
            """);
        Assert.Equal(
            ["r.yaml:6:12: unknown field 'fd.nme'", "r.yaml:4:32: unknown field 'proc.nme'"],
            set.Diagnostics.Select(static finding => finding.Headline[..finding.Headline.IndexOf(" (", StringComparison.Ordinal)]));
    }

    /// <summary>A file with a mistake, and the place of the mistake.</summary>
    [Theory]
    [InlineData("- rule: r1\n  tags: [a, b\n  p: 1\n- rule: r2\n  x: [a]\n", 2, 9)]
    [InlineData("- rule: r1\n  tags: [a, b\n- rule: r2\n  x: y\n", 2, 9)]
    [InlineData("- rule: r1\n  tags: {a: b\n", 2, 9)]
    [InlineData("- list: l\n  items: [a, [b, c]\n- rule: r\n", 2, 10)]
    [InlineData("- list: l\n  items: [a, b}\n", 2, 10)]
    [InlineData("- list: l\n  items: [a, b]]\n", 2, 16)]
    [InlineData("- rule: r1\n  output: \"abc\n  p: 1\n", 2, 11)]
    [InlineData("- rule: r1\n  output: 'abc\n  p: 1\n", 2, 11)]
    [InlineData("- list: l\n  items: [\"a, b]\n- rule: r\n", 2, 11)]
    [InlineData("- list: l\n  items: [a, b\n- rule: it\n  x: \"y\n", 2, 10)]
    [InlineData("- rule: r1\n  a: b: c\n", 2, 7)]
    [InlineData("- rule: r1\n  a: @x\n", 2, 6)]
    [InlineData("- rule: r1\n  x: \"a\\qb\"\n", 2, 6)]
    [InlineData("- rule: r1\n  condition: a\n  b\n  output: c\n", 3, 3)]
    [InlineData("- rule: r1\n  a: *nowhere\n", 2, 6)]
    public void A_mistake_is_told_at_its_place(string text, int line, int column)
    {
        var finding = Load(text).Diagnostics[0];
        Assert.Equal(DiagnosticCode.YamlParse, finding.Code);
        Assert.True((line, column) == (finding.Line, finding.Column), finding.ToString());
    }

    [Theory]
    [InlineData("null")]
    [InlineData("~")]
    [InlineData("")]
    public void Null_is_no_item_of_a_list(string item)
    {
        var finding = Assert.Single(Load($"- list: l\n  items:\n    - a\n    - {item}\n").Diagnostics);
        Assert.Equal((DiagnosticCode.YamlValidate, 4), (finding.Code, finding.Line));
        Assert.True(Load("- list: l\n  items: [\"null\", '~']\n").Successful);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Any_broken_file_gives_findings_with_places_and_no_exception(int seed)
    {
        var random = new Random(seed);
        var seeds = Directory.GetFiles(Path.Combine(SharedData.ProjectRoot, "config", "rules"), "*.yaml").Order(StringComparer.Ordinal).Select(File.ReadAllText).ToList();
        for (var round = 0; round < 250; round++)
        {
            var text = Mutate(seeds[random.Next(seeds.Count)], random);
            var set = Load(text);
            Assert.All(set.Diagnostics, finding =>
            {
                Assert.InRange(finding.Start, 0, text.Length);
                Assert.NotEmpty(finding.ToString());
                // A text that is no YAML at all is told where it stops to be, never just "somewhere".
                Assert.True(finding.Code != DiagnosticCode.YamlParse || finding.Start > 0 || text.IndexOfAny(['-', '#', '\n']) != 0, finding.ToString());
            });
        }
    }

    private static string Mutate(string seed, Random random)
    {
        // A piece of the file, so that most of what is read lies near a change.
        var lines = seed.Split('\n');
        var first = random.Next(lines.Length);
        var text = new StringBuilder(string.Join('\n', lines.Skip(first).Take(random.Next(5, 40))));
        text.Append('\n');
        for (var change = random.Next(1, 6); change > 0 && text.Length > 1; change--)
        {
            var at = random.Next(text.Length);
            switch (random.Next(4))
            {
                case 0:
                    text.Remove(at, Math.Min(random.Next(1, 12), text.Length - at));
                    break;
                case 1:
                    text.Insert(at, "[]{}()\"':,=&*-\n\t|>#%!@`\\\0\r"[random.Next(26)]);
                    break;
                case 2:
                    text.Insert(at, text.ToString(at, Math.Min(random.Next(1, 40), text.Length - at)));
                    break;
                default:
                    text[at] = (char)random.Next(1, 0x250);
                    break;
            }
        }

        return text.ToString();
    }

    private static RuleSet Load(string text) => RuleLoader.Load([new RuleFile("r.yaml", text)], options);
}
