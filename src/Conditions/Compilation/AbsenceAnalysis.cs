using Saker.Conditions.Fields;
using Saker.Conditions.Typed;

namespace Saker.Conditions.Compilation;

/// <summary>
/// Whether a condition can still hold when some fields never have a value: a comparison with an absent field is false, its
/// negation true. What depends on other fields may be either.
/// </summary>
internal sealed class AbsenceAnalysis(Predicate<FieldReference> absent)
{
    private readonly Dictionary<TypedMacro, Outcome> macros = new(ReferenceEqualityComparer.Instance);

    [Flags]
    private enum Outcome
    {
        True = 1,
        False = 2,
        Either = True | False,
    }

    public bool CanHold(TypedNode node) => Of(node).HasFlag(Outcome.True);

    private Outcome Of(TypedNode node) => node switch
    {
        TypedAnd and => All(and.Children),
        TypedOr or => Not(All(or.Children, negate: true)),
        TypedNot not => Not(Of(not.Child)),
        TypedMacro macro => OfMacro(macro),
        TypedConstant constant => constant.Value ? Outcome.True : Outcome.False,
        TypedExists exists => OfOperands(exists.Operand),
        TypedComparison comparison => OfOperands(comparison.Left),
        TypedPair pair => OfOperands(pair.Left, pair.Right),
        _ => Outcome.Either,
    };

    private Outcome All(IReadOnlyList<TypedNode> parts, bool negate = false)
    {
        var all = Outcome.True;
        foreach (var part in parts)
        {
            var one = negate ? Not(Of(part)) : Of(part);
            all = (all & one & Outcome.True) | ((all | one) & Outcome.False);
        }

        return all;
    }

    private static Outcome Not(Outcome outcome) => outcome switch
    {
        Outcome.True => Outcome.False,
        Outcome.False => Outcome.True,
        _ => outcome,
    };

    private Outcome OfMacro(TypedMacro macro)
    {
        if (!macros.TryGetValue(macro, out var known))
        {
            macros[macro] = known = Of(macro.Body);
        }

        return known;
    }

    private Outcome OfOperands(params ReadOnlySpan<TypedOperand> operands)
    {
        foreach (var operand in operands)
        {
            if (IsAbsent(operand))
            {
                return Outcome.False;
            }
        }

        return Outcome.Either;
    }

    private bool IsAbsent(TypedOperand operand) => operand switch
    {
        TypedField field => absent(field.Reference),
        TypedTransformer transformer => transformer.Arguments.Any(IsAbsent),
        _ => false,
    };
}
