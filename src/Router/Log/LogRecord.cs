using Saker.Alerts;

namespace Saker.Router.Log;

/// <summary>One stored alert. Cursors that keep up share one instance, so that the alert is parsed once for all of them.</summary>
internal sealed class LogRecord
{
    private Alert? alert;
    private string? fault;

    public LogRecord(long position, long acceptedNanoseconds, ReadOnlyMemory<byte> payload, Alert? alert = null)
    {
        Position = position;
        AcceptedNanoseconds = acceptedNanoseconds;
        Payload = payload;
        this.alert = alert;
    }

    /// <summary>Its place in the log.</summary>
    public long Position { get; }

    /// <summary>When the log took it, in nanoseconds since 1970. Never decreases along the log.</summary>
    public long AcceptedNanoseconds { get; }

    /// <summary>When the log took it.</summary>
    public DateTimeOffset Accepted => UnixTime.ToDateTimeOffset(AcceptedNanoseconds);

    /// <summary>The alert as JSON.</summary>
    public ReadOnlyMemory<byte> Payload { get; }

    /// <summary>The alert, parsed at the first call; null with the parser's reason when the stored bytes are no alert.</summary>
    public Alert? GetAlert(out string reason)
    {
        // Two cursors that come first at the same moment may both parse; they get equal, immutable results. Each parses into a place of its
        // own: the parser clears its result before it begins, which the other one must not see.
        var known = alert;
        if (known is null && fault is null)
        {
            if (AlertReader.TryRead(Payload.Span, out known, out _, out var error))
            {
                alert = known;
            }
            else
            {
                fault = error;
            }
        }

        reason = fault ?? "";
        return known;
    }
}
