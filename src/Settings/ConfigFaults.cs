namespace Saker.Settings;

internal enum FaultSeverity
{
    /// <summary>Said once so that nobody wonders; nothing is wrong.</summary>
    Notice,

    /// <summary>The router runs, but something does not do what its author may expect.</summary>
    Warning,

    /// <summary>The router does not start, unless <c>config.onerror: ignore</c> is chosen.</summary>
    Error,
}

/// <summary>One finding about the configuration: where, which key, and a sentence with the value and the cure.</summary>
internal sealed record ConfigFault(FaultSeverity Severity, ConfigSource Source, string Key, string Message)
{
    /// <summary>One line: what a file or a variable holds must not make lines of its own in a log.</summary>
    public override string ToString() => OneLine(Key.Length == 0 ? $"{Source}: {Message}" : $"{Source}: {Key}: {Message}");

    private static string OneLine(string text) =>
        text.Any(char.IsControl) ? string.Concat(text.Select(static character => char.IsControl(character) ? $"\\u{(int)character:x4}" : $"{character}")) : text;
}

/// <summary>Collects every finding, so that a user sees all of them at once.</summary>
internal sealed class ConfigFaults
{
    // A hostile or broken file must not print without end.
    private const int MaxFaults = 500;

    private readonly List<ConfigFault> all = [];

    public IReadOnlyList<ConfigFault> All => all;

    public bool HasErrors => all.Exists(static fault => fault.Severity == FaultSeverity.Error);

    public void Error(ConfigSource source, string key, string message) => Add(FaultSeverity.Error, source, key, message);

    public void Warning(ConfigSource source, string key, string message) => Add(FaultSeverity.Warning, source, key, message);

    public void Notice(ConfigSource source, string key, string message) => Add(FaultSeverity.Notice, source, key, message);

    private void Add(FaultSeverity severity, ConfigSource source, string key, string message)
    {
        if (all.Count < MaxFaults)
        {
            all.Add(new ConfigFault(severity, source, key, message));
        }
    }
}
