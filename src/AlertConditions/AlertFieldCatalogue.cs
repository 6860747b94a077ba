using System.Collections.Frozen;
using Saker.Alerts;
using Saker.Conditions.Fields;
using Saker.Conditions.Values;

namespace Saker.AlertConditions;

/// <summary>Where a field of a condition is found in an alert.</summary>
internal enum AlertPart
{
    Priority,
    Rule,
    Source,
    Hostname,
    Tags,
    Output,
    Time,
    OutputField,
}

/// <summary>A field of a condition over alerts.</summary>
internal sealed class AlertFieldReference(FieldDefinition definition, string? argument, int slot, AlertPart part, string key) : FieldReference(definition, argument, slot)
{
    public AlertPart Part { get; } = part;

    /// <summary>The name in <c>output_fields</c>.</summary>
    public string Key { get; } = key;
}

/// <summary>
/// The fields that <c>when</c> may name: the parts of an alert, every dotted name as a field of <c>output_fields</c>, and
/// <c>output_fields[name]</c> for names without a dot. Falco's fields have the kinds that they have in Falco; what a field of others
/// holds, each alert tells.
/// </summary>
internal sealed class AlertFieldCatalogue : IFieldCatalogue
{
    private const string AnyField = "output_fields";
    private const string KindsResource = "Saker.AlertConditions.falco-field-kinds.tsv";

    // Ranks grow with urgency, so that 'priority >= warning' reads as people mean it.
    private static readonly Dictionary<string, long> PriorityWords = Priorities.All
        .Select(static priority => KeyValuePair.Create(priority.Word().ToLowerInvariant(), Rank(priority)))
        .Append(KeyValuePair.Create("info", Rank(Priority.Informational)))
        .ToDictionary(StringComparer.OrdinalIgnoreCase);

    private static readonly Dictionary<string, (FieldDefinition Definition, AlertPart Part)> Parts = new(StringComparer.Ordinal)
    {
        ["priority"] = (new() { Name = "priority", Kind = ValueKind.Int64, Words = PriorityWords, Description = "How urgent the alert is." }, AlertPart.Priority),
        ["rule"] = (Text("rule", "The rule's name."), AlertPart.Rule),
        ["source"] = (Text("source", "Where the event came from."), AlertPart.Source),
        ["hostname"] = (Text("hostname", "The machine that sent the alert."), AlertPart.Hostname),
        ["tags"] = (new() { Name = "tags", Kind = ValueKind.Bytes, IsList = true, Description = "The rule's tags." }, AlertPart.Tags),
        ["output"] = (Text("output", "The message."), AlertPart.Output),
        ["time"] = (Text("time", "When it happened, as the alert says it."), AlertPart.Time),
        [AnyField] = (new() { Name = AnyField, Kind = ValueKind.None, Traits = FieldTraits.Spelled, Argument = FieldArgumentKind.Required | FieldArgumentKind.Key, Description = "A field by its name." }, AlertPart.OutputField),
    };

    private static readonly FrozenDictionary<string, ValueKind> FalcoKinds = ReadFalcoKinds();

    private readonly Dictionary<string, AlertFieldReference> bound = new(StringComparer.Ordinal);

    public IReadOnlyCollection<FieldDefinition> Definitions { get; } = [.. Parts.Values.Select(static part => part.Definition)];

    /// <summary>The number that stands for a priority in conditions.</summary>
    public static long Rank(Priority priority) => (long)Priority.Debug - (long)priority;

    public FieldDefinition? Find(string name) =>
        Parts.TryGetValue(name, out var part) ? part.Definition
        : name.Contains('.', StringComparison.Ordinal)
            ? new FieldDefinition
            {
                Name = name,
                Kind = FalcoKinds.GetValueOrDefault(name),
                Traits = FieldTraits.Spelled,
                Argument = FieldArgumentKind.Optional | FieldArgumentKind.Index | FieldArgumentKind.Key,
            }
            : null;

    public FieldReference? Bind(FieldDefinition definition, string? argument, out string? error)
    {
        error = null;
        var text = argument is null ? definition.Name : $"{definition.Name}[{argument}]";
        if (!bound.TryGetValue(text, out var reference))
        {
            var part = Parts.TryGetValue(definition.Name, out var known) ? known.Part : AlertPart.OutputField;
            reference = new AlertFieldReference(definition, argument, bound.Count, part, definition.Name == AnyField ? argument! : text);
            bound.Add(text, reference);
        }

        return reference;
    }

    private static FrozenDictionary<string, ValueKind> ReadFalcoKinds()
    {
        using var stream = typeof(AlertFieldCatalogue).Assembly.GetManifestResourceStream(KindsResource)
            ?? throw new InvalidOperationException($"The resource {KindsResource} is missing.");
        using var reader = new StreamReader(stream);
        var kinds = new Dictionary<string, ValueKind>(StringComparer.Ordinal);
        while (reader.ReadLine() is { } line)
        {
            var tab = line.IndexOf('\t', StringComparison.Ordinal);
            kinds.Add(line[..tab], Enum.Parse<ValueKind>(line[(tab + 1)..]));
        }

        return kinds.ToFrozenDictionary(StringComparer.Ordinal);
    }

    private static FieldDefinition Text(string name, string description) => new() { Name = name, Kind = ValueKind.Bytes, Description = description };
}
