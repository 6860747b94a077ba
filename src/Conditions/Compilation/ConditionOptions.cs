namespace Saker.Conditions.Compilation;

/// <summary>What the owner of a catalogue demands of conditions beyond their types.</summary>
public sealed record ConditionOptions
{
    /// <summary>No demands.</summary>
    public static ConditionOptions Default { get; } = new();

    /// <summary>The longest text that a field may be compared with, in bytes. Falco's is 255.</summary>
    public int MaximumValueBytes { get; init; } = 1 << 16;

    /// <summary>
    /// Fields with a closed set of values (<c>evt.type</c>): a comparison with any other value is an error, and so is a
    /// transformer, because what the condition selects must follow from its text.
    /// </summary>
    public IReadOnlyDictionary<string, IReadOnlySet<string>> ClosedFields { get; init; } = new Dictionary<string, IReadOnlySet<string>>();

    /// <summary>
    /// Fields from which follows what a condition selects (<c>evt.type</c>, <c>syscall.type</c>): under a transformer they
    /// cannot be compared by <c>=</c>, <c>!=</c> and <c>in</c>.
    /// </summary>
    public IReadOnlySet<string> SelectingFields { get; init; } = new HashSet<string>();
}
