using System.Text;
using Saker.Conditions.Compilation;
using Saker.Conditions.Fields;
using Saker.Conditions.Runtime;
using Saker.Conditions.Tests.Support;
using Saker.Conditions.Values;

namespace Saker.Conditions.Tests;

/// <summary>What conditions say of paths of which only the beginning is known.</summary>
public sealed class PathRegions
{
    private static readonly TableCatalogue catalogue = new(
    [
        new FieldDefinition { Name = "path", Kind = ValueKind.Bytes },
        new FieldDefinition { Name = "directory", Kind = ValueKind.Bytes },
        new FieldDefinition { Name = "kind", Kind = ValueKind.Bytes },
        new FieldDefinition { Name = "writes", Kind = ValueKind.Bool },
        new FieldDefinition { Name = "other", Kind = ValueKind.Bytes },
    ]);

    private static readonly string[] operators = ["=", "!=", "startswith", "endswith", "contains", "glob", "iglob", "icontains", "<", "regex"];
    private static readonly string[] parts = ["a", "b", "ab", ".s", "x.y", "c"];

    [Theory]
    [InlineData("path = /etc/shadow", "/etc/shadow")]
    [InlineData("path in (/etc/shadow, /a)", "/a /etc/shadow")]
    [InlineData("path startswith /etc/ and not path startswith /etc/ssl", "/etc/")]
    [InlineData("not path startswith /etc", "/")]
    [InlineData("path != /a", "/ /a")]
    [InlineData("directory = /etc", "/etc/")]
    [InlineData("directory = /etc and not path in (/etc/passwd)", "/etc/ /etc/passwd")]
    [InlineData("directory in (/, /usr/bin)", "/ /usr/bin/")]
    [InlineData("directory startswith /usr and path startswith /usr/bin/x/", "/usr/bin/x/")]
    [InlineData("path pmatch (/var/log, /b)", "/b /var/log")]
    [InlineData("path pmatch (/var/log) and path startswith /var/log/x", "/var/log/x")]
    [InlineData("path glob /home/*/.ssh/*", "/home/")]
    [InlineData("path contains ../ and path startswith /etc", "")]
    [InlineData("path glob *../*../* or directory endswith ..", "")]
    [InlineData("path contains id_rsa and path startswith /root", "/root")]
    [InlineData("path startswith relative/ or path = etc", "")]
    [InlineData("path startswith oneof (/a, /b) and other = 1", "/a /b")]
    [InlineData("path startswith allof (/a, /ab)", "/ab")]
    [InlineData("not path exists", "")]
    [InlineData("kind = d or writes = true", "")]
    [InlineData("kind = f and path = /a", "/a")]
    [InlineData("tolower(path) = /b and path startswith /a", "/a")]
    public void Only_some_regions_can_satisfy_a_condition(string text, string expected) =>
        Assert.Equal(expected, string.Join(' ', Study(text).Where(static region => region.CanHold).Select(static region => region.Region.Beginning)));

    [Fact]
    public void No_path_satisfies_a_condition_outside_of_its_regions()
    {
        var random = new Random(20261128);
        int held = 0, excluded = 0;
        for (var round = 0; round < 1500; round++)
        {
            var text = Condition(random, 3);
            var condition = new ConditionCompiler(catalogue).Compile(text, [])!;
            var regions = Study(text, limit: random.Next(3) == 0 ? 3 : 4096);
            for (var i = 0; i < 25; i++)
            {
                var path = "/" + string.Join('/', Enumerable.Range(0, random.Next(1, 5)).Select(_ => parts[random.Next(parts.Length)]));
                var (_, canHold) = regions.Where(region => path.StartsWith(region.Region.Beginning, StringComparison.Ordinal)).MaxBy(static region => region.Region.Beginning.Length);
                var holds = condition.Evaluate(new PathContext(path));
                Assert.True(canHold || !holds, $"{path} satisfies {text}, and its region is said not to.");
                held += holds ? 1 : 0;
                excluded += canHold ? 0 : 1;
            }
        }

        Assert.True(held > 3000 && excluded > 3000, $"{held} held, {excluded} were excluded");
    }

