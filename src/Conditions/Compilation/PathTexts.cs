using System.Text;
using Saker.Conditions.Ast;
using Saker.Conditions.Fields;
using Saker.Conditions.Typed;

namespace Saker.Conditions.Compilation;

/// <summary>
/// The beginnings of paths that conditions tell apart, and the regions between them. Texts hold bytes here, each a character.
/// </summary>
public static class PathTexts
{
    private const string Root = "/";

    // Where all beginnings are too many, only shorter ones are told apart.
    private static readonly int[] lengths = [200, 96, 48, 24, 12, 6, 1];

    /// <summary>The regions into which conditions divide all plain absolute paths.</summary>
    /// <param name="conditions">The conditions.</param>
    /// <param name="isPath">Fields that are paths.</param>
    /// <param name="isDirectory">Fields that are directories of paths.</param>
    /// <param name="limit">How many there may be at most.</param>
    public static IReadOnlyList<PathRegion> Regions(
        IEnumerable<CompiledCondition> conditions, Predicate<FieldReference> isPath, Predicate<FieldReference> isDirectory, int limit)
    {
        var walk = new Walk(isPath, isDirectory);
        foreach (var condition in conditions)
        {
            walk.Add(condition.Typed);
        }

        var texts = lengths.Select(length => walk.Texts.Select(text => text.Length > length ? text[..length] : text).ToHashSet(StringComparer.Ordinal)).First(cut => cut.Count <= limit || cut.Max(static text => text.Length) <= 1);
        return [.. texts.Order(StringComparer.Ordinal).Select(text => new PathRegion(text, texts))];
    }

    internal static string Text(byte[] bytes) => Encoding.Latin1.GetString(bytes);

    /// <summary>What a pattern begins with in any case.</summary>
    internal static string LiteralStart(string pattern) => pattern.AsSpan().IndexOfAny("*?[\\") is var end and >= 0 ? pattern[..end] : pattern;

    /// <summary>Whether a text has none of these characters.</summary>
    internal static bool IsLiteral(string text, params ReadOnlySpan<char> special) => text.AsSpan().IndexOfAny(special) < 0;

    /// <summary>The path that a value of <c>pmatch</c> is about; null when it is a pattern.</summary>
    internal static string? Base(string value) =>
        IsLiteral(value, '*', '?', '[') ? Root + string.Join('/', value.Split('/', StringSplitOptions.RemoveEmptyEntries)) : null;

    /// <summary>What paths in a directory begin with.</summary>
    internal static string InDirectory(string directory) => directory == Root ? Root : directory + Root;

    private sealed class Walk(Predicate<FieldReference> isPath, Predicate<FieldReference> isDirectory) : TypedWalk
    {
        public HashSet<string> Texts { get; } = new(StringComparer.Ordinal) { Root };

        public void Add(TypedNode node) => Visit(node);

        protected override void OnLeaf(TypedNode leaf)
        {
            if (leaf is TypedComparison { Left: TypedField { Reference: var field } } comparison && (isPath(field) || isDirectory(field)))
            {
                Texts.UnionWith(comparison.Values.Select(value => BeginningOf(comparison.Operator, Text(value.Bytes), isDirectory(field)))
                    .OfType<string>().Where(static text => text.StartsWith(Root, StringComparison.Ordinal)));
            }
        }

        private static string? BeginningOf(ComparisonOperator operation, string text, bool ofDirectory) => operation switch
        {
            ComparisonOperator.Equal or ComparisonOperator.NotEqual or ComparisonOperator.In or ComparisonOperator.Intersects => ofDirectory ? InDirectory(text) : text,
            ComparisonOperator.StartsWith or ComparisonOperator.BStartsWith => text,
            ComparisonOperator.Glob => LiteralStart(text),
            ComparisonOperator.PMatch when !ofDirectory => Base(text),
            _ => null,
        };
    }
}
