using Saker.Conditions.Fields;

namespace Saker.Conditions.Tests.Support;

/// <summary>A catalogue over a list of definitions.</summary>
/// <param name="definitions">The fields.</param>
/// <param name="explain">Says what is wrong with a field's argument; null when nothing is.</param>
public sealed class TableCatalogue(IEnumerable<FieldDefinition> definitions, Func<FieldDefinition, string?, string?>? explain = null) : IFieldCatalogue
{
    private readonly Dictionary<string, FieldDefinition> byName = definitions.ToDictionary(static definition => definition.Name);
    private readonly Dictionary<(string, string?), FieldReference> references = [];

    public IReadOnlyCollection<FieldDefinition> Definitions => byName.Values;

    public FieldDefinition? Find(string name) => byName.GetValueOrDefault(name);

    public FieldReference? Bind(FieldDefinition definition, string? argument, out string? error)
    {
        error = explain?.Invoke(definition, argument);
        if (error is not null)
        {
            return null;
        }

        // Tests that run at the same time share a catalogue.
        lock (references)
        {
            if (!references.TryGetValue((definition.Name, argument), out var reference))
            {
                reference = new TableReference(definition, argument, references.Count);
                references.Add((definition.Name, argument), reference);
            }

            return reference;
        }
    }

    private sealed class TableReference(FieldDefinition definition, string? argument, int slot) : FieldReference(definition, argument, slot);
}
