namespace Saker.Rules;

/// <summary>What rules are loaded for.</summary>
public sealed record RuleLoaderOptions
{
    /// <summary>The sources of events, by the names that rules give them: <c>syscall</c>.</summary>
    public required IReadOnlyDictionary<string, RuleSource> Sources { get; init; }

    /// <summary>The source of rules that name none.</summary>
    public string DefaultSource { get; init; } = "syscall";

    /// <summary>The version that rule files may ask for.</summary>
    public static Version DefaultEngineVersion { get; } = new(0, 63, 0);

    /// <summary>The version that rule files may ask for.</summary>
    public Version EngineVersion { get; init; } = DefaultEngineVersion;

    /// <summary>Plugins that are there (or whose fields are built in), with their versions.</summary>
    public IReadOnlyDictionary<string, Version> Plugins { get; init; } = new Dictionary<string, Version> { ["container"] = new(0, 7, 0) };

    /// <summary>From how many event types on a rule is told to be about too many. Falco counts 100 numbers, of which a name has two.</summary>
    public int ManyEventTypes { get; init; } = 50;
}
