namespace Saker.Rules.Definitions;

/// <summary>Names in the order of their first definition.</summary>
internal sealed class DefinitionTable<T>
    where T : Definition
{
    private readonly List<T> ordered = [];
    private readonly Dictionary<string, int> places = [];

    public IReadOnlyList<T> All => ordered;

    public T? Find(string name) => places.TryGetValue(name, out var place) ? ordered[place] : null;

    /// <summary>Defines a name, or defines it anew in its old place.</summary>
    public void Define(T definition, int time)
    {
        definition.Visibility = time;
        definition.Index = time;
        if (places.TryGetValue(definition.Name, out var place))
        {
            definition.Index = ordered[place].Index;
            ordered[place] = definition;
            return;
        }

        places.Add(definition.Name, ordered.Count);
        ordered.Add(definition);
    }
}

/// <summary>All that the rule files define, while they are read.</summary>
internal sealed class Collector
{
    private int time;

    public DefinitionTable<ListDefinition> Lists { get; } = new();

    public DefinitionTable<MacroItem> Macros { get; } = new();

    public DefinitionTable<RuleItem> Rules { get; } = new();

    /// <summary>Names whose definition had a mistake: what follows from that is not told again.</summary>
    public HashSet<string> Broken { get; } = [];

    /// <summary>The next moment in the order of items.</summary>
    public int NextTime() => time++;

    /// <summary>Says that a definition was changed now.</summary>
    public void Touch(Definition definition) => definition.Visibility = NextTime();
}
