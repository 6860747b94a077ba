using System.Buffers;
using System.IO.Pipelines;

namespace Saker.Http;

/// <summary>What reading a line came to.</summary>
public enum LineOutcome
{
    /// <summary>There is one.</summary>
    Line,

    /// <summary>The body is over.</summary>
    End,

    /// <summary>The body is over in the middle of a line.</summary>
    BrokenOff,

    /// <summary>The line is longer than it may be.</summary>
    TooLong,
}

/// <summary>A body that has no end of its own, read line by line, each up to a bound. Lines of blanks alone are left out.</summary>
/// <param name="body">The body; it is closed with this.</param>
/// <param name="longest">The longest line, bytes.</param>
public sealed class BoundedLines(Stream body, int longest) : IAsyncDisposable
{
    private readonly PipeReader reader = PipeReader.Create(body);

    /// <summary>The next line, without its end; empty for every other outcome. Faults of the connection are thrown as they come.</summary>
    public async ValueTask<(LineOutcome Outcome, ReadOnlyMemory<byte> Line)> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var result = await reader.ReadAsync(cancellationToken);
            if (result.Buffer.PositionOf((byte)'\n') is { } end)
            {
                var line = result.Buffer.Slice(0, end).ToArray();
                reader.AdvanceTo(result.Buffer.GetPosition(1, end));
                if (line.AsSpan().Trim(" \r"u8).Length > 0)
                {
                    return (LineOutcome.Line, line);
                }
            }
            else if (result.Buffer.Length > longest)
            {
                return (LineOutcome.TooLong, default);
            }
            else if (result.IsCompleted)
            {
                return (result.Buffer.IsEmpty ? LineOutcome.End : LineOutcome.BrokenOff, default);
            }
            else
            {
                reader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => reader.CompleteAsync();
}
