using Saker.Conditions.Fields;
using Saker.Conditions.Runtime;
using Saker.Conditions.Typed;

namespace Saker.Conditions.Compilation;

/// <summary>
/// Finds how conditions can turn out when something is known of some fields, for many cases in one walk, by set algebra over and, or
/// and not. What says nothing of these fields can be either. Both outcomes are needed: <c>not x</c> can be true where x can be false.
/// </summary>
/// <param name="count">How many cases there are.</param>
/// <param name="known">What is known of a field in each case; null where nothing is.</param>
internal sealed class CaseAnalysis(int count, Func<FieldReference, IReadOnlyList<FieldKnowledge>?> known)
{
    private readonly Dictionary<TypedMacro, OutcomeSet> macros = new(ReferenceEqualityComparer.Instance);
    private readonly OutcomeSet always = OutcomeSet.All(count, Outcome.True);
    private readonly OutcomeSet either = OutcomeSet.All(count, Outcome.Either);
    private readonly KnownValueContext context = new();

    /// <summary>In which cases a condition can be true.</summary>
    public bool[] WhereTrue(TypedNode node) => Visit(node).WhereTrue();

    private OutcomeSet Visit(TypedNode node) => node switch
    {
        TypedAnd and => and.Children.Select(Visit).Aggregate(always, static (left, right) => left.And(right)),
        TypedOr or => or.Children.Select(Visit).Aggregate(always.Not(), static (left, right) => left.Or(right)),
        TypedNot not => Visit(not.Child).Not(),
        TypedMacro macro => VisitMacro(macro),
        TypedConstant constant => constant.Value ? always : always.Not(),
        TypedExists { Operand: TypedField field } => OfField(field, Exists),
        TypedExists exists => OfOperands(exists.Operand),
        TypedComparison { Left: TypedField field } comparison => OfComparison(field, comparison),
        TypedComparison comparison => OfOperands(comparison.Left),
        TypedPair pair => OfOperands(pair.Left, pair.Right),
        _ => either,
    };

    private OutcomeSet VisitMacro(TypedMacro macro)
    {
        if (!macros.TryGetValue(macro, out var outcomes))
        {
            macros[macro] = outcomes = Visit(macro.Body);
        }

        return outcomes;
    }

    private OutcomeSet OfComparison(TypedField field, TypedComparison comparison)
    {
        Predicate? predicate = null;
        return OfField(field, knowledge => knowledge switch
        {
            AbsentField => Outcome.False,
            KnownValue value => Outcomes.Of(context.Evaluate(predicate ??= ComparisonBuilder.Build(comparison), value)),
            PathIn path => path.Region.OutcomeOf(comparison, path.OfDirectory),
            _ => Outcome.Either,
        });
    }

    private static Outcome Exists(FieldKnowledge knowledge) => knowledge is UnknownField ? Outcome.Either : Outcomes.Of(knowledge is not AbsentField);

    private OutcomeSet OfField(TypedField field, Func<FieldKnowledge, Outcome> outcome)
    {
        if (known(field.Reference) is not { } knowledge)
        {
            return either;
        }

        // Neighbours often know the same.
        FieldKnowledge? last = null;
        var ofLast = Outcome.Either;
        return OutcomeSet.Of(count, i =>
        {
            if (!ReferenceEquals(knowledge[i], last))
            {
                last = knowledge[i];
                ofLast = outcome(last);
            }

            return ofLast;
        });
    }

    /// <summary>What is made of several values has none when one of them is absent, and then nothing holds; else it can be either.</summary>
    private OutcomeSet OfOperands(params IEnumerable<TypedOperand> operands) =>
        operands.SelectMany(FieldsOf).Select(field => OfField(field, static knowledge => knowledge is AbsentField ? Outcome.False : Outcome.Either))
            .Aggregate(either, static (left, right) => left.And(right));

    private static IEnumerable<TypedField> FieldsOf(TypedOperand operand) => operand switch
    {
        TypedField field => [field],
        TypedTransformer transformer => transformer.Arguments.SelectMany(FieldsOf),
        TypedList list => list.Items.SelectMany(FieldsOf),
        _ => [],
    };
}
