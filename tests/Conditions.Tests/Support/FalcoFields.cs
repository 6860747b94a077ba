using System.Text.Json;
using Saker.Conditions.Compilation;
using Saker.Conditions.Fields;
using Saker.Conditions.Values;
using Saker.Testing;

namespace Saker.Conditions.Tests.Support;

/// <summary>Falco's system call fields, from the recorded list.</summary>
public static class FalcoFields
{
    private static readonly string[] Ancestors = ["proc.aname", "proc.aexe", "proc.aexepath", "proc.acmdline", "proc.apid"];
    private static readonly string[] BothEnds = ["fd.ip", "fd.port", "fd.net", "fd.proto"];
    private static readonly string[] Indexed = [.. Ancestors, "proc.args", "evt.around"];

    public static TableCatalogue Load()
    {
        using var json = JsonDocument.Parse(File.ReadAllText(SharedData.Path("falco", "fields.json")));
        var definitions = new List<FieldDefinition>();
        foreach (var group in json.RootElement.GetProperty("fieldclasses").EnumerateArray())
        {
            definitions.AddRange(group.GetProperty("fields").EnumerateArray().Select(Read));
        }
        // Known to rules, left out of the list because it is deprecated.
        definitions.Add(new FieldDefinition { Name = "evt.dir", Kind = ValueKind.Bytes, TypeName = "CHARBUF" });
        return new TableCatalogue(definitions);
    }

    /// <summary>The names of all events: those of the event table, and the system calls that generic events carry.</summary>
    public static IReadOnlyList<string> EventTypes() => [.. Column("events.tsv", 3).Concat(Column("ppm-sc.tsv", 1)).Distinct()];

    /// <summary>What Falco demands of conditions.</summary>
    public static ConditionOptions Options() => new()
    {
        MaximumValueBytes = 255,
        ClosedFields = new Dictionary<string, IReadOnlySet<string>> { ["evt.type"] = EventTypes().ToHashSet() },
        SelectingFields = new HashSet<string> { "evt.type", "syscall.type" },
    };

    private static IEnumerable<string> Column(string file, int column) =>
        File.ReadLines(SharedData.Path("falco", file)).Skip(1).Select(line => line.Split('\t')[column]);

    private static FieldDefinition Read(JsonElement field)
    {
        var name = field.GetProperty("name").GetString()!;
        var type = field.GetProperty("type").GetString()!;
        var argument = field.GetProperty("argument");
        var kind = FieldArgumentKind.None;
        if (argument.ValueKind == JsonValueKind.Object)
        {
            kind = argument.GetProperty("required").GetBoolean() ? FieldArgumentKind.Required : FieldArgumentKind.Optional;
            kind |= Indexed.Contains(name) ? FieldArgumentKind.Index : FieldArgumentKind.Key;
        }

        return new FieldDefinition
        {
            Name = name,
            TypeName = type,
            Kind = Kind(type),
            IsList = field.GetProperty("is_list").GetBoolean(),
            Argument = kind,
            Traits = Ancestors.Contains(name) ? FieldTraits.NoTransformer | FieldTraits.NoRightSide | FieldTraits.OneDifferenceSuffices
                : BothEnds.Contains(name) ? FieldTraits.NoTransformer | FieldTraits.NoRightSide | FieldTraits.NoOutput
                : FieldTraits.None,
        };
    }

    private static ValueKind Kind(string type) => type switch
    {
        "CHARBUF" or "BYTEBUF" => ValueKind.Bytes,
        "INT16" or "INT32" or "INT64" => ValueKind.Int64,
        "UINT32" or "UINT64" or "PORT" or "ABSTIME" or "RELTIME" => ValueKind.UInt64,
        "DOUBLE" => ValueKind.Float64,
        "BOOL" => ValueKind.Bool,
        "IPADDR" => ValueKind.Address,
        "IPNET" => ValueKind.Network,
        "DYNAMIC" => ValueKind.None,
        _ => throw new InvalidDataException($"No kind for Falco's type {type}."),
    };
}
