using Saker.Conditions.Fields;
using Saker.Conditions.Rewriting;
using Saker.Conditions.Typed;
using Saker.Conditions.Values;

namespace Saker.Conditions.Compilation;

/// <summary>
/// Puts the verdict in the place of comparisons of a field whose value is known beforehand. Goes into macros: a macro's
/// verdict stays the same for every event of which the knowledge is true, so the version keeps the macro's slot.
/// </summary>
/// <param name="field">The field's name, without argument.</param>
/// <param name="value">Its value.</param>
internal sealed class KnownField(string field, byte[] value) : Rewrite
{
    private readonly KnownValueContext context = new();
    private readonly KnownValue known = new(ValueKind.Bytes, 0, value);
    private readonly ConstantFolding folding = new();
    private readonly Dictionary<TypedMacro, TypedNode> macros = new(ReferenceEqualityComparer.Instance);

    protected override TypedNode OnLeaf(TypedNode leaf) => leaf switch
    {
        TypedMacro macro => OnMacro(macro),
        TypedExists { Operand: TypedField named } when Is(named.Reference) => TypedConstant.True,
        TypedComparison { Left: TypedField named } comparison when Is(named.Reference) =>
            context.Evaluate(ComparisonBuilder.Build(comparison), known) ? TypedConstant.True : TypedConstant.False,
        _ => leaf,
    };

    private TypedNode OnMacro(TypedMacro macro)
    {
        if (macros.TryGetValue(macro, out var done))
        {
            return done;
        }

        var body = folding.Apply(Apply(macro.Body));
        var result = body is TypedConstant ? body : new TypedMacro(macro.Definition, body, macro.Shared);
        macros[macro] = result;
        return result;
    }

    private bool Is(FieldReference candidate) => candidate.Definition.Name == field && candidate.Argument is null;
}
