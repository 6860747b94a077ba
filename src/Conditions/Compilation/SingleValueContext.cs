using Saker.Conditions.Fields;
using Saker.Conditions.Runtime;
using Saker.Conditions.Values;

namespace Saker.Conditions.Compilation;

/// <summary>An event of which only one text field is known: for what can be said of a comparison before any event comes.</summary>
internal sealed class SingleValueContext : EvaluationContext
{
    /// <summary>The value of every field that is read.</summary>
    public byte[] Bytes { get; set; } = [];

    /// <inheritdoc/>
    public override Value Read(FieldReference field) => Value.Bytes(Bytes);
}
