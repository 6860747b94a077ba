using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Saker.Mutants;

/// <summary>
/// Finds the changes that tests should notice: another operator, a condition turned round, a statement left out, another call of
/// the same shape. What only words a message or a log line is left as it is, and so is what throws.
/// </summary>
internal sealed class MutantFinder : CSharpSyntaxWalker
{
    private static readonly Dictionary<SyntaxKind, string[]> operators = new()
    {
        [SyntaxKind.EqualsEqualsToken] = ["!="],
        [SyntaxKind.ExclamationEqualsToken] = ["=="],
        [SyntaxKind.LessThanToken] = ["<=", ">="],
        [SyntaxKind.LessThanEqualsToken] = ["<", ">"],
        [SyntaxKind.GreaterThanToken] = [">=", "<="],
        [SyntaxKind.GreaterThanEqualsToken] = [">", "<"],
        [SyntaxKind.PlusToken] = ["-"],
        [SyntaxKind.MinusToken] = ["+"],
        [SyntaxKind.AsteriskToken] = ["/"],
        [SyntaxKind.SlashToken] = ["*"],
        [SyntaxKind.AmpersandAmpersandToken] = ["||"],
        [SyntaxKind.BarBarToken] = ["&&"],
        [SyntaxKind.AmpersandToken] = ["|"],
        [SyntaxKind.BarToken] = ["&"],
        [SyntaxKind.LessThanLessThanToken] = [">>"],
        [SyntaxKind.GreaterThanGreaterThanToken] = ["<<"],
        [SyntaxKind.PlusPlusToken] = ["--"],
        [SyntaxKind.MinusMinusToken] = ["++"],
        [SyntaxKind.PlusEqualsToken] = ["-="],
        [SyntaxKind.MinusEqualsToken] = ["+="],
        [SyntaxKind.BarEqualsToken] = ["&="],
        [SyntaxKind.AmpersandEqualsToken] = ["|="],
    };

    private static readonly Dictionary<string, string> calls = Both(
        ("First", "Last"), ("FirstOrDefault", "LastOrDefault"), ("Any", "All"), ("Min", "Max"), ("Skip", "Take"), ("SkipWhile", "TakeWhile"),
        ("OrderBy", "OrderByDescending"), ("Append", "Prepend"), ("StartsWith", "EndsWith"), ("TrimStart", "TrimEnd"), ("IndexOf", "LastIndexOf"),
        ("Exists", "TrueForAll"), ("UnionWith", "ExceptWith"), ("Floor", "Ceiling"));

    private readonly List<Mutant> found = [];

    private MutantFinder()
    {
    }

    /// <summary>The mutants of a file, in their order.</summary>
    public static IReadOnlyList<Mutant> Find(SyntaxTree tree)
    {
        var finder = new MutantFinder();
        finder.Visit(tree.GetRoot());
        return finder.found;
    }

    // What is no behaviour, or only its words.
    public override void VisitAttributeList(AttributeListSyntax node)
    {
    }

    public override void VisitThrowStatement(ThrowStatementSyntax node)
    {
    }

    public override void VisitThrowExpression(ThrowExpressionSyntax node)
    {
    }

    public override void VisitBinaryExpression(BinaryExpressionSyntax node)
    {
        if (node.IsKind(SyntaxKind.CoalesceExpression))
        {
            Replace(node, node.Right.ToString());
            Replace(node, node.Left + "!");
        }
        else if (!IsText(node.Left) && !IsText(node.Right))
        {
            Swap(node.OperatorToken);
        }

        base.VisitBinaryExpression(node);
    }

    public override void VisitAssignmentExpression(AssignmentExpressionSyntax node)
    {
        if (!IsText(node.Right))
        {
            Swap(node.OperatorToken);
        }

        base.VisitAssignmentExpression(node);
    }

    public override void VisitPrefixUnaryExpression(PrefixUnaryExpressionSyntax node)
    {
        if (node.IsKind(SyntaxKind.LogicalNotExpression) || node.IsKind(SyntaxKind.UnaryMinusExpression))
        {
            Replace(node, node.Operand.ToString());
        }
        else
        {
            Swap(node.OperatorToken);
        }

        base.VisitPrefixUnaryExpression(node);
    }

    public override void VisitPostfixUnaryExpression(PostfixUnaryExpressionSyntax node)
    {
        Swap(node.OperatorToken);
        base.VisitPostfixUnaryExpression(node);
    }

