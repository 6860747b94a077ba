using Saker.Templates.Values;

namespace Saker.Templates.Parsing;

/// <summary>A part of a parsed template. <paramref name="Position"/> is its offset in the text.</summary>
internal abstract record Node(int Position);

internal sealed record TextNode(int Position, byte[] Utf8) : Node(Position);

internal sealed record ActionNode(int Position, PipelineNode Pipeline) : Node(Position);

internal enum BranchKind
{
    If,
    With,
    Range,
}

internal sealed record BranchNode(int Position, BranchKind Kind, PipelineNode Pipeline, Node[] Body, Node[] Otherwise) : Node(Position);

internal sealed record CallNode(int Position, string Name, PipelineNode? Pipeline) : Node(Position);

internal sealed record BreakNode(int Position) : Node(Position);

internal sealed record ContinueNode(int Position) : Node(Position);

/// <summary>Commands joined by bars, with the variables that take the result. Also an operand, when in parentheses.</summary>
internal sealed record PipelineNode(int Position, string[] Variables, bool IsAssignment, CommandNode[] Commands) : Node(Position);

/// <summary>An operand with arguments.</summary>
internal sealed record CommandNode(int Position, Node[] Words) : Node(Position);

internal sealed record DotNode(int Position) : Node(Position);

internal sealed record NilNode(int Position) : Node(Position);

/// <summary>A constant. Without value: a whole number that does not fit, an error only where it is used.</summary>
internal sealed record ConstantNode(int Position, TemplateValue? Value, string Text) : Node(Position);

internal sealed record FieldNode(int Position, string[] Path) : Node(Position);

internal sealed record VariableNode(int Position, string Name, string[] Path) : Node(Position);

/// <summary>Fields of a parenthesised pipeline.</summary>
internal sealed record ChainNode(int Position, Node Operand, string[] Path) : Node(Position);

internal sealed record FunctionNode(int Position, string Name) : Node(Position);

/// <summary>The main template (with the empty name) and those that it defines.</summary>
internal sealed record TemplateSet(IReadOnlyDictionary<string, Node[]> Bodies)
{
    public const string Main = "";
}
