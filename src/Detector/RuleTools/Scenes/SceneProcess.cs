namespace Saker.Detector.RuleTools.Scenes;

/// <summary>A user of a process.</summary>
/// <param name="Name">The name.</param>
/// <param name="Uid">The number.</param>
/// <param name="Gid">The group's number.</param>
/// <param name="LoginUid">The number of who logged in; the largest for nobody.</param>
internal sealed record SceneUser(string Name, uint Uid, uint Gid, uint LoginUid)
{
    /// <summary>Who a process belongs to when nothing is said.</summary>
    public static SceneUser Root { get; } = new("root", 0, 0, uint.MaxValue);
}

/// <summary>A process as somebody described it. Two descriptions that are equal mean one process.</summary>
internal sealed record SceneProcess
{
    /// <summary>The id that was given; null for any.</summary>
    public long? Pid { get; init; }

    /// <summary>The short name: <c>bash</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The program as it was called: the first word of its command line.</summary>
    public required string Exe { get; init; }

    /// <summary>The path of the program's file.</summary>
    public required string ExePath { get; init; }

    /// <summary>Arguments after the first word, each ended by a zero byte.</summary>
    public string Args { get; init; } = "";

    /// <summary>Variables, each ended by a zero byte.</summary>
    public string Environment { get; init; } = "";

    /// <summary>The working directory; empty for the parent's.</summary>
    public string Directory { get; init; } = "";

    /// <summary>The terminal; 0 for none.</summary>
    public uint Terminal { get; init; }

    /// <summary>What is said of the program's file, in the driver's numbers.</summary>
    public uint ExecFlags { get; init; }

    /// <summary>Who it belongs to.</summary>
    public SceneUser User { get; init; } = SceneUser.Root;

    /// <summary>The whole id of its container; empty for none.</summary>
    public string ContainerId { get; init; } = "";

    /// <summary>The parent; null for one that nobody knows.</summary>
    public SceneProcess? Parent { get; init; }
}
