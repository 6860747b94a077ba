using Saker.Conditions.Ast;
using Saker.Conditions.Fields;
using Saker.Conditions.Values;

namespace Saker.Conditions.Runtime;

/// <summary>A compiled part of a condition. Evaluating allocates nothing.</summary>
internal abstract class Predicate
{
    public abstract bool Evaluate(EvaluationContext context);
}

internal sealed class ConstantPredicate(bool value) : Predicate
{
    public bool Value => value;

    public override bool Evaluate(EvaluationContext context) => value;
}

internal sealed class AndPredicate(Predicate[] children) : Predicate
{
    public override bool Evaluate(EvaluationContext context)
    {
        foreach (var child in children)
        {
            if (!child.Evaluate(context))
            {
                return false;
            }
        }

        return true;
    }
}

internal sealed class OrPredicate(Predicate[] children) : Predicate
{
    public override bool Evaluate(EvaluationContext context)
    {
        foreach (var child in children)
        {
            if (child.Evaluate(context))
            {
                return true;
            }
        }

        return false;
    }
}

internal sealed class NotPredicate(Predicate child) : Predicate
{
    public override bool Evaluate(EvaluationContext context) => !child.Evaluate(context);
}

/// <summary>A macro that several conditions share: evaluated once per event.</summary>
internal sealed class SharedPredicate(Predicate body, int shared) : Predicate
{
    public override bool Evaluate(EvaluationContext context)
    {
        if (context.TryRecall(shared, out var verdict))
        {
            return verdict;
        }

        verdict = body.Evaluate(context);
        context.Remember(shared, verdict);
        return verdict;
    }
}

internal sealed class ExistsPredicate(ValueSource source) : Predicate
{
    public override bool Evaluate(EvaluationContext context)
    {
        var scratch = new ScratchBuffer(stackalloc byte[SourcePredicate.StackBytes]);
        var value = source.Read(context, ref scratch);
        var exists = value.Kind == ValueKind.List ? !value.AsList.IsEmpty : value.Exists;
        scratch.Dispose();
        return exists;
    }
}

/// <summary>What a comparison demands of a value that is a list.</summary>
internal enum ListDemand
{
    /// <summary>One member must satisfy it.</summary>
    Any,

    /// <summary>All members must; a list without members does not.</summary>
    All,
}

/// <summary>Tests of values that may be lists.</summary>
internal static class ListDemands
{
    public static bool Test<T>(in Value value, in T test, ListDemand demand)
        where T : struct, IValueTest
    {
        if (value.Kind != ValueKind.List)
        {
            return value.Exists && test.Test(value);
        }

        var all = demand == ListDemand.All;
        var any = false;
        foreach (var member in value.AsList)
        {
            if (test.Test(member) != all)
            {
                return !all;
            }

            any = true;
        }

        return all && any;
    }
}

/// <summary>A field compared with what the condition states: the most frequent leaf, without a detour over a source.</summary>
internal sealed class FieldPredicate<T>(FieldReference field, T test, ListDemand demand) : Predicate
    where T : struct, IValueTest
{
    public override bool Evaluate(EvaluationContext context) => ListDemands.Test(context.Read(field), test, demand);
}

/// <summary>Sizes shared by predicates over transformers.</summary>
internal static class SourcePredicate
{
    public const int StackBytes = 512;
}

/// <summary>A transformer's result compared with what the condition states.</summary>
internal sealed class SourcePredicate<T>(ValueSource source, T test, ListDemand demand) : Predicate
    where T : struct, IValueTest
{
    public override bool Evaluate(EvaluationContext context)
    {
        var scratch = new ScratchBuffer(stackalloc byte[SourcePredicate.StackBytes]);
        var verdict = ListDemands.Test(source.Read(context, ref scratch), test, demand);
        scratch.Dispose();
        return verdict;
    }
}

