using System.Text;

namespace Saker.Conditions.Compilation;

/// <summary>
/// Makes versions of conditions for events of which one field's value is known beforehand (<c>evt.type</c>): what follows
/// from it is taken out, and the verdict stays the same. One for each value; the versions share their macros with each other
/// and their comparisons with the originals. Not for several threads at once.
/// </summary>
/// <param name="field">A text field's name, without argument.</param>
/// <param name="value">Its value in all events that the versions will see.</param>
public sealed class ConditionSpecializer(string field, string value)
{
    private readonly KnownField known = new(field, Encoding.UTF8.GetBytes(value));
    private readonly Dictionary<PredicateBuilder, PredicateBuilder> builders = new(ReferenceEqualityComparer.Instance);

    /// <summary>The version of a condition.</summary>
    public CompiledCondition Apply(CompiledCondition condition)
    {
        if (!builders.TryGetValue(condition.Builder, out var builder))
        {
            builders[condition.Builder] = builder = condition.Builder.WithSameLeaves();
        }

        var typed = known.Apply(condition.Typed);
        return new CompiledCondition(condition.Expression, typed, builder);
    }
}
