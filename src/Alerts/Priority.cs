using System.Collections.Frozen;
using System.Diagnostics;

namespace Saker.Alerts;

/// <summary>How urgent an alert is; lower numbers are more urgent, as in syslog (RFC 5424, table 2).</summary>
public enum Priority : byte
{
    /// <summary>The system is unusable.</summary>
    Emergency = 0,

    /// <summary>Somebody must act at once.</summary>
    Alert = 1,

    /// <summary>Critical.</summary>
    Critical = 2,

    /// <summary>An error.</summary>
    Error = 3,

    /// <summary>A warning.</summary>
    Warning = 4,

    /// <summary>Normal, but worth a notice.</summary>
    Notice = 5,

    /// <summary>Information.</summary>
    Informational = 6,

    /// <summary>For debugging.</summary>
    Debug = 7,
}

/// <summary>Priorities as text.</summary>
public static class Priorities
{
    private static readonly FrozenDictionary<string, Priority>.AlternateLookup<ReadOnlySpan<char>> ByWord =
        All.Select(static p => KeyValuePair.Create(Word(p), p))
            .Append(KeyValuePair.Create("Info", Priority.Informational))
            .ToFrozenDictionary(StringComparer.OrdinalIgnoreCase)
            .GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>From the most urgent to the least.</summary>
    public static IReadOnlyList<Priority> All => Enum.GetValues<Priority>();

    /// <summary>The word as Falco writes it: <c>Warning</c>, <c>Informational</c>.</summary>
    public static string Word(this Priority priority) => priority switch
    {
        Priority.Emergency => "Emergency",
        Priority.Alert => "Alert",
        Priority.Critical => "Critical",
        Priority.Error => "Error",
        Priority.Warning => "Warning",
        Priority.Notice => "Notice",
        Priority.Informational => "Informational",
        Priority.Debug => "Debug",
        _ => throw new UnreachableException($"Priority {(int)priority} has no word."),
    };

    /// <summary>True when <paramref name="priority"/> is as urgent as <paramref name="minimum"/> or more.</summary>
    public static bool IsAtLeast(this Priority priority, Priority minimum) => priority <= minimum;

    /// <summary>Reads a priority in any case; <c>info</c> means <see cref="Priority.Informational"/>.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out Priority priority) => ByWord.TryGetValue(text, out priority);
}
