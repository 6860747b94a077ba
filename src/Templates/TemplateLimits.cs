namespace Saker.Templates;

/// <summary>Bounds of one rendering. The data comes from the network, so no template may take its size or depth on trust.</summary>
public sealed record TemplateLimits
{
    /// <summary>The bounds used unless others are given.</summary>
    public static TemplateLimits Default { get; } = new();

    /// <summary>Nodes evaluated and loop turns taken.</summary>
    public int Steps { get; init; } = 200_000;

    /// <summary>Bytes of UTF-8 in the result.</summary>
    public int OutputBytes { get; init; } = 1 << 20;

    /// <summary>Bytes of UTF-8 that functions make on the way to the result.</summary>
    public int WorkBytes { get; init; } = 16 << 20;

    /// <summary>Nesting of template calls, control structures, parentheses and printed values together.</summary>
    public int Depth { get; init; } = 200;
}
