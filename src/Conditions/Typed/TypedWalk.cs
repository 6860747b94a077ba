namespace Saker.Conditions.Typed;

/// <summary>Goes through a typed tree, into each macro once.</summary>
internal abstract class TypedWalk
{
    private readonly HashSet<TypedMacro> seen = new(ReferenceEqualityComparer.Instance);

    /// <summary>Goes through a node and all that is below it.</summary>
    protected void Visit(TypedNode node)
    {
        switch (node)
        {
            case TypedAnd and:
                VisitAll(and.Children);
                break;
            case TypedOr or:
                VisitAll(or.Children);
                break;
            case TypedNot not:
                Visit(not.Child);
                break;
            case TypedMacro macro:
                if (seen.Add(macro))
                {
                    Visit(macro.Body);
                }

                break;
            default:
                OnLeaf(node);
                break;
        }
    }

    /// <summary>Takes what has no nodes below it.</summary>
    protected abstract void OnLeaf(TypedNode leaf);

    private void VisitAll(IReadOnlyList<TypedNode> nodes)
    {
        foreach (var node in nodes)
        {
            Visit(node);
        }
    }
}
