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

    /// <summary>Writes one alert; comes back when it is written or given up for good.</summary>
    /// <exception cref="IOException">The alert could not be written.</exception>
    ValueTask WriteAsync(AlertLine alert, CancellationToken cancellationToken);
}
