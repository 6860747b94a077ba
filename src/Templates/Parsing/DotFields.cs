namespace Saker.Templates.Parsing;

/// <summary>
/// Finds the fields that a template asks of the data that it is given. Where the dot is something else, as inside of <c>with</c>,
/// <c>range</c> and called templates, nothing can be known before there is data.
/// </summary>
internal static class DotFields
{
    private const string Root = "$";

    public static IEnumerable<(string Name, int Position)> Of(TemplateSet set) => Of(set.Bodies[TemplateSet.Main], isDotRoot: true);

    private static IEnumerable<(string Name, int Position)> Of(IEnumerable<Node> nodes, bool isDotRoot) => nodes.SelectMany(node => Of(node, isDotRoot));

    private static IEnumerable<(string Name, int Position)> Of(Node node, bool isDotRoot) => node switch
    {
        ActionNode action => Of(action.Pipeline, isDotRoot),
        BranchNode branch =>
        [
            .. Of(branch.Pipeline, isDotRoot),
            .. Of(branch.Body, isDotRoot && branch.Kind == BranchKind.If),
            .. Of(branch.Otherwise, isDotRoot),
        ],
        CallNode { Pipeline: { } pipeline } => Of(pipeline, isDotRoot),
        PipelineNode pipeline => pipeline.Commands.SelectMany(command => Of(command.Words, isDotRoot)),
        ChainNode chain => Of(chain.Operand, isDotRoot),
        FieldNode field when isDotRoot => [(field.Path[0], field.Position)],
        VariableNode { Name: Root, Path.Length: > 0 } variable => [(variable.Path[0], variable.Position)],
        _ => [],
    };
}
