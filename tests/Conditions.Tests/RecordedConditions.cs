using System.Text.Json;
using Saker.Conditions.Compilation;
using Saker.Conditions.Parsing;
using Saker.Conditions.Tests.Support;
using Saker.Conditions.Values;
using Saker.Testing;

namespace Saker.Conditions.Tests;

/// <summary>Conditions, and for each the events that Falco matched; evaluated here over the field values that Falco recorded.</summary>
public class RecordedConditions
{
    /// <summary>Fields of which the record does not hold what conditions compare, and why.</summary>
    private static readonly Dictionary<string, string> NotRecorded = new()
    {
        ["evt.buffer"] = "printed with dots for what cannot be printed",
        ["evt.deltatime"] = "the recording did not see the events before",
        ["evt.deltatime.s"] = "the recording did not see the events before",
        ["evt.deltatime.ns"] = "the recording did not see the events before",
        ["evt.dir"] = "deprecated, not printed",
        ["proc.exe_ino.ctime_duration_proc_start"] = "absolute in the record, relative in conditions",
        ["proc.exe_ino.ctime_duration_pidns_start"] = "absolute in the record, relative in conditions",
        ["proc.aname"] = "without argument compared with each ancestor, printed in one piece",
        ["proc.aexe"] = "as proc.aname",
        ["proc.aexepath"] = "as proc.aname",
        ["proc.acmdline"] = "as proc.aname",
        ["proc.apid"] = "as proc.aname",
        ["proc.aenv"] = "as proc.aname",
        ["fd.dev"] = "present to conditions in events where it is not printed",
        ["fd.sip.name"] = "looked up in DNS",
        ["fd.lip.name"] = "looked up in DNS",
        ["fd.rip.name"] = "looked up in DNS",
        ["fd.net"] = "for filters only",
        ["fd.cnet"] = "for filters only",
        ["fd.snet"] = "for filters only",
        ["fd.lnet"] = "for filters only",
        ["fd.rnet"] = "for filters only",
    };

    /// <summary>Old captures hold these calls under numbers that Falco itself reads in two ways.</summary>
    private static readonly string[] Ambiguous = ["c0168", "c0534"];

    public static TheoryData<string, string> Captures => new()
    {
        { "cat_write", "conditions.tsv" },
        { "curl_google", "conditions.tsv" },
        { "open-multiple-files", "conditions.tsv" },
        { "ping_sendto", "conditions.tsv" },
        { "test_ipv6_client", "conditions.tsv" },
        { "live-files", "conditions-live.tsv" },
        { "live-net", "conditions-live.tsv" },
        { "live-32bit", "conditions-live.tsv" },
    };

    [Theory]
    [InlineData("conditions.tsv", 1632)]
    [InlineData("conditions-live.tsv", 1500)]
    public void Every_recorded_condition_compiles(string file, int count)
    {
        var compiler = new ConditionCompiler(FalcoFields.Load(), FalcoFields.Options());
        var wrong = new List<string>();
        var conditions = RecordedMatches.Conditions(file);
        foreach (var (id, text) in conditions)
        {
            var errors = new List<ConditionError>();
            if (compiler.Compile(text, errors) is null)
            {
                wrong.Add($"{id}: {errors[0]}");
            }
        }

        Assert.Equal(count, conditions.Count);
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public void Every_refused_condition_is_refused()
    {
        var compiler = new ConditionCompiler(FalcoFields.Load(), FalcoFields.Options());
        foreach (var line in File.ReadLines(SharedData.Path("falco", "expected", "conditions", "refused.tsv")).Skip(1))
        {
            var errors = new List<ConditionError>();
            Assert.True(compiler.Compile(line.Split('\t')[0], errors) is null, line);
            Assert.NotEmpty(errors);
        }
    }

    [Theory]
    [MemberData(nameof(Captures))]
    public void Verdicts_are_those_that_Falco_gave(string capture, string file)
    {
        var expected = RecordedMatches.Of(capture);
        var compiler = new ConditionCompiler(FalcoFields.Load(), FalcoFields.Options());
        var conditions = new List<(string Id, string Text, CompiledCondition Condition, IReadOnlySet<long> Matches)>();
        foreach (var (id, text) in RecordedMatches.Conditions(file))
        {
            var condition = compiler.Compile(text, []);
            if (condition is not null && !Ambiguous.Contains(id) && condition.Fields.All(IsRecordedAsRead) && expected.TryGetValue(id, out var matches))
            {
                conditions.Add((id, text, condition, matches));
            }
        }

        var wrong = new Dictionary<string, string>();
        var context = new TableContext();
        var catalogue = FalcoFields.Load();
        foreach (var line in RecordedMatches.Lines("fields", capture + ".jsonl.gz"))
        {
            var number = Fill(context.Clear(), catalogue, line);
            foreach (var (id, text, condition, matches) in conditions)
            {
                if (condition.Evaluate(context) != matches.Contains(number))
                {
                    wrong.TryAdd(id, $"{id} {text}: event {number}, Falco says {matches.Contains(number)}");
                }
            }
        }

        Assert.True(conditions.Count > 500, $"{conditions.Count} conditions");
        Assert.True(wrong.Count == 0, $"{wrong.Count} of {conditions.Count}\n" + string.Join('\n', wrong.Values));
    }

    private static bool IsRecordedAsRead(Fields.FieldReference field) =>
        field.Definition.Name != "evt.rawarg" && (field.Argument is not null || !NotRecorded.ContainsKey(field.Definition.Name));

    private static long Fill(TableContext context, TableCatalogue catalogue, string line)
    {
        using var json = JsonDocument.Parse(line);
        var resolver = new Fields.FieldResolver(catalogue);
        foreach (var property in json.RootElement.EnumerateObject())
        {
            var bracket = property.Name.IndexOf('[', StringComparison.Ordinal);
            var reference = bracket < 0
                ? resolver.Resolve(property.Name, null, out _, out _)
                : resolver.Resolve(property.Name[..bracket], property.Name[(bracket + 1)..^1], out _, out _);
            Assert.NotNull(reference);
            var kind = reference.Definition.Kind;
            var text = property.Value.ValueKind == JsonValueKind.String ? property.Value.GetString()! : property.Value.GetRawText();
            // Times that conditions see as text are recorded as numbers, and the other way round; those stay text.
            var asRecorded = kind == ValueKind.Bytes || property.Value.ValueKind != JsonValueKind.String;
            context.Set(reference.Text, asRecorded || kind == ValueKind.Address ? kind : ValueKind.Bytes, text);
        }

        return json.RootElement.GetProperty("evt.num").GetInt64();
    }
}
