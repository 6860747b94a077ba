namespace Saker.Alerts;

/// <summary>
/// A value that must never be seen: passwords, tokens, and URLs that carry them. It prints as asterisks; only the line
/// that sends it calls <see cref="Reveal"/>.
/// </summary>
public sealed class Secret(string value) : IEquatable<Secret>
{
    /// <summary>What stands in place of a secret.</summary>
    public const string Mask = "***";

    private readonly string value = value;

    /// <summary>A secret that was not given.</summary>
    public static Secret None { get; } = new("");

    /// <summary>True when nothing was given.</summary>
    public bool IsEmpty => value.Length == 0;

    /// <summary>The value itself.</summary>
    public string Reveal() => value;

    /// <summary><paramref name="text"/> with this secret masked.</summary>
    public string MaskIn(string text) => IsEmpty ? text : text.Replace(value, Mask, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string ToString() => IsEmpty ? "" : Mask;

    /// <inheritdoc/>
    public bool Equals(Secret? other) => other is not null && other.value == value;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Secret);

    /// <inheritdoc/>
    public override int GetHashCode() => value.GetHashCode(StringComparison.Ordinal);
}
