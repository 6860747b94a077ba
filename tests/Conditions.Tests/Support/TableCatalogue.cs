using Saker.Conditions.Fields;

namespace Saker.Conditions.Tests.Support;

/// <summary>A catalogue over a list of definitions.</summary>
public sealed class TableCatalogue(IEnumerable<FieldDefinition> definitions) : IFieldCatalogue
{
    private readonly Dictionary<string, FieldDefinition> byName = definitions.ToDictionary(static definition => definition.Name);
    private readonly Dictionary<(string, string?), FieldReference> references = [];

    public IReadOnlyCollection<FieldDefinition> Definitions => byName.Values;

    public FieldDefinition? Find(string name) => byName.GetValueOrDefault(name);

    public FieldReference? Bind(FieldDefinition definition, string? argument, out string? error)
    {
        error = null;
        if (!references.TryGetValue((definition.Name, argument), out var reference))
        {
            reference = new TableReference(definition, argument, references.Count);
            references.Add((definition.Name, argument), reference);
        }

        return reference;
    }

    private sealed class TableReference(FieldDefinition definition, string? argument, int slot) : FieldReference(definition, argument, slot);
}
