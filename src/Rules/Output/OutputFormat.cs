using Saker.Conditions.Compilation;
using Saker.Conditions.Fields;

namespace Saker.Rules.Output;

/// <summary>A part of an output: either text or a field.</summary>
public sealed record OutputPart
{
    /// <summary>Text that stands as it is; null for a field.</summary>
    public string? Text { get; init; }

    /// <summary>The field; null for text.</summary>
    public FieldReference? Field { get; init; }

    /// <summary>The field with the transformers around it (<c>%tolower(proc.name)</c>); null when there are none.</summary>
    public CompiledOperand? Operand { get; init; }

    /// <summary>The key under which the field stands among the alert's output fields, as it was written.</summary>
    public string Key { get; init; } = "";
}

/// <summary>An output format: what a rule's alert says.</summary>
/// <param name="Source">The format as written.</param>
/// <param name="Star">True when it starts with a star: to be written although fields are absent. Falco puts the star before every rule's output.</param>
/// <param name="Parts">Its parts in order.</param>
public sealed record OutputFormat(string Source, bool Star, IReadOnlyList<OutputPart> Parts)
{
    /// <summary>Its fields, each once, in the order of their first place.</summary>
    public IEnumerable<OutputPart> Fields => Parts.Where(static part => part.Field is not null).DistinctBy(static part => part.Key);

    /// <summary>This format, a blank, and another behind it.</summary>
    public OutputFormat Append(OutputFormat other) =>
        new($"{Source} {other.Source}", Star, [.. Parts, new OutputPart { Text = " " }, .. other.Parts]);
}

/// <summary>An output field that the message does not name.</summary>
/// <param name="Key">Its key among the alert's output fields.</param>
/// <param name="Format">What it holds: a single field, or a format.</param>
/// <param name="IsText">True for a text made by the format; false for the value of the single field, with its type.</param>
public sealed record ExtraField(string Key, OutputFormat Format, bool IsText);
