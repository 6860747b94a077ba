using Saker.Conditions.Typed;

namespace Saker.Conditions.Rewriting;

/// <summary>Puts a macro of one comparison in its place: to remember its verdict would cost as much as to evaluate it.</summary>
internal sealed class SmallMacros : Rewrite
{
    protected override TypedNode OnLeaf(TypedNode leaf)
    {
        var body = leaf;
        while (body is TypedMacro macro)
        {
            body = macro.Body;
        }

        return body is TypedComparison or TypedExists or TypedPair or TypedConstant ? body : leaf;
    }
}
