using Saker.Conditions.Ast;
using Saker.Conditions.Runtime;
using Saker.Conditions.Typed;
using Saker.Conditions.Values;

namespace Saker.Conditions.Compilation;

/// <summary>Chooses the test for a comparison with stated values.</summary>
internal static class ComparisonBuilder
{
    public static Predicate Build(TypedComparison comparison)
    {
        var consumer = new PredicateOf(comparison);
        return comparison.Left.Kind switch
        {
            ValueKind.Bytes => BuildText(comparison, consumer),
            ValueKind.Float64 => BuildFloat(comparison, consumer),
            ValueKind.Address or ValueKind.Network => consumer.Take(
                new AddressIn([.. comparison.Values], negated: comparison.Operator == ComparisonOperator.NotEqual)),
            ValueKind.None => consumer.Take(BuildByKind(comparison)),
            _ => BuildNumber(comparison, consumer),
        };
    }

    /// <summary>Takes the test that was chosen, in its own type, so that nothing is called through an interface.</summary>
    private interface IConsumer<out TResult>
    {
        TResult Take<T>(T test)
            where T : struct, IValueTest;
    }

    /// <summary>Makes a predicate of the test.</summary>
    private readonly struct PredicateOf(TypedComparison comparison) : IConsumer<Predicate>
    {
        public Predicate Take<T>(T test)
            where T : struct, IValueTest
        {
            var demand = PredicateBuilder.Demand(comparison.Left, comparison.Operator);
            return comparison.Left is TypedField field
                ? new FieldPredicate<T>(field.Reference, test, demand)
                : new SourcePredicate<T>(SourceBuilder.Build(comparison.Left), test, demand);
        }
    }

    /// <summary>Keeps the test as it is, behind its interface.</summary>
    private readonly struct TestItself : IConsumer<IValueTest>
    {
        public IValueTest Take<T>(T test)
            where T : struct, IValueTest => test;
    }

    private static TResult BuildText<TResult>(TypedComparison comparison, IConsumer<TResult> consumer)
    {
        var operation = comparison.Operator;
        switch (operation)
        {
            case ComparisonOperator.In or ComparisonOperator.Intersects when comparison.Values.Count != 1:
                return consumer.Take(new BytesIn(new ByteSet([.. comparison.Values.Select(static value => value.Bytes)])));
            case ComparisonOperator.PMatch:
                return consumer.Take(new BytesBelow(new PathPrefixes(comparison.Values.Select(static value => value.Bytes))));
            case ComparisonOperator.Equal or ComparisonOperator.In or ComparisonOperator.Intersects:
                return Several(comparison, consumer, static value => new BytesEqual(value.Bytes));
            case ComparisonOperator.NotEqual:
                return Several(comparison, consumer, static value => new BytesNotEqual(value.Bytes));
            case ComparisonOperator.Contains or ComparisonOperator.BContains:
                return Several(comparison, consumer, static value => new BytesContain(value.Bytes));
            case ComparisonOperator.IContains:
                return Several(comparison, consumer, static value => new BytesContainIgnoreCase(value.Bytes));
            case ComparisonOperator.StartsWith or ComparisonOperator.BStartsWith:
                return Several(comparison, consumer, static value => new BytesStart(value.Bytes));
            case ComparisonOperator.EndsWith:
                return Several(comparison, consumer, static value => new BytesEnd(value.Bytes));
            case ComparisonOperator.Glob or ComparisonOperator.IGlob:
                return Several(comparison, consumer, value => new BytesGlob(value.Bytes, operation == ComparisonOperator.IGlob));
            case ComparisonOperator.Regex:
                return Several(comparison, consumer, static value => new BytesRegex(PosixRegex.Compile(value.Text)));
            default:
                return Several(comparison, consumer, value => new BytesOrder(operation, value.Bytes));
        }
    }

    private static Predicate BuildNumber(TypedComparison comparison, PredicateOf consumer)
    {
        if (comparison.Operator is ComparisonOperator.In or ComparisonOperator.Intersects)
        {
            return consumer.Take(new NumberIn([.. comparison.Values.Select(static value => value.Bits).Order()]));
        }

        var unsigned = comparison.Left.Kind == ValueKind.UInt64;
        return Several(comparison, consumer, value => new NumberCompare(comparison.Operator, value.Bits, unsigned));
    }

    private static Predicate BuildFloat(TypedComparison comparison, PredicateOf consumer) =>
        comparison.Values.Count == 1
            ? consumer.Take(Float(comparison.Operator, comparison.Values[0]))
            : consumer.Take(new Several<FloatCompare>(
                [.. comparison.Values.Select(value => Float(comparison.Operator, value))], comparison.Modifier == ValueModifier.AllOf));

    // The event tells whether the field is text or a number: both comparisons are made ready.
    private static ByKind BuildByKind(TypedComparison comparison)
    {
        var comparesNumbers = comparison.Operator.IsOrdering()
            || comparison.Operator is ComparisonOperator.Equal or ComparisonOperator.NotEqual or ComparisonOperator.In or ComparisonOperator.Intersects;
        var numbers = comparison.Values
            .Select(value => LiteralReader.Read(value.Text, ValueKind.Float64, comparison.Operator, null, out _))
            .OfType<TypedLiteral>()
            .Select(value => Float(comparison.Operator, value))
            .ToArray();
        return new ByKind(
            BuildText(comparison, new TestItself()),
            comparesNumbers && numbers.Length > 0 ? new Several<FloatCompare>(numbers, comparison.Modifier == ValueModifier.AllOf) : null);
    }

    private static FloatCompare Float(ComparisonOperator operation, TypedLiteral value) =>
        new(operation, BitConverter.Int64BitsToDouble(value.Bits));

    private static TResult Several<T, TResult>(TypedComparison comparison, IConsumer<TResult> consumer, Func<TypedLiteral, T> make)
        where T : struct, IValueTest =>
        comparison.Values.Count == 1
            ? consumer.Take(make(comparison.Values[0]))
            : consumer.Take(new Several<T>([.. comparison.Values.Select(make)], comparison.Modifier == ValueModifier.AllOf));
}
