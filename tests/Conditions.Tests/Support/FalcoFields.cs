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
    private static readonly string[] InBrackets = [.. Ancestors, "proc.args", "proc.env", "proc.aargs", "proc.aenv", "evt.around", "fd.types"];
    private static readonly string[] BehindDot = ["evt.type.is", "evt.abspath", "thread.cgroup"];
    private static readonly string[] Indexed = [.. Ancestors, "proc.args", "evt.around"];

    public static TableCatalogue Load()
    {
        var definitions = Rows("fields.tsv").Select(Read);
        var parameters = Rows("events.tsv").SelectMany(static row => row[7].Split(' ')).Select(static parameter => parameter.Split(':')[0]).ToHashSet();
        // The last one is known to rules, and left out of the list because it is deprecated.
        return new TableCatalogue([.. definitions, new FieldDefinition { Name = "evt.dir", Kind = ValueKind.Bytes, TypeName = "CHARBUF" }], (field, argument) =>
            field.Name is "evt.rawarg" or "evt.arg" && !parameters.Contains(argument!) && !int.TryParse(argument, out _) ? $"unknown event argument {argument}" : null);
    }

    /// <summary>The names of all events: those of the event table, and the system calls that generic events carry.</summary>
    public static IReadOnlyList<string> EventTypes() => [.. Rows("events.tsv").Select(static row => row[3]).Concat(Rows("ppm-sc.tsv").Select(static row => row[1])).Distinct()];

    /// <summary>What Falco demands of conditions.</summary>
    public static ConditionOptions Options() => new()
    {
        MaximumValueBytes = 255,
        ClosedFields = new Dictionary<string, IReadOnlySet<string>> { ["evt.type"] = EventTypes().ToHashSet() },
        SelectingFields = new HashSet<string> { "evt.type", "syscall.type" },
    };

    private static IEnumerable<string[]> Rows(string file) => RecordedData.Lines("falco", file).Skip(1).Select(static line => line.Split('\t'));

    private static FieldDefinition Read(string[] row)
    {
        var (name, type, argument) = (row[0], row[1], row[2]);
        var kind = FieldArgumentKind.None;
        if (argument.Length > 0)
        {
            kind = argument.Split(',')[0] == "required" ? FieldArgumentKind.Required : FieldArgumentKind.Optional;
            kind |= Indexed.Contains(name) ? FieldArgumentKind.Index : FieldArgumentKind.Key;
            kind |= InBrackets.Contains(name) ? FieldArgumentKind.InBrackets
                : BehindDot.Contains(name) ? FieldArgumentKind.BehindDot
                : FieldArgumentKind.None;
        }

        return new FieldDefinition
        {
            Name = name,
            TypeName = type,
            Kind = Kind(type),
            IsBuffer = type == "BYTEBUF",
            IsPort = type == "PORT",
            Bits = type is "INT32" or "UINT32" ? 32 : type == "INT16" ? 16 : 64,
            IsList = row[3] == "list",
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
