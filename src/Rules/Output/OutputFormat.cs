using Saker.Conditions.Compilation;

namespace Saker.Rules.Output;

/// <summary>A part of an output: either text or a field.</summary>
public sealed record OutputPart
{
    /// <summary>Text that stands as it is; null for a field.</summary>
    public string? Text { get; init; }

    /// <summary>The field, or transformers over fields; null for text.</summary>
    public CompiledOperand? Operand { get; init; }

    /// <summary>How many bytes its text takes: longer is cut, shorter is filled with blanks; 0 for as long as it is.</summary>
    public int Width { get; init; }
}

/// <summary>An output format: what a rule's alert says.</summary>
/// <param name="Source">The format as written.</param>
/// <param name="Star">True when it starts with a star: to be written although fields are absent. Falco puts the star before every rule's output.</param>
/// <param name="Parts">Its parts in order.</param>
public sealed record OutputFormat(string Source, bool Star, IReadOnlyList<OutputPart> Parts)
{
    /// <summary>
    /// Its fields, each once, in the order of their first place: those within transformers too, in place of the transformed
    /// value, as in Falco's alerts.
    /// </summary>
    public IEnumerable<NamedField> Fields => Parts
        .Where(static part => part.Operand is not null)
        .SelectMany(static part => part.Operand!.Fields)
        .DistinctBy(static named => named.Text);

    /// <summary>This format, a blank, and another behind it.</summary>
    public OutputFormat Append(OutputFormat other) =>
        new($"{Source} {other.Source}", Star, [.. Parts, new OutputPart { Text = " " }, .. other.Parts]);
}

/// <summary>An output field that the message does not name.</summary>
/// <param name="Key">Its key among the alert's output fields.</param>
/// <param name="Format">The text that it holds; null for the value of a field, with its type.</param>
/// <param name="Value">The field, or transformers over fields; null for a text.</param>
public sealed record ExtraField(string Key, OutputFormat? Format, CompiledOperand? Value);