    [Fact]
    public void Where_there_are_too_many_beginnings_shorter_ones_are_told_apart()
    {
        var texts = Enumerable.Range(0, 100).Select(static i => $"/a/very/long/beginning/{i / 50}/that/has/a/number/at/its/end/{i}");
        var regions = Study($"path in ({string.Join(", ", texts)})", limit: 10);
        Assert.Equal(["/", "/a/very/long/beginning/0/that/has/a/number/at/it", "/a/very/long/beginning/1/that/has/a/number/at/it"], regions.Select(static region => region.Region.Beginning));
        Assert.Equal([false, true, true], regions.Select(static region => region.CanHold));
    }

    private static List<(PathRegion Region, bool CanHold)> Study(string text, int limit = 4096)
    {
        var errors = new List<Parsing.ConditionError>();
        var condition = new ConditionCompiler(catalogue).Compile(text, errors);
        Assert.True(errors.Count == 0, $"{text}: {string.Join(' ', errors)}");
        var regions = PathTexts.Regions([condition!], static field => field.Definition.Name == "path", static field => field.Definition.Name == "directory", limit);
        FieldKnowledge[] paths = [.. regions.Select(FieldKnowledge.In)], directories = [.. regions.Select(FieldKnowledge.DirectoryIn)];
        FieldKnowledge[] kinds = [.. regions.Select(static _ => FieldKnowledge.Of("f"))], writes = [.. regions.Select(static _ => FieldKnowledge.Of(Value.Bool(false)))];
        var canHold = condition!.WhereItCanHold(new KnowledgeCases(regions.Count), field => field.Definition.Name switch
        {
            "path" => paths,
            "directory" => directories,
            "kind" => kinds,
            "writes" => writes,
            _ => null,
        });
        return [.. regions.Zip(canHold)];
    }

    private static string Condition(Random random, int depth) => (depth == 0 ? 0 : random.Next(5)) switch
    {
        2 => $"({Condition(random, depth - 1)} and {Condition(random, depth - 1)})",
        3 => $"({Condition(random, depth - 1)} or {Condition(random, depth - 1)})",
        4 => $"not ({Condition(random, depth - 1)})",
        _ => Atom(random),
    };

    private static string Atom(Random random)
    {
        var field = random.Next(3) == 0 ? "directory" : "path";
        return random.Next(8) switch
        {
            0 => $"{field} in ({Text(random)}, {Text(random)})",
            1 => $"{field} pmatch ({Text(random)}, {Text(random)})",
            2 => $"{field} startswith oneof ({Text(random)}, {Text(random)})",
            3 => $"{field} glob {Text(random)}*",
            4 => random.Next(2) == 0 ? "other = 1" : "other exists",
            _ => $"{field} {operators[random.Next(operators.Length - 2)]} {Text(random)}",
        };
    }

    private static string Text(Random random) => random.Next(12) switch
    {
        0 => "/",
        1 => "../",
        2 => "//a",
        3 => "a/b",
        4 => "/a/",
        5 => "/a/?b",
        6 => "./",
        _ => "/" + string.Join('/', Enumerable.Range(0, random.Next(1, 4)).Select(_ => parts[random.Next(parts.Length)])),
    };

    private sealed class PathContext(string path) : EvaluationContext
    {
        private readonly byte[] path = Encoding.UTF8.GetBytes(path);
        private readonly byte[] directory = Encoding.UTF8.GetBytes(path.LastIndexOf('/') is var end and > 0 ? path[..end] : "/");

        public override Value Read(FieldReference field) => field.Definition.Name switch
        {
            "path" => Value.Bytes(path),
            "directory" => Value.Bytes(directory),
            _ => Value.None,
        };
    }
}
