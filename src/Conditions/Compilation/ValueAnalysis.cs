using System.Text;
using Saker.Conditions.Typed;

namespace Saker.Conditions.Compilation;

/// <summary>
/// Finds for which values of one field a condition can be true, and for which it can be false. Both sets are needed: the
/// values for which <c>not x</c> can be true are those for which x can be false.
/// </summary>
internal sealed class ValueAnalysis(string field, IReadOnlyList<string> universe)
{
    private readonly Dictionary<TypedMacro, Sets> macros = new(ReferenceEqualityComparer.Instance);
    private readonly byte[][] values = [.. universe.Select(Encoding.UTF8.GetBytes)];

    /// <summary>For which values of the universe the condition can be true.</summary>
    public bool[] WhereTrue(TypedNode node) => Visit(node).CanBeTrue;

    private readonly record struct Sets(bool[] CanBeTrue, bool[] CanBeFalse);

    private Sets Visit(TypedNode node) => node switch
    {
        TypedAnd and => and.Children.Select(Visit).Aggregate(static (left, right) =>
            new Sets(Intersection(left.CanBeTrue, right.CanBeTrue), Union(left.CanBeFalse, right.CanBeFalse))),
        TypedOr or => or.Children.Select(Visit).Aggregate(static (left, right) =>
            new Sets(Union(left.CanBeTrue, right.CanBeTrue), Intersection(left.CanBeFalse, right.CanBeFalse))),
        TypedNot not => Swap(Visit(not.Child)),
        TypedMacro macro => VisitMacro(macro),
        TypedConstant constant => new Sets(All(constant.Value), All(!constant.Value)),
        TypedExists { Operand: TypedField exists } when IsTheField(exists) => new Sets(All(true), All(false)),
        TypedComparison { Left: TypedField compared } comparison when IsTheField(compared) => Compare(comparison),
        _ => new Sets(All(true), All(true)),
    };

    private Sets VisitMacro(TypedMacro macro)
    {
        if (!macros.TryGetValue(macro, out var sets))
        {
            sets = Visit(macro.Body);
            macros[macro] = sets;
        }

        return sets;
    }

    private Sets Compare(TypedComparison comparison)
    {
        var predicate = ComparisonBuilder.Build(comparison);
        var context = new SingleValueContext();
        var holds = new bool[values.Length];
        for (var i = 0; i < holds.Length; i++)
        {
            context.Bytes = values[i];
            holds[i] = predicate.Evaluate(context);
        }

        return new Sets(holds, [.. holds.Select(static value => !value)]);
    }

    private bool IsTheField(TypedField candidate) => candidate.Reference.Definition.Name == field && candidate.Reference.Argument is null;

    private bool[] All(bool value) => [.. Enumerable.Repeat(value, values.Length)];

    private static Sets Swap(Sets sets) => new(sets.CanBeFalse, sets.CanBeTrue);

    private static bool[] Intersection(bool[] left, bool[] right) => [.. left.Zip(right, static (a, b) => a && b)];

    private static bool[] Union(bool[] left, bool[] right) => [.. left.Zip(right, static (a, b) => a || b)];
}
