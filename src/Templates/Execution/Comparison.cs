using Saker.Templates.Values;

namespace Saker.Templates.Execution;

/// <summary>The comparisons of the language. Go compares values of one kind only; what does not fit is a fault, not false.</summary>
internal static class Comparison
{
    private const string Incompatible = "incompatible types for comparison";

    public static bool EqualsAny(TemplateValue first, ReadOnlySpan<TemplateValue> others)
    {
        if (others.IsEmpty)
        {
            throw new TemplateFault("error calling eq: missing argument for comparison");
        }

        foreach (var other in others)
        {
            if (AreEqual(first, other))
            {
                return true;
            }
        }

        return false;
    }

    public static bool AreEqual(TemplateValue a, TemplateValue b) => (a, b) switch
    {
        (NilValue, _) or (_, NilValue) => a.IsNil && b.IsNil,
        (BooleanValue x, BooleanValue y) => x.Value == y.Value,
        (IntegerValue x, IntegerValue y) => x.Value == y.Value,
        (FloatValue x, FloatValue y) => x.Value == y.Value,
        (ComplexValue x, ComplexValue y) => x.Real == y.Real && x.Imaginary == y.Imaginary,
        (StringValue x, StringValue y) => x.Utf8.Span.SequenceEqual(y.Utf8.Span),
        (TemplateObject x, TemplateObject y) when x.TypeName == y.TypeName => x.EqualTo(y) ?? throw NotComparable(b),
        (TemplateList or TemplateMap or TemplateObject, TemplateList or TemplateMap or TemplateObject) => throw NotComparable(b),
        _ => throw new TemplateFault($"{Incompatible}: {a.TypeName} and {b.TypeName}"),
    };

    public static bool IsLess(TemplateValue a, TemplateValue b) => (a, b) switch
    {
        (IntegerValue x, IntegerValue y) => x.Value < y.Value,
        (FloatValue x, FloatValue y) => x.Value < y.Value,
        (StringValue x, StringValue y) => x.Utf8.Span.SequenceCompareTo(y.Utf8.Span) < 0,
        (IntegerValue or FloatValue or StringValue, IntegerValue or FloatValue or StringValue) =>
            throw new TemplateFault($"{Incompatible}: {a.TypeName} and {b.TypeName}"),
        _ => throw new TemplateFault($"invalid type for comparison: {a.TypeName} and {b.TypeName}"),
    };

    public static bool IsLessOrEqual(TemplateValue a, TemplateValue b) => IsLess(a, b) || AreEqual(a, b);

    private static TemplateFault NotComparable(TemplateValue value) => new($"non-comparable type {value.TypeName}");
}
