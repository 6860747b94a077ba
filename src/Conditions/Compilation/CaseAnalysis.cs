using Saker.Conditions.Fields;
using Saker.Conditions.Runtime;
using Saker.Conditions.Typed;

namespace Saker.Conditions.Compilation;

/// <summary>
/// Finds how conditions can turn out when something is known of some fields, for many cases in one walk, by set algebra over and, or
/// and not. What says nothing of these fields can be either. Both outcomes are needed: <c>not x</c> can be true where x can be false.
/// </summary>
/// <param name="cases">The cases.</param>
/// <param name="known">What is known of a field: one thing for all cases, or one for each; null where nothing is.</param>
internal sealed class CaseAnalysis(KnowledgeCases cases, Func<FieldReference, IReadOnlyList<FieldKnowledge>?> known)
{
    private readonly Dictionary<TypedMacro, OutcomeSet> macros = new(ReferenceEqualityComparer.Instance);
    private readonly OutcomeSet always = OutcomeSet.All(cases.Count, Outcome.True);
    private readonly OutcomeSet either = OutcomeSet.All(cases.Count, Outcome.Either);
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
        TypedExists { Operand: TypedField field } => OfField(node, field, Exists),
        TypedExists exists => OfOperands(node, exists.Operand),
        TypedComparison { Left: TypedField field } comparison => OfComparison(field, comparison),
        TypedComparison comparison => OfOperands(node, comparison.Left),
        TypedPair pair => OfOperands(node, pair.Left, pair.Right),
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
        string[]? texts = null;
        return OfField(comparison, field, knowledge => knowledge switch
        {
            AbsentField => Outcome.False,
            KnownValue value => Outcomes.Of(context.Evaluate(predicate ??= ComparisonBuilder.Build(comparison), value)),
            PathIn path => path.Region.OutcomeOf(comparison, texts ??= [.. comparison.Values.Select(static value => PathTexts.Text(value.Bytes))], path.OfDirectory),
            _ => Outcome.Either,
        });
    }

    private static Outcome Exists(FieldKnowledge knowledge) => knowledge is UnknownField ? Outcome.Either : Outcomes.Of(knowledge is not AbsentField);

    private OutcomeSet OfField(TypedNode node, TypedField field, Func<FieldKnowledge, Outcome> outcome) => known(field.Reference) switch
    {
        null => either,
        [var one] => OutcomeSet.All(cases.Count, outcome(one)),
        var many => cases.Kept(node, many, outcome),
    };

    /// <summary>What is made of several values has none when one of them is absent, and then nothing holds; else it can be either.</summary>
    private OutcomeSet OfOperands(TypedNode node, params IEnumerable<TypedOperand> operands) =>
        operands.SelectMany(FieldsOf).Select(field => OfField(node, field, static knowledge => knowledge is AbsentField ? Outcome.False : Outcome.Either))
            .Aggregate(either, static (left, right) => left.And(right));

    private static IEnumerable<TypedField> FieldsOf(TypedOperand operand) => operand switch
    {
        TypedField field => [field],
        TypedTransformer transformer => transformer.Arguments.SelectMany(FieldsOf),
        TypedList list => list.Items.SelectMany(FieldsOf),
        _ => [],
    };
}
