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

/// <summary>A field as it was written, and what it is.</summary>
/// <param name="Text">The name as written, with its argument.</param>
/// <param name="Reference">The field.</param>
public sealed record NamedField(string Text, FieldReference Reference);

/// <summary>A field, or transformers over fields, for those who print values. Immutable.</summary>
public sealed class CompiledOperand
{
    private const int StackBytes = 512;

    private readonly ValueSource source;

    internal CompiledOperand(Operand written, TypedOperand typed)
    {
        Text = ConditionPrinter.Print(written);
        Length = written.Range.Length;
        Field = (typed as TypedField)?.Reference;
        Fields = [.. Names(written).Zip(References(typed), static (name, field) => new NamedField(name, field))];
        source = SourceBuilder.Build(typed);
    }

    /// <summary>The operand as text.</summary>
    public string Text { get; }

    /// <summary>How many characters it took.</summary>
    public int Length { get; }

    /// <summary>The field, when it stands alone; null for a transformer.</summary>
    public FieldReference? Field { get; }

    /// <summary>The fields that it is made of, in the order of their places.</summary>
    public IReadOnlyList<NamedField> Fields { get; }

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

    private static IEnumerable<string> Names(Operand operand) => operand switch
    {
        FieldOperand => [ConditionPrinter.Print(operand)],
        TransformerOperand transformer => transformer.Arguments.SelectMany(Names),
        ListOperand list => list.Items.SelectMany(Names),
        _ => [],
    };

    private static IEnumerable<FieldReference> References(TypedOperand operand) => operand switch
    {
        TypedField field => [field.Reference],
        TypedTransformer transformer => transformer.Arguments.SelectMany(References),
        TypedList list => list.Items.SelectMany(References),
        _ => [],
    };
}
