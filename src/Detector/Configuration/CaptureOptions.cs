using System.ComponentModel.DataAnnotations;
using Saker.Settings;

namespace Saker.Detector.Configuration;

/// <summary>Which rules' matches are captured.</summary>
internal enum CaptureMode
{
    /// <summary>Those of rules that say so (<c>capture: true</c>).</summary>
    Rules,

    /// <summary>Those of all rules.</summary>
    [KeyName("all_rules")]
    AllRules,
}

/// <summary>Files with what is known of the machine at a match, and with the events from the match on.</summary>
[SnakeCaseKeys]
internal sealed record CaptureOptions : ICheckedOptions
{
    /// <summary>Whether matches are captured.</summary>
    public bool Enabled { get; init; }

    /// <summary>How files' paths begin; <c>_TIME_NUMBER.scap</c> follows, with time and number of the event that matched.</summary>
    public string PathPrefix { get; init; } = "/tmp/falco";

    /// <summary>Whose matches are captured: of rules with <c>capture: true</c> (rules), or of all (all_rules).</summary>
    public CaptureMode Mode { get; init; } = CaptureMode.Rules;

    /// <summary>Milliseconds from a match on, for rules that do not say how long (<c>capture_duration</c>).</summary>
    [Range(typeof(long), "0", "9223372036854775807")]
    public long DefaultDuration { get; init; } = 5000;

    /// <summary>Megabytes of one file at which its capture ends, as they are on the disk; 0 for no limit, which is Falco's default.</summary>
    [Range(0, 1_048_576)]
    public int MaxFileSizeMb { get; init; } = 100;

    /// <summary>Files that are kept beside the one that is written; beyond, the oldest is removed; 0 for no limit. Falco has no such key.</summary>
    [Range(0, 100_000)]
    public int MaxFiles { get; init; } = 100;

    /// <summary>Megabytes of all files together, beside the one that is written; beyond, the oldest is removed; 0 for no limit. Falco has no such key.</summary>
    [Range(0, int.MaxValue)]
    public int MaxTotalSizeMb { get; init; } = 1024;

    /// <summary>Megabytes that wait in memory at most to be written; what does not fit is left out, counted and told. Falco has no such key.</summary>
    [Range(4, 16_384)]
    public int BufferMb { get; init; } = 64;

    /// <inheritdoc/>
    public IEnumerable<OptionFault> Validate()
    {
        if (Enabled && PathPrefix.Length == 0)
        {
            yield return new OptionFault("path_prefix", "Captures are enabled and have no place; write how the files' paths begin, as in '/var/lib/saker/captures/match'.");
        }
    }
}
