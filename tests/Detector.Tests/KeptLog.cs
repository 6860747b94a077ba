using Microsoft.Extensions.Logging;

namespace Saker.Detector.Tests;

/// <summary>Keeps what is logged, from a level on.</summary>
internal sealed class KeptLog(LogLevel least = LogLevel.Trace) : ILogger
{
    private readonly List<string> lines = [];

    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (lines)
            {
                return [.. lines];
            }
        }
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= least;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel))
        {
            return;
        }

        lock (lines)
        {
            lines.Add(formatter(state, exception));
        }
    }
}
