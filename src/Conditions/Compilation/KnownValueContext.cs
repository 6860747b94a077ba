using Saker.Conditions.Fields;
using Saker.Conditions.Runtime;
using Saker.Conditions.Values;

namespace Saker.Conditions.Compilation;

/// <summary>An event in which every field has the same value: for what can be said of a comparison before any event comes.</summary>
internal sealed class KnownValueContext : EvaluationContext
{
    private KnownValue present = new(ValueKind.None, 0, []);

    /// <summary>Whether a comparison holds for a value.</summary>
    public bool Evaluate(Predicate comparison, KnownValue value)
    {
        present = value;
        return comparison.Evaluate(this);
    }

    /// <inheritdoc/>
    public override Value Read(FieldReference field) => Value.FromParts(present.Kind, ValueKind.None, present.Bits, present.Bytes);
}
