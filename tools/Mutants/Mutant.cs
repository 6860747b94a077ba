using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace Saker.Mutants;

/// <summary>One small change of one file.</summary>
/// <param name="Tree">The file.</param>
/// <param name="Span">The text that is replaced.</param>
/// <param name="Replacement">What stands there instead.</param>
internal sealed record Mutant(SyntaxTree Tree, TextSpan Span, string Replacement)
{
    private const int MaxShown = 80;

    /// <summary>The file with the change.</summary>
    public SyntaxTree Apply()
    {
        var text = Tree.GetText();
        return Tree.WithChangedText(text.WithChanges(new TextChange(Span, Replacement)));
    }

    /// <summary>Place and change: path, line, and <c>a == b → a != b</c>.</summary>
    /// <param name="root">The repository, from which the path is given.</param>
    public string Describe(string root) => $"{PathIn(root)}:{Line + 1}: {Change}";

    /// <summary>What the mutant is, whatever happens elsewhere in the file: path, line of code and change, with tabs between.</summary>
    /// <param name="root">The repository, from which the path is given.</param>
    public string Key(string root) => $"{PathIn(root)}\t{Tree.GetText().Lines[Line].ToString().Trim()}\t{Change}";

    private int Line => Tree.GetLineSpan(Span).StartLinePosition.Line;

    private string Change => $"{Shown(Tree.GetText().ToString(Span))} → {Shown(Replacement.Length == 0 ? "(nothing)" : Replacement)}";

    private string PathIn(string root) => Path.GetRelativePath(root, Tree.FilePath);

    private static string Shown(string text)
    {
        var line = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return line.Length <= MaxShown ? line : line[..MaxShown] + "…";
    }
}
