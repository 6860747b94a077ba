using Saker.Conditions.Source;

namespace Saker.Conditions.Parsing;

/// <summary>What kind of mistake a condition has.</summary>
public enum ConditionErrorKind
{
    /// <summary>The text does not follow the grammar.</summary>
    Syntax,

    /// <summary>The condition is too long or too deeply nested.</summary>
    TooComplex,

    /// <summary>A bare name that is no macro.</summary>
    UnknownName,

    /// <summary>A field that the catalogue does not have, or not with that argument.</summary>
    UnknownField,

    /// <summary>A value that is none of those that the field can have.</summary>
    UnknownValue,

    /// <summary>A value that cannot be compared with the field.</summary>
    InvalidValue,

    /// <summary>An operator or transformer that the field does not support.</summary>
    Unsupported,
}

/// <summary>A mistake in a condition.</summary>
/// <param name="Kind">What kind of mistake.</param>
/// <param name="Range">The part that is wrong.</param>
/// <param name="CheckStart">Where the whole comparison starts, in the same text; equal to the range's start for most.</param>
/// <param name="Message">What is wrong, without position.</param>
/// <param name="Suggestion">The nearest valid name, if one is near.</param>
public sealed record ConditionError(ConditionErrorKind Kind, SourceRange Range, int CheckStart, string Message, string? Suggestion = null)
{
    /// <summary>Where it was written.</summary>
    public SourcePosition Position => Range.Source.Locate(Range.Start);

    /// <summary>Line, column, message, the nearest name, and the text with a caret.</summary>
    public override string ToString()
    {
        var at = Position;
        var file = at.File is null ? "" : at.File + ":";
        var hint = Suggestion is null ? "" : $" (did you mean {Suggestion}?)";
        return $"{file}{at.Line}:{at.Column}: {Message}{hint}\n{CaretSnippet.Render(Range.Source.Text, Range.Start, Range.Length)}";
    }
}