    public override void VisitIsPatternExpression(IsPatternExpressionSyntax node)
    {
        Replace(node, $"!({node})");
        base.VisitIsPatternExpression(node);
    }

    public override void VisitRelationalPattern(RelationalPatternSyntax node)
    {
        Swap(node.OperatorToken);
        base.VisitRelationalPattern(node);
    }

    public override void VisitIfStatement(IfStatementSyntax node)
    {
        Turn(node.Condition);
        base.VisitIfStatement(node);
    }

    public override void VisitConditionalExpression(ConditionalExpressionSyntax node)
    {
        Turn(node.Condition);
        base.VisitConditionalExpression(node);
    }

    public override void VisitWhenClause(WhenClauseSyntax node)
    {
        Turn(node.Condition);
        base.VisitWhenClause(node);
    }

    public override void VisitLiteralExpression(LiteralExpressionSyntax node)
    {
        switch (node.Kind())
        {
            case SyntaxKind.TrueLiteralExpression:
                Replace(node, "false");
                break;
            case SyntaxKind.FalseLiteralExpression:
                Replace(node, "true");
                break;
            case SyntaxKind.StringLiteralExpression when node.Token.ValueText is { } text && !text.Contains(' ', StringComparison.Ordinal):
                Replace(node, text.Length == 0 ? "\"other\"" : "\"\"");
                break;
            case SyntaxKind.Utf8StringLiteralExpression when node.Token.ValueText is { } text && !text.Contains(' ', StringComparison.Ordinal):
                Replace(node, text.Length == 0 ? "\"other\"u8" : "\"\"u8");
                break;
        }
    }

    public override void VisitExpressionStatement(ExpressionStatementSyntax node)
    {
        if (!IsSpoken(node.Expression))
        {
            Replace(node, ";");
            base.VisitExpressionStatement(node);
        }
    }

    public override void VisitContinueStatement(ContinueStatementSyntax node) => Replace(node, ";");

    public override void VisitBreakStatement(BreakStatementSyntax node) => Replace(node, ";"); // in a switch that is no program

    public override void VisitInvocationExpression(InvocationExpressionSyntax node)
    {
        if (node.Expression is MemberAccessExpressionSyntax { Name: { } name } && calls.TryGetValue(name.Identifier.ValueText, out var other))
        {
            found.Add(new Mutant(node.SyntaxTree, name.Identifier.Span, other));
        }

        base.VisitInvocationExpression(node);
    }

    private static Dictionary<string, string> Both(params (string One, string Other)[] pairs) =>
        pairs.Concat(pairs.Select(static pair => (One: pair.Other, Other: pair.One))).ToDictionary(static pair => pair.One, static pair => pair.Other, StringComparer.Ordinal);

    private static bool IsText(ExpressionSyntax node) =>
        node is InterpolatedStringExpressionSyntax || node.IsKind(SyntaxKind.StringLiteralExpression) || (node is BinaryExpressionSyntax binary && (IsText(binary.Left) || IsText(binary.Right)));

    /// <summary>Whether a statement only tells something, checks an argument, or gives something back.</summary>
    private static bool IsSpoken(ExpressionSyntax node)
    {
        var call = node is AwaitExpressionSyntax wait ? wait.Expression : node;
        return call is InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Expression: { } target, Name.Identifier.ValueText: var name } }
            && (target.ToString() is "Log" or "Debug" || target.ToString().EndsWith("Messages", StringComparison.Ordinal)
                || name is "Dispose" or "DisposeAsync" || name.StartsWith("ThrowIf", StringComparison.Ordinal));
    }

    // Comparisons and patterns have mutants of their own.
    private void Turn(ExpressionSyntax condition)
    {
        if (condition is InvocationExpressionSyntax or IdentifierNameSyntax or MemberAccessExpressionSyntax)
        {
            Replace(condition, $"!({condition})");
        }
    }

    private void Swap(SyntaxToken token)
    {
        foreach (var other in operators.GetValueOrDefault(token.Kind()) ?? [])
        {
            found.Add(new Mutant(token.SyntaxTree!, token.Span, other));
        }
    }

    private void Replace(SyntaxNode node, string text) => found.Add(new Mutant(node.SyntaxTree, node.Span, text));
}
