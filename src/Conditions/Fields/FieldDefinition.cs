using Saker.Conditions.Values;

namespace Saker.Conditions.Fields;

/// <summary>How a field's argument (<c>proc.aname[2]</c>) is given.</summary>
[Flags]
public enum FieldArgumentKind
{
    /// <summary>The field takes no argument.</summary>
    None = 0,

    /// <summary>The argument may be left out.</summary>
    Optional = 1,

    /// <summary>The argument must be given.</summary>
    Required = 2,

    /// <summary>The argument may be a number.</summary>
    Index = 4,

    /// <summary>The argument may be a name.</summary>
    Key = 8,
}

/// <summary>What a field's owner rules out, or does differently.</summary>
[Flags]
public enum FieldTraits
{
    /// <summary>Nothing special.</summary>
    None = 0,

    /// <summary>No transformer takes the field.</summary>
    NoTransformer = 1,

    /// <summary>The field may not stand on the right side of a comparison.</summary>
    NoRightSide = 2,

    /// <summary>The field may not stand in an output format.</summary>
    NoOutput = 4,

    /// <summary>
    /// When the value is a list of alternatives (a process's ancestors), <c>!=</c> is true as soon as one differs. Without
    /// this all must differ (both ends of a connection).
    /// </summary>
    OneDifferenceSuffices = 8,
}

/// <summary>A field as its catalogue declares it: what rules may say about it, whether or not it can be filled here.</summary>
public sealed record FieldDefinition
{
    /// <summary>The name, without argument: <c>proc.name</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The kind of value it has (of each member, when <see cref="IsList"/>).</summary>
    public required ValueKind Kind { get; init; }

    /// <summary>The type as the catalogue's owner names it (Falco: <c>CHARBUF</c>, <c>UINT64</c> …), for listings and checks.</summary>
    public string TypeName { get; init; } = "";

    /// <summary>Whether it takes an argument.</summary>
    public FieldArgumentKind Argument { get; init; }

    /// <summary>
    /// True when its value is a set: <c>in</c> wants all its members in, <c>intersects</c> one. A field that is no set may
    /// still read as a list: then its members are alternatives, and one that satisfies a comparison is enough.
    /// </summary>
    public bool IsList { get; init; }

    /// <summary>What its owner rules out, or does differently.</summary>
    public FieldTraits Traits { get; init; }

    /// <summary>What it means, in a sentence or two.</summary>
    public string Description { get; init; } = "";

    /// <summary>Why this build cannot fill it; null when it can.</summary>
    public string? Unavailable { get; init; }

    /// <summary>Words in place of numbers, with their ranks (<c>priority</c>: debug … emergency); null for most.</summary>
    public IReadOnlyDictionary<string, long>? Words { get; init; }
}

/// <summary>The fields that a condition may name. Handed in: the condition language itself knows none.</summary>
public interface IFieldCatalogue
{
    /// <summary>All fields, for suggestions and listings.</summary>
    IReadOnlyCollection<FieldDefinition> Definitions { get; }

    /// <summary>The field of that name (no argument), or null.</summary>
    FieldDefinition? Find(string name);

    /// <summary>
    /// Makes a reference to a field with its argument. The same name and argument always give the same reference, so that
    /// what is read once per event is shared by all conditions over this catalogue.
    /// </summary>
    /// <param name="definition">A definition of this catalogue.</param>
    /// <param name="argument">The text between the brackets; null when there was none.</param>
    /// <param name="error">Says what is wrong with the argument when the result is null.</param>
    FieldReference? Bind(FieldDefinition definition, string? argument, out string? error);
}

/// <summary>A field with its argument, as conditions and output formats hold it.</summary>
public abstract class FieldReference(FieldDefinition definition, string? argument, int slot)
{
    /// <summary>The field.</summary>
    public FieldDefinition Definition { get; } = definition;

    /// <summary>The text between the brackets; null when there was none.</summary>
    public string? Argument { get; } = argument;

    /// <summary>A number of its own among its catalogue's references, from 0: the slot of what is read once per event.</summary>
    public int Slot { get; } = slot;

    /// <summary>The name as written: <c>proc.aname[2]</c>.</summary>
    public string Text => Argument is null ? Definition.Name : $"{Definition.Name}[{Argument}]";
}
