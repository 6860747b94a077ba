using Saker.Conditions.Ast;
using Saker.Conditions.Typed;

namespace Saker.Conditions.Rewriting;

/// <summary>
/// Evaluates comparisons before searches, searches before regular expressions and transformers. Inside a class the
/// author's order stays: it usually starts with what selects most.
/// </summary>
internal sealed class CheapFirst : Rewrite
{
    protected override TypedNode OnAnd(IReadOnlyList<TypedNode> children) => new TypedAnd([.. children.OrderBy(Cost)]);

    protected override TypedNode OnOr(IReadOnlyList<TypedNode> children) => new TypedOr([.. children.OrderBy(Cost)]);

    private static int Cost(TypedNode node) => node switch
    {
        TypedNot not => Cost(not.Child),
        TypedAnd and => and.Children.Max(Cost),
        TypedOr or => or.Children.Max(Cost),
        TypedComparison { Left: TypedTransformer } or TypedPair or TypedComparison { Operator: ComparisonOperator.Regex } => 2,
        TypedComparison
        {
            Operator: ComparisonOperator.Contains or ComparisonOperator.IContains or ComparisonOperator.BContains
                or ComparisonOperator.Glob or ComparisonOperator.IGlob or ComparisonOperator.PMatch
        } => 1,
        _ => 0,
    };
}
