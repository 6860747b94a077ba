using System.Collections.Frozen;
using Saker.Conditions.Fields;
using Saker.Conditions.Values;
using Saker.Detector.Events;

namespace Saker.Detector.Fields;

/// <summary>All fields of the system call source, by Falco's names. Those that this build cannot fill say why.</summary>
internal sealed class FieldCatalogue : IFieldCatalogue
{
    private static readonly FrozenSet<string> ancestors = FrozenSet.Create(
        "proc.aname", "proc.aexe", "proc.aexepath", "proc.aargs", "proc.acmdline", "proc.aenv", "proc.apid");

    private static readonly FrozenSet<string> indexed = FrozenSet.Create(
        "proc.aname", "proc.aexe", "proc.aexepath", "proc.acmdline", "proc.apid", "proc.args", "evt.around");

    // Where an argument may stand, as Falco reads it; the others take it in brackets and behind a dot.
    private static readonly FrozenSet<string> inBrackets = FrozenSet.Create(
        [.. ancestors, "proc.args", "proc.env", "evt.around", "fd.types"]);

    private static readonly FrozenSet<string> behindDot = FrozenSet.Create("evt.type.is", "evt.abspath", "thread.cgroup");

    private static readonly FrozenSet<string> bothEnds = FrozenSet.Create("fd.ip", "fd.port", "fd.net", "fd.proto");

    private static readonly FieldReading absent = new(static (_, _) => Value.None, FieldFormat.Plain, null);

    private readonly FieldRegistry registry = FieldRegistry.Create();
    private readonly FieldSources sources;
    private readonly FrozenDictionary<string, FieldDefinition> definitions;
    private readonly Dictionary<string, string> meanings = EventTable.ReadRows("meanings.tsv").ToDictionary(static row => row[0], static row => row[1], StringComparer.Ordinal);
    private readonly Dictionary<(string Name, string? Argument), DetectorField> references = [];

    /// <summary>The catalogue of the tables that are part of the program.</summary>
    /// <param name="sources">What is asked for beside what events tell.</param>
    public FieldCatalogue(FieldSources sources = FieldSources.None)
    {
        this.sources = sources;
        definitions = EventTable.ReadRows("fields.tsv").Concat(EventTable.ReadRows("k8smeta.tsv")).Select(Define).ToFrozenDictionary(static d => d.Name, StringComparer.Ordinal);
    }

    /// <summary>The fields that are names of addresses.</summary>
    public static IReadOnlyList<string> AddressNames { get; } = ["fd.cip.name", "fd.lip.name", "fd.rip.name", "fd.sip.name"];

    /// <summary>Whether a field is about all descriptors of a process, or about others than the event's own.</summary>
    public static bool IsOfAllDescriptors(string name) => name is "fd.types" or "proc.fdopencount" or "proc.fdusage"
        || name.StartsWith("fdlist.", StringComparison.Ordinal) || name.StartsWith("proc.std", StringComparison.Ordinal);

    /// <inheritdoc/>
    public IReadOnlyCollection<FieldDefinition> Definitions => definitions.Values;

    /// <summary>References handed out so far; slots are below this.</summary>
    public int SlotCount => references.Count;

    /// <inheritdoc/>
    public FieldDefinition? Find(string name) => definitions.GetValueOrDefault(name);

    /// <inheritdoc/>
    public FieldReference? Bind(FieldDefinition definition, string? argument, out string? error)
    {
        error = null;
        if (references.TryGetValue((definition.Name, argument), out var known))
        {
            return known;
        }

        var reading = registry.Find(definition.Name) ?? absent;
        error = ArgumentFields.Explain(definition.Name, argument);
        if (error is not null)
        {
            return null;
        }

        if (definition.Name == "evt.rawarg")
        {
            definition = ArgumentFields.Typed(definition, argument!);
        }

        var field = new DetectorField(definition, argument, references.Count, reading);
        references.Add((definition.Name, argument), field);
        return field;
    }

