namespace Saker.Detector.Hosting;

/// <summary>A log that keeps what is told of mistakes, and passes all of it on.</summary>
internal sealed class KeptFaults(ILogger logger) : ILogger
{
    /// <summary>How many are kept.</summary>
    public const int Most = 50;

    private const int MostLength = 1000;

    private readonly List<string> sentences = [];
    private int more;

    /// <summary>The mistakes, and how many more there are.</summary>
    public IReadOnlyList<string> Sentences => more == 0 ? [.. sentences] : [.. sentences, $"{more} more, which the log names."];

    /// <summary>The first of them; empty when there is none.</summary>
    public string First => sentences.Count > 0 ? sentences[0] : "";

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => logger.BeginScope(state);

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error || logger.IsEnabled(logLevel);

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (logLevel >= LogLevel.Error)
        {
            if (sentences.Count < Most)
            {
                var sentence = formatter(state, exception);
                sentences.Add(sentence.Length <= MostLength ? sentence : sentence[..MostLength] + " …");
            }
            else
            {
                more++;
            }
        }

        logger.Log(logLevel, eventId, state, exception, formatter);
    }
}
