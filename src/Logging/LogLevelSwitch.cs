using Microsoft.Extensions.Logging;

namespace Saker.Logging;

/// <summary>The least level of the log, which may change while the program runs.</summary>
internal sealed class LogLevelSwitch
{
    private volatile int level = (int)LogLevel.Information;

    public LogLevel Level
    {
        get => (LogLevel)level;
        set => level = (int)value;
    }

    /// <summary>True when an entry is written. The libraries' own entries are left out below warning, unless everything is asked for.</summary>
    public bool IsOn(string? category, LogLevel level) =>
        level >= Level
        && (level >= LogLevel.Warning || Level <= LogLevel.Debug || category?.StartsWith("Microsoft.", StringComparison.Ordinal) != true);
}
