using Saker.Conditions.Source;

namespace Saker.Conditions.Ast;

/// <summary>A condition as it was written: names and values are not checked yet.</summary>
/// <param name="Range">Where it was written.</param>
public abstract record Expression(SourceRange Range)
{
    /// <summary>How deep the tree is below this node, macros included: bounds every recursion over it.</summary>
    public abstract int Depth { get; }
}

/// <summary>True when all parts are.</summary>
public sealed record AndExpression(SourceRange Range, IReadOnlyList<Expression> Children) : Expression(Range)
{
    /// <inheritdoc/>
    public override int Depth { get; } = 1 + Children.Max(static child => child.Depth);
}

/// <summary>True when one part is.</summary>
public sealed record OrExpression(SourceRange Range, IReadOnlyList<Expression> Children) : Expression(Range)
{
    /// <inheritdoc/>
    public override int Depth { get; } = 1 + Children.Max(static child => child.Depth);
}

/// <summary>True when its part is not.</summary>
public sealed record NotExpression(SourceRange Range, Expression Child) : Expression(Range)
{
    /// <inheritdoc/>
    public override int Depth { get; } = 1 + Child.Depth;
}

/// <summary>A bare name: a macro that is not resolved yet.</summary>
public sealed record NameExpression(SourceRange Range, string Name) : Expression(Range)
{
    /// <inheritdoc/>
    public override int Depth => 1;
}

/// <summary>A macro in its place. All uses of a macro share one <paramref name="Definition"/>.</summary>
public sealed record MacroExpression(SourceRange Range, MacroDefinition Definition) : Expression(Range)
{
    /// <inheritdoc/>
    public override int Depth { get; } = 1 + Definition.Body.Depth;
}

/// <summary>A named condition. Two definitions are the same only when they are the same object.</summary>
/// <param name="name">The name.</param>
/// <param name="body">Its condition, macros resolved.</param>
public sealed class MacroDefinition(string name, Expression body)
{
    /// <summary>The name.</summary>
    public string Name { get; } = name;

    /// <summary>Its condition, macros resolved.</summary>
    public Expression Body { get; } = body;
}

/// <summary>A comparison: <c>proc.name in (a, b)</c>.</summary>
public sealed record ComparisonExpression(
    SourceRange Range, Operand Left, ComparisonOperator Operator, ValueModifier Modifier, Operand Right) : Expression(Range)
{
    /// <inheritdoc/>
    public override int Depth => 1;
}

/// <summary>True when the field has a value: <c>proc.name exists</c>.</summary>
public sealed record ExistsExpression(SourceRange Range, Operand Left) : Expression(Range)
{
    /// <inheritdoc/>
    public override int Depth => 1;
}

/// <summary>A side of a comparison.</summary>
/// <param name="Range">Where it was written.</param>
public abstract record Operand(SourceRange Range);

/// <summary>A field with its argument, or without (null).</summary>
public sealed record FieldOperand(SourceRange Range, string Name, string? Argument) : Operand(Range);

/// <summary>A transformer over its arguments: <c>tolower(proc.name)</c>.</summary>
public sealed record TransformerOperand(SourceRange Range, Transformer Transformer, IReadOnlyList<Operand> Arguments) : Operand(Range);

/// <summary>A value as written, quotes and escapes resolved.</summary>
public sealed record LiteralOperand(SourceRange Range, string Text) : Operand(Range);

/// <summary>Several values, or several arguments of <c>join</c>.</summary>
public sealed record ListOperand(SourceRange Range, IReadOnlyList<Operand> Items) : Operand(Range);
