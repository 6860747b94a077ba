using Saker.Conditions.Ast;
using Saker.Conditions.Fields;
using Saker.Conditions.Runtime;
using Saker.Conditions.Typed;
using Saker.Conditions.Values;

namespace Saker.Conditions.Compilation;

/// <summary>Does something with a value, which holds only during the call.</summary>
/// <typeparam name="TState">What the caller hands through.</typeparam>
public delegate void ValueVisitor<TState>(scoped Value value, ref TState state)
    where TState : allows ref struct;

/// <summary>A field with transformers around it, for those who print values. Immutable.</summary>
public sealed class CompiledOperand
{
    private const int StackBytes = 512;

    private readonly ValueSource source;

    private CompiledOperand(ValueSource source) => this.source = source;

    /// <summary>Compiles a field with transformers of one argument.</summary>
    /// <param name="field">The field.</param>
    /// <param name="transformers">The transformers, the outermost first.</param>
    /// <param name="refusal">Why they do not fit the field, when the result is null.</param>
    public static CompiledOperand? Compile(FieldReference field, IReadOnlyList<Transformer> transformers, out string? refusal)
    {
        ArgumentNullException.ThrowIfNull(transformers);
        refusal = null;
        TypedOperand? operand = new TypedField(field);
        for (var i = transformers.Count - 1; i >= 0 && operand is not null; i--)
        {
            operand = TransformerTypes.Type(transformers[i], [operand], out refusal);
        }

        return operand is null ? null : new CompiledOperand(SourceBuilder.Build(operand));
    }

    /// <summary>Reads the value for the present event and hands it to <paramref name="visit"/>.</summary>
    public void Visit<TState>(EvaluationContext context, ref TState state, ValueVisitor<TState> visit)
        where TState : allows ref struct
    {
        ArgumentNullException.ThrowIfNull(visit);
        Span<byte> stack = stackalloc byte[StackBytes];
        var scratch = new ScratchBuffer(stack);
        visit(source.Read(context, ref scratch), ref state);
        scratch.Dispose();
    }
}
