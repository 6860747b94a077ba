using System.Diagnostics;
using Saker.Conditions.Ast;
using Saker.Conditions.Fields;
using Saker.Conditions.Rewriting;
using Saker.Conditions.Runtime;
using Saker.Conditions.Typed;

namespace Saker.Conditions.Compilation;

/// <summary>
/// Builds the tree of predicates that is evaluated. Why a tree of sealed nodes, and not emitted code or a flat program:
/// docs/decisions/0030. One builder serves all conditions over a catalogue, so that they share their macros.
/// </summary>
internal sealed class PredicateBuilder
{
    private readonly Dictionary<TypedMacro, Predicate> macros = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<TypedComparison, Predicate> leaves;

    /// <summary>A builder that shares nothing yet.</summary>
    public PredicateBuilder()
        : this(new(ReferenceEqualityComparer.Instance))
    {
    }

    private PredicateBuilder(Dictionary<TypedComparison, Predicate> leaves) => this.leaves = leaves;

    /// <summary>A builder with macros of its own, which makes no comparison twice that this one has made.</summary>
    public PredicateBuilder WithSameLeaves() => new(leaves);

    /// <summary>Rewrites a typed tree and builds its predicate.</summary>
    public Predicate Build(TypedNode node) => BuildNode(Rewrites.Apply(node));

    /// <summary>Builds a predicate from the tree as it is.</summary>
    public Predicate BuildNode(TypedNode node) => node switch
    {
        TypedAnd and => new AndPredicate([.. and.Children.Select(BuildNode)]),
        TypedOr or => new OrPredicate([.. or.Children.Select(BuildNode)]),
        TypedNot not => new NotPredicate(BuildNode(not.Child)),
        TypedConstant constant => new ConstantPredicate(constant.Value),
        TypedMacro macro => BuildMacro(macro),
        TypedExists exists => new ExistsPredicate(SourceBuilder.Build(exists.Operand)),
        TypedPair pair => new PairPredicate(
            SourceBuilder.Build(pair.Left), pair.Operator, SourceBuilder.Build(pair.Right), Demand(pair.Left, pair.Operator)),
        TypedComparison comparison => BuildLeaf(comparison),
        _ => throw new UnreachableException($"No predicate for {node.GetType().Name}."),
    };

    /// <summary>What a comparison demands of a list on its left side.</summary>
    public static ListDemand Demand(TypedOperand left, ComparisonOperator operation) => operation switch
    {
        ComparisonOperator.In when left.IsList => ListDemand.All,
        ComparisonOperator.NotEqual when left is TypedField field && field.Reference.Definition.Traits.HasFlag(FieldTraits.OneDifferenceSuffices) =>
            ListDemand.Any,
        ComparisonOperator.NotEqual => ListDemand.All,
        _ => ListDemand.Any,
    };

    private Predicate BuildLeaf(TypedComparison comparison)
    {
        if (!leaves.TryGetValue(comparison, out var predicate))
        {
            leaves[comparison] = predicate = ComparisonBuilder.Build(comparison);
        }

        return predicate;
    }

    private Predicate BuildMacro(TypedMacro macro)
    {
        if (macros.TryGetValue(macro, out var known))
        {
            return known;
        }

        var body = Build(macro.Body);
        var predicate = body is ConstantPredicate ? body : new SharedPredicate(body, macro.Shared);
        macros[macro] = predicate;
        return predicate;
    }
}

/// <summary>Builds what gives the values of operands.</summary>
internal static class SourceBuilder
{
    public static ValueSource Build(TypedOperand operand)
    {
        switch (operand)
        {
            case TypedField field:
                return new FieldSource(field.Reference);
            case TypedText text:
                return new TextSource(text.Text);
            case TypedTransformer transformer:
                var arguments = transformer.Arguments.Select(Build).ToArray();
                return transformer.Transformer switch
                {
                    Transformer.ToLower => new LowerCase(arguments[0]),
                    Transformer.ToUpper => new UpperCase(arguments[0]),
                    Transformer.Base64 => new Base64Decoded(arguments[0]),
                    Transformer.Basename => new LastPart(arguments[0]),
                    Transformer.Len => new LengthOf(arguments[0]),
                    Transformer.Join => new Joined(arguments[0], arguments[1..]),
                    Transformer.Concat => new Joined(null, arguments),
                    Transformer.GetOpt => new Options(arguments[0], (transformer.Arguments.ElementAtOrDefault(1) as TypedText)?.Text),
                    _ => throw new UnreachableException($"No source for {transformer.Transformer}."),
                };
            default:
                throw new UnreachableException($"No source for {operand.GetType().Name}.");
        }
    }
}
