using Saker.Conditions.Fields;
using Saker.Conditions.Typed;

namespace Saker.Conditions.Compilation;

/// <summary>
/// Makes of a condition one that holds whenever the condition may hold, whatever values some fields turn out to have: each test of
/// such a field counts as passed, and below a <c>not</c> as failed.
/// </summary>
/// <param name="unknown">The fields.</param>
internal sealed class UnknownFields(Predicate<FieldReference> unknown)
{
    private readonly Dictionary<TypedMacro, bool> depends = new(ReferenceEqualityComparer.Instance);

    /// <summary>The condition that holds when the other may.</summary>
    public TypedNode Possible(TypedNode node) => Apply(node, TypedConstant.True);

    private TypedNode Apply(TypedNode node, TypedConstant instead) => node switch
    {
        TypedAnd and => new TypedAnd([.. and.Children.Select(child => Apply(child, instead))]),
        TypedOr or => new TypedOr([.. or.Children.Select(child => Apply(child, instead))]),
        TypedNot not => new TypedNot(Apply(not.Child, instead == TypedConstant.True ? TypedConstant.False : TypedConstant.True)),
        // A macro that knows all it needs keeps its slot, and its verdict is found there.
        TypedMacro macro => Depends(macro) ? Apply(macro.Body, instead) : macro,
        _ => FieldCollector.Collect(node).Any(field => unknown(field)) ? instead : node,
    };

    private bool Depends(TypedMacro macro)
    {
        if (!depends.TryGetValue(macro, out var known))
        {
            depends[macro] = known = FieldCollector.Collect(macro.Body).Any(field => unknown(field));
        }

        return known;
    }
}
