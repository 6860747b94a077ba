namespace Saker.Detector.Outputs;

/// <summary>An alert as it leaves: one line without its line feed, UTF-8, in JSON or as text.</summary>
/// <param name="Line">The line. Immutable: all outputs share it.</param>
/// <param name="IsJson">True for JSON.</param>
internal readonly record struct AlertLine(ReadOnlyMemory<byte> Line, bool IsJson);

/// <summary>Where alerts go. Each output has a queue and a task of its own, so that one that hangs holds back no other.</summary>
internal interface IAlertOutput : IAsyncDisposable
{
    /// <summary>The name in logs and metrics: <c>stdout</c>, <c>file</c>, <c>http</c>.</summary>
    string Name { get; }

    /// <summary>Makes one attempt to write one alert. Who tries again, and when, is the queue's.</summary>
    /// <exception cref="AlertRefusedException">It will not be written, however often it is tried.</exception>
    /// <exception cref="IOException">The alert could not be written.</exception>
    ValueTask WriteAsync(AlertLine alert, CancellationToken cancellationToken);

    /// <summary>Opens anew what it writes to before the next alert. From any thread.</summary>
    void Reopen()
    {
        // Nothing is open between two alerts, or nothing that a name stands for.
    }
}

/// <summary>An alert that an output will never take.</summary>
internal sealed class AlertRefusedException(string message, Exception? inner = null) : IOException(message, inner);

/// <summary>An output that takes no alerts now, and may say for how long.</summary>
internal sealed class OutputBusyException(string message, TimeSpan? pause = null, Exception? inner = null) : IOException(message, inner)
{
    /// <summary>The pause that the other side asked for.</summary>
    public TimeSpan? Pause { get; } = pause;
}
