using Saker.Alerts;

namespace Saker.Detector.Outputs;

/// <summary>An alert as it leaves: one line without its line feed, UTF-8, in JSON or as text.</summary>
/// <param name="Line">The line. Immutable: all outputs share it.</param>
/// <param name="IsJson">True for JSON.</param>
/// <param name="Priority">How urgent it is.</param>
internal readonly record struct AlertLine(ReadOnlyMemory<byte> Line, bool IsJson, Priority Priority = Priority.Debug)
{
    /// <summary>The alert as JSON with nothing left out, whatever the line shows; empty unless an output needs it.</summary>
    public ReadOnlyMemory<byte> Whole { get; init; }

    /// <summary>The alert for an output that needs all of it.</summary>
    public AlertLine InFull() => Whole.IsEmpty ? this : new(Whole, IsJson: true, Priority);
}

/// <summary>Where alerts go. Each output has a queue and a task of its own, so that one that hangs holds back no other.</summary>
internal interface IAlertOutput : IAsyncDisposable
{
    /// <summary>The name in logs and metrics: <c>stdout</c>, <c>file</c>, <c>http</c>.</summary>
    string Name { get; }

    /// <summary>How often the other side had to be begun anew: a program that ended, a stream that broke.</summary>
    long Restarts => 0;

    /// <summary>Begins what it needs beside its alerts, without waiting for it. Called once, before the first alert.</summary>
    void Start()
    {
        // Most begin with the first alert.
    }

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

/// <summary>An output that takes several alerts at once, each of them in full (<see cref="AlertLine.Whole"/>).</summary>
internal interface IBatchOutput : IAlertOutput
{
    /// <summary>Alerts of a batch at most.</summary>
    int MostAtOnce { get; }

    /// <summary>Whether it waits by its nature, since others fetch the alerts; then nobody is told that it takes long.</summary>
    bool IsFetchedFrom => false;

    /// <summary>Makes one attempt to write those alerts of a batch that are open, and says of each what became of it.</summary>
    /// <exception cref="IOException">Some are open still.</exception>
    ValueTask WriteAsync(AlertBatch batch, CancellationToken cancellationToken);

    /// <inheritdoc/>
    ValueTask IAlertOutput.WriteAsync(AlertLine alert, CancellationToken cancellationToken) => WriteAsync(new AlertBatch([alert]), cancellationToken);
}

/// <summary>An alert that an output will never take.</summary>
internal sealed class AlertRefusedException(string message, Exception? inner = null) : IOException(message, inner);

/// <summary>An output that takes no alerts now, and may say for how long.</summary>
internal sealed class OutputBusyException(string message, TimeSpan? pause = null, Exception? inner = null) : IOException(message, inner)
{
    /// <summary>The pause that the other side asked for.</summary>
    public TimeSpan? Pause { get; } = pause;
}