/// <summary>Two operands compared with each other. Absent on either side is false.</summary>
internal sealed class PairPredicate(ValueSource left, ComparisonOperator operation, ValueSource right, ListDemand demand) : Predicate
{
    public override bool Evaluate(EvaluationContext context)
    {
        var scratch = new ScratchBuffer(stackalloc byte[SourcePredicate.StackBytes]);
        var verdict = Test(left.Read(context, ref scratch), right.Read(context, ref scratch));
        scratch.Dispose();
        return verdict;
    }

    private bool Test(in Value present, in Value other)
    {
        if (!other.Exists)
        {
            return false;
        }

        if (present.Kind != ValueKind.List)
        {
            return present.Exists && TestOne(present, other);
        }

        var all = demand == ListDemand.All;
        var any = false;
        foreach (var member in present.AsList)
        {
            if (TestOne(member, other) != all)
            {
                return !all;
            }

            any = true;
        }

        return all && any;
    }

    private bool TestOne(in Value present, in Value other)
    {
        if (other.Kind != ValueKind.List)
        {
            return PairComparison.Holds(operation, present, other);
        }

        var all = operation == ComparisonOperator.NotEqual;
        foreach (var member in other.AsList)
        {
            if (PairComparison.Holds(operation, present, member) != all)
            {
                return !all;
            }
        }

        return all;
    }
}

/// <summary>Compares two single values of one family.</summary>
internal static class PairComparison
{
    public static bool Holds(ComparisonOperator operation, in Value left, in Value right) => operation switch
    {
        ComparisonOperator.Equal or ComparisonOperator.In or ComparisonOperator.Intersects => Equal(left, right),
        ComparisonOperator.NotEqual => !Equal(left, right),
        ComparisonOperator.Contains => left.AsBytes.IndexOf(right.AsBytes) >= 0,
        ComparisonOperator.IContains => ContainsIgnoreCase(left.AsBytes, right.AsBytes),
        ComparisonOperator.StartsWith => left.AsBytes.StartsWith(right.AsBytes),
        ComparisonOperator.EndsWith => left.AsBytes.EndsWith(right.AsBytes),
        _ => Ordering.Holds(operation, Order(left, right)),
    };

    private static bool Equal(in Value left, in Value right)
    {
        if (IsNumber(left.Kind) && IsNumber(right.Kind))
        {
            return Order(left, right) == 0;
        }

        if (right.Kind == ValueKind.Network)
        {
            return Networks.Matches(left.AsBytes, right.AsBytes, right.PrefixLength);
        }

        return left.Kind == right.Kind && (left.Kind == ValueKind.Bool ? left.AsBool == right.AsBool : left.AsBytes.SequenceEqual(right.AsBytes));
    }

    private static int Order(in Value left, in Value right)
    {
        if (left.Kind == ValueKind.Float64 || right.Kind == ValueKind.Float64)
        {
            return AsDouble(left).CompareTo(AsDouble(right));
        }

        if (IsNumber(left.Kind))
        {
            // A negative number is below every unsigned one.
            var leftNegative = left.Kind == ValueKind.Int64 && left.AsInt64 < 0;
            var rightNegative = right.Kind == ValueKind.Int64 && right.AsInt64 < 0;
            return leftNegative != rightNegative ? (leftNegative ? -1 : 1)
                : leftNegative ? left.AsInt64.CompareTo(right.AsInt64) : left.AsUInt64.CompareTo(right.AsUInt64);
        }

        return left.AsBytes.SequenceCompareTo(right.AsBytes);
    }

    private static bool ContainsIgnoreCase(ReadOnlySpan<byte> text, ReadOnlySpan<byte> part)
    {
        for (var i = 0; i + part.Length <= text.Length; i++)
        {
            if (AsciiCase.Equal(text.Slice(i, part.Length), part))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsNumber(ValueKind kind) => kind is ValueKind.Int64 or ValueKind.UInt64 or ValueKind.Float64;

    private static double AsDouble(in Value value) => value.Kind switch
    {
        ValueKind.Float64 => value.AsFloat64,
        ValueKind.UInt64 => value.AsUInt64,
        _ => value.AsInt64,
    };
}
