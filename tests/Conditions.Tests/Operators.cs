using Saker.Conditions.Ast;
using Saker.Conditions.Compilation;
using Saker.Conditions.Fields;
using Saker.Conditions.Parsing;
using Saker.Conditions.Source;
using Saker.Conditions.Tests.Support;
using Saker.Conditions.Values;

namespace Saker.Conditions.Tests;

public class Operators
{
    internal static TableCatalogue Catalogue { get; } = new(
    [
        new FieldDefinition { Name = "text", Kind = ValueKind.Bytes },
        new FieldDefinition { Name = "other", Kind = ValueKind.Bytes },
        new FieldDefinition { Name = "buffer", Kind = ValueKind.Bytes, IsBuffer = true },
        new FieldDefinition { Name = "num", Kind = ValueKind.Int64 },
        new FieldDefinition { Name = "big", Kind = ValueKind.UInt64 },
        new FieldDefinition { Name = "float", Kind = ValueKind.Float64 },
        new FieldDefinition { Name = "flag", Kind = ValueKind.Bool },
        new FieldDefinition { Name = "addr", Kind = ValueKind.Address },
        new FieldDefinition { Name = "net", Kind = ValueKind.Network },
        new FieldDefinition { Name = "yes", Kind = ValueKind.Bool },
        new FieldDefinition { Name = "here", Kind = ValueKind.Address },
        new FieldDefinition { Name = "narrow", Kind = ValueKind.UInt64, Bits = 32 },
        new FieldDefinition { Name = "port", Kind = ValueKind.UInt64, IsPort = true },
        new FieldDefinition { Name = "share", Kind = ValueKind.Float64, Words = new Dictionary<string, long> { ["half"] = 2 } },
        new FieldDefinition { Name = "any", Kind = ValueKind.None },
        new FieldDefinition { Name = "json", Kind = ValueKind.None, Traits = FieldTraits.Spelled },
        new FieldDefinition { Name = "set", Kind = ValueKind.Bytes, IsList = true },
        new FieldDefinition { Name = "nums", Kind = ValueKind.Int64, IsList = true },
        new FieldDefinition { Name = "lefty", Kind = ValueKind.Bytes, Traits = FieldTraits.NoRightSide },
        new FieldDefinition { Name = "many", Kind = ValueKind.Bytes, Traits = FieldTraits.OneDifferenceSuffices },
        new FieldDefinition { Name = "keyed", Kind = ValueKind.Int64, Argument = FieldArgumentKind.Required | FieldArgumentKind.Key },
        new FieldDefinition { Name = "level", Kind = ValueKind.Int64, Words = new Dictionary<string, long> { ["notice"] = 3, ["warning"] = 4, ["error"] = 5 } },
    ]);

    public static TheoryData<string> Cases() =>
        [.. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Cases", "operators.txt")).Where(static line => line.Length > 0 && line[0] != '#')];

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_comparison_gives_its_verdict(string line)
    {
        var parts = line.Split('|');
        // A pattern may hold the separator: the last two parts are the values and the verdict.
        var text = string.Join('|', parts[..^2]).Trim();
        var errors = new List<ConditionError>();
        var condition = new ConditionCompiler(Catalogue).Compile(text, errors);
        Assert.True(condition is not null == (parts[^1].Trim() != "error"), string.Join('\n', errors));
        if (condition is null)
        {
            return;
        }

        var context = new TableContext();
        foreach (var value in parts[^2].Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            Set(context, value);
        }

        Assert.Equal(parts[^1].Trim() == "true", condition.Evaluate(context));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_parser_reads_what_the_printer_writes(string line)
    {
        var text = string.Join('|', line.Split('|')[..^2]).Trim();
        if (ConditionParser.Parse(new SourceText(text), []) is not { } parsed)
        {
            return;
        }

        var printed = ConditionPrinter.Print(parsed);
        Assert.Equal(printed, ConditionPrinter.Print(ConditionParser.Parse(new SourceText(printed), [])!));
    }

    [Fact]
    public void Evaluating_allocates_nothing()
    {
        var context = new TableContext();
        Set(context, "text=hello/World");
        Set(context, "num=7");
        Set(context, "addr=10.0.0.1,10.0.0.2");
        Set(context, "set=a,b");
        string[] conditions =
        [
            "text = x", "text in (a, b)", "text icontains wOrlt", "text glob h*x", "text regex \"h[a-z]*/W.*x\"", "text pmatch (/etc)",
            "num in (1, 2)", "addr in (192.168.0.1)", "net in (192.168.0.0/16)", "set in (a, c)", "tolower(basename(text)) = x", "len(text) > 100", "text = val(other)",
            "concat(text, \"-x\") = x", "getopt(set, \"z\") intersects (z)", "join(\",\", (text, other)) = x", "text contains allof (a, b)",
        ];
        var compiled = conditions.Select(static text => new ConditionCompiler(Catalogue).Compile(text, [])!).ToArray();
        for (var i = 0; i < 200; i++)
        {
            Run();
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            Run();
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Run()
        {
            foreach (var condition in compiled)
            {
                Assert.False(condition.Evaluate(context));
            }
        }
    }

    [Fact]
    public void Deep_nesting_is_an_error_and_no_crash()
    {
        var errors = new List<ConditionError>();
        Assert.Null(ConditionParser.Parse(new SourceText(new string('(', 100_000) + "text = a" + new string(')', 100_000)), errors));
        Assert.Equal(ConditionErrorKind.TooComplex, Assert.Single(errors).Kind);
        Assert.Null(ConditionParser.Parse(new SourceText(string.Concat(Enumerable.Repeat("len(", 100_000))), errors));
    }

    [Fact]
    public void Event_types_follow_by_set_algebra()
    {
        string[] universe = ["a", "b", "c"];
        Assert.Equal([true, false, false], Possible("text = a and num = 1"));
        Assert.Equal([false, true, true], Possible("not text = a"));
        Assert.Equal([true, true, true], Possible("text = a or num = 1"));
        Assert.Equal([true, true, false], Possible("text in (a, b) and not (text = c and num = 1)"));
        Assert.Equal([true, true, true], Possible("not (text = a and num = 1)"));
        Assert.Equal([false, false, false], Possible("text = a and text = b"));

        bool[] Possible(string text) => new ConditionCompiler(Catalogue).Compile(text, [])!.PossibleValues("text", universe);
    }

    internal static void Set(TableContext context, string assignment)
    {
        var equals = assignment.IndexOf('=', StringComparison.Ordinal);
        var name = assignment[..equals];
        var value = assignment[(equals + 1)..];
        var kind = Catalogue.Find(name.Split('[')[0])!.Kind;
        if (kind == ValueKind.Network)
        {
            context.Set(name, ValueKind.Address, value);
        }
        else if (name is "set" or "many" or "nums" || (name == "addr" && value.Contains(',', StringComparison.Ordinal)))
        {
            context.SetList(name, kind, value.Split(','));
        }
        else
        {
            context.Set(name, kind, value);
        }
    }
}
