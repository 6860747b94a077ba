using System.ComponentModel.DataAnnotations;
using Saker.Settings;

namespace Saker.Outputs.Local.File;

/// <summary>Options of the file output.</summary>
internal sealed record FileOutputOptions : OutputOptions
{
    /// <summary>The file that alerts are appended to.</summary>
    [Required]
    public string Path { get; init; } = "";

    /// <summary>The form of a line: json, or text (time, priority, rule and message).</summary>
    [Words("text", "json")]
    public string Format { get; init; } = "json";

    /// <summary>Mebibytes after which the file becomes <c>PATH.1</c>, the one before <c>PATH.2</c> and so on; 0 never rotates.</summary>
    [Range(0, 1_048_576)]
    public int MaxSizeMb { get; init; } = 100;

    /// <summary>Rotated files that are kept beside the present one.</summary>
    [Range(0, 1000)]
    public int MaxFiles { get; init; } = 5;

    /// <summary>Syncs the file to the disk after each attempt, so that a delivered alert survives a power cut.</summary>
    public bool Sync { get; init; }
}
