using Saker.Conditions.Ast;
using Saker.Conditions.Typed;

namespace Saker.Conditions.Compilation;

/// <summary>
/// All plain absolute paths whose longest beginning among a set of texts is one of them. Plain are paths without <c>//</c>, <c>..</c>
/// and <c>./</c>: they mean what they say.
/// </summary>
public sealed class PathRegion
{
    private readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> others;

    /// <param name="beginning">The text that all paths of the region begin with, as <see cref="PathTexts"/> has it.</param>
    /// <param name="texts">The set, <paramref name="beginning"/> among them.</param>
    internal PathRegion(string beginning, HashSet<string> texts)
    {
        Beginning = beginning;
        others = texts.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>The text that its paths begin with, each byte a character.</summary>
    public string Beginning { get; }

    /// <summary>How a comparison turns out for the region's paths.</summary>
    /// <param name="comparison">The comparison.</param>
    /// <param name="texts">Its values, each byte a character.</param>
    /// <param name="ofDirectory">Whether it is about their directories.</param>
    internal Outcome OutcomeOf(TypedComparison comparison, IReadOnlyList<string> texts, bool ofDirectory)
    {
        var all = comparison.Modifier == ValueModifier.AllOf;
        var outcome = Outcomes.Of(all);
        foreach (var text in texts)
        {
            var one = OutcomeOf(comparison.Operator, text, ofDirectory);
            outcome = all ? Outcomes.And(outcome, one) : Outcomes.Or(outcome, one);
        }

        return outcome;
    }

    private Outcome OutcomeOf(ComparisonOperator operation, string text, bool ofDirectory)
    {
        switch (operation)
        {
            case ComparisonOperator.Equal or ComparisonOperator.In or ComparisonOperator.Intersects:
                return ofDirectory ? IsDirectory(text) : Is(text);
            case ComparisonOperator.NotEqual:
                return Outcomes.Not(ofDirectory ? IsDirectory(text) : Is(text));
            case ComparisonOperator.StartsWith or ComparisonOperator.BStartsWith:
                return ofDirectory ? MayBe(BeginsWith(text), AreDirectoriesBelow(text)) : BeginsWith(text);
            case ComparisonOperator.Contains or ComparisonOperator.BContains or ComparisonOperator.EndsWith:
                return IsPlain(text) ? Outcome.Either : Outcome.False;
            case ComparisonOperator.Glob:
                return OfGlob(text);
            case ComparisonOperator.PMatch when !ofDirectory && PathTexts.Base(text) is { } path:
                return MayBe(BeginsWith(path), Beginning.StartsWith(PathTexts.InDirectory(path), StringComparison.Ordinal));
            default:
                return Outcome.Either;
        }
    }

    private Outcome OfGlob(string pattern) =>
        PathTexts.IsLiteral(pattern, '[', '\\') && !IsPlain(pattern) ? Outcome.False : MayBe(BeginsWith(PathTexts.LiteralStart(pattern)), isSure: false);

    private Outcome Is(string path) =>
        Beginning.Length > path.Length && Beginning.StartsWith(path, StringComparison.Ordinal) ? Outcome.False : MayBe(BeginsWith(path), isSure: false);

    /// <summary>Whether the directory is this one: then the rest of the path has no slash.</summary>
    private Outcome IsDirectory(string directory)
    {
        var start = PathTexts.InDirectory(directory);
        return Beginning.Length > start.Length && Beginning.StartsWith(start, StringComparison.Ordinal) && Beginning.AsSpan(start.Length).Contains('/')
            ? Outcome.False
            : MayBe(BeginsWith(start), isSure: false);
    }

    /// <summary>Whether the directories of all of the region's paths begin with a text.</summary>
    private bool AreDirectoriesBelow(string text) => Beginning.StartsWith(text, StringComparison.Ordinal) && Beginning.LastIndexOf('/') >= text.Length;

    /// <summary>Whether the paths begin with a text. They begin with none of the set that is longer than their own.</summary>
    private Outcome BeginsWith(string text)
    {
        if (Beginning.StartsWith(text, StringComparison.Ordinal))
        {
            return Outcome.True;
        }

        if (!text.StartsWith(Beginning, StringComparison.Ordinal))
        {
            return Outcome.False;
        }

        for (var length = Beginning.Length + 1; length <= text.Length; length++)
        {
            if (others.Contains(text.AsSpan(0, length)))
            {
                return Outcome.False;
            }
        }

        return Outcome.Either;
    }

    /// <summary>False stays; what can be true is so for sure, or can be either.</summary>
    private static Outcome MayBe(Outcome outcome, bool isSure) => outcome == Outcome.False ? Outcome.False : isSure ? Outcome.True : Outcome.Either;

    private static bool IsPlain(string text) =>
        !text.Contains("..", StringComparison.Ordinal) && !text.Contains("//", StringComparison.Ordinal) && !text.Contains("./", StringComparison.Ordinal);
}
