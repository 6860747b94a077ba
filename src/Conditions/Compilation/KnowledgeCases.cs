using Saker.Conditions.Typed;

namespace Saker.Conditions.Compilation;

/// <summary>
/// Cases of which something is known of fields. Keeps how the parts of conditions turn out that look at one field alone: conditions
/// that share parts, or are asked again where other fields differ, are cheaper with the same cases.
/// </summary>
/// <param name="count">How many cases there are.</param>
public sealed class KnowledgeCases(int count)
{
    // Both by reference.
    private readonly Dictionary<(TypedNode Part, IReadOnlyList<FieldKnowledge> Knowledge), OutcomeSet> kept = [];

    /// <summary>How many cases there are.</summary>
    public int Count => count;

    internal OutcomeSet Kept(TypedNode part, IReadOnlyList<FieldKnowledge> knowledge, Func<FieldKnowledge, Outcome> outcome)
    {
        if (!kept.TryGetValue((part, knowledge), out var outcomes))
        {
            kept[(part, knowledge)] = outcomes = OutcomeSet.Of(count, i => outcome(knowledge[i]));
        }

        return outcomes;
    }
}