    private FieldDefinition Define(string[] row)
    {
        var name = row[0];
        var type = row[1];
        return new FieldDefinition
        {
            Name = name,
            TypeName = type,
            Kind = KindOf(type),
            IsBuffer = type == "BYTEBUF",
            IsPort = type == "PORT",
            Bits = type switch
            {
                "INT16" => 16,
                "INT32" or "UINT32" => 32,
                _ => 64,
            },
            Argument = ArgumentOf(name, row[2]),
            IsList = row[3] == "list",
            Description = meanings.GetValueOrDefault(name, ""),
            Traits = ancestors.Contains(name) ? FieldTraits.NoTransformer | FieldTraits.NoRightSide | FieldTraits.OneDifferenceSuffices
                : bothEnds.Contains(name) ? FieldTraits.NoTransformer | FieldTraits.NoRightSide | FieldTraits.NoOutput
                : FieldTraits.None,
            Unavailable = registry.Find(name) is null || IsUnasked(name) ? ReasonFor(name) : null,
        };
    }

    private static bool IsAddressName(string name) => AddressNames.Contains(name);

    private bool IsUnasked(string name) => (IsAddressName(name) && !sources.HasFlag(FieldSources.AddressNames))
        || (KubernetesFields.IsOfServer(name) && !sources.HasFlag(FieldSources.KubernetesServer));

    private static ValueKind KindOf(string type) => type switch
    {
        "BOOL" => ValueKind.Bool,
        "INT16" or "INT32" or "INT64" => ValueKind.Int64,
        "UINT32" or "UINT64" or "RELTIME" or "ABSTIME" or "PORT" => ValueKind.UInt64,
        "DOUBLE" => ValueKind.Float64,
        "IPADDR" => ValueKind.Address,
        "IPNET" => ValueKind.Network,
        "DYNAMIC" => ValueKind.None,
        _ => ValueKind.Bytes,
    };

    private static FieldArgumentKind ArgumentOf(string name, string text)
    {
        var kind = FieldArgumentKind.None;
        foreach (var part in text.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            kind |= part switch
            {
                "optional" => FieldArgumentKind.Optional,
                "required" => FieldArgumentKind.Required,
                "index" => FieldArgumentKind.Index,
                "key" => FieldArgumentKind.Key,
                _ => throw new InvalidOperationException($"The field table knows no argument '{part}'."),
            };
        }

        if (name == "evt.abspath")
        {
            // The table of Falco calls the argument required; its parser does without.
            kind = FieldArgumentKind.Optional;
        }

        kind |= inBrackets.Contains(name) ? FieldArgumentKind.InBrackets : behindDot.Contains(name) ? FieldArgumentKind.BehindDot : FieldArgumentKind.None;
        const FieldArgumentKind either = FieldArgumentKind.Index | FieldArgumentKind.Key;
        if (kind == FieldArgumentKind.None || (kind & either) != 0)
        {
            return kind;
        }

        return kind | (indexed.Contains(name) ? FieldArgumentKind.Index : FieldArgumentKind.Key);
    }

    private static string ReasonFor(string name) => name switch
    {
        _ when name.StartsWith("container.", StringComparison.Ordinal) || name.StartsWith("proc.is_container", StringComparison.Ordinal) =>
            "no runtime tells of it; Falco does not fill it any more either",
        _ when KubernetesFields.IsOfServer(name) => "only the Kubernetes API server knows it, which 'kubernetes_metadata.enabled: true' has asked",
        _ when name.StartsWith("thread.cpu", StringComparison.Ordinal) => "no driver of today sends what it is made of",
        _ when IsAddressName(name) => "names of addresses are looked up only while a machine is watched and address_names.enabled is set",
        "evt.pluginname" or "evt.plugininfo" => "only plugins fill it, and this build runs none",
        _ => "this build does not fill it yet",
    };
}
