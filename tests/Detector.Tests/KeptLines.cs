using System.Text;
using Saker.Detector.Outputs;

namespace Saker.Detector.Tests;

/// <summary>Keeps the lines of alerts.</summary>
internal sealed class KeptLines : IAlertOutput
{
    public List<string> Lines { get; } = [];

    public string Name => "kept";

    public ValueTask WriteAsync(AlertLine alert, CancellationToken cancellationToken)
    {
        Lines.Add(Encoding.UTF8.GetString(alert.Line.Span));
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
