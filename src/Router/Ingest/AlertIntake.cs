using System.Globalization;
using Saker.Alerts;
using Saker.Router.Access;
using Saker.Router.Enrichment;
using Saker.Router.Log;
using Saker.Router.Telemetry;

namespace Saker.Router.Ingest;

internal enum IntakeStatus : byte
{
    /// <summary>Durable; the sender may forget it.</summary>
    Stored,

    /// <summary>No alert.</summary>
    Invalid,

    /// <summary>An alert, but larger than the log takes, or with more fields than are allowed.</summary>
    TooLarge,

    /// <summary>An alert that its sender may not send.</summary>
    NotAllowed,

    /// <summary>An alert that comes back in a circle; it is kept already.</summary>
    Circle,

    /// <summary>An alert that cannot be kept now; the sender should come again.</summary>
    Refused,
}

/// <summary>What became of one alert.</summary>
/// <param name="Status">What became of it.</param>
/// <param name="Reason">Why it was not stored, without a word of the body.</param>
/// <param name="RetryAfter">When to come again.</param>
internal readonly record struct IntakeResult(IntakeStatus Status, string Reason, TimeSpan RetryAfter)
{
    public static IntakeResult Stored => default;

    public static IntakeResult Invalid(string reason) => new(IntakeStatus.Invalid, reason, default);
}

/// <summary>The one way in: reads an alert, adds to it, stores it, counts it.</summary>
internal sealed class AlertIntake(IAlertLog log, AlertEnricher enricher, RouterMetrics metrics) : IDisposable
{
    /// <summary>Why alerts are refused while the router stops.</summary>
    public const string Stopping = "stopping";

    private static readonly TimeSpan AfterFull = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan AfterClose = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource closing = new();
    private volatile bool closed;

    /// <summary>Outputs whose full backlog keeps alerts out; null when there are none.</summary>
    public Func<string?> Backlog { get; init; } = static () => null;

    /// <summary>Why alerts cannot be taken at present; null when they can.</summary>
    public string? Fault => closed ? "the router is stopping" : Backlog() is { } full ? $"the backlog is full: {full}" : log.Status.Fault;

    /// <summary>What this router calls itself on the way of an alert.</summary>
    public string Router { get; init; } = "router";

    /// <summary>Lists and objects inside an alert may be nested this deep.</summary>
    public int MaxDepth { get; init; } = AlertReader.MaxDepth;

    /// <summary>Fields that an alert may have.</summary>
    public int MaxFields { get; init; } = int.MaxValue;

    /// <summary>Cancelled when alerts are refused from now on: whoever waits for more of them ends.</summary>
    public CancellationToken Closing => closing.Token;

    /// <summary>Refuses from now on.</summary>
    public void Close()
    {
        closed = true;
        closing.Cancel();
    }

    public void Dispose() => closing.Dispose();

    /// <summary>Takes the alert that <paramref name="json"/> begins with. What follows it is counted and ignored.</summary>
    /// <param name="json">The body.</param>
    /// <param name="client">The sender; null for nobody in particular.</param>
    /// <param name="cancellationToken">Ends the wait for the log.</param>
    public ValueTask<IntakeResult> TakeAsync(ReadOnlyMemory<byte> json, Client? client, CancellationToken cancellationToken)
    {
        if (!AlertReader.TryRead(json.Span, out var alert, out var consumed, out var error, MaxDepth))
        {
            metrics.CountRejected();
            return new(IntakeResult.Invalid(error));
        }

        if (consumed < json.Length && json.Span[(int)consumed..].TrimEnd(" \t\r\n"u8).Length is var ignored and > 0)
        {
            metrics.CountIgnored(ignored);
        }

        return TakeAsync(alert!, client, cancellationToken);
    }

    /// <summary>Takes an alert of a sender.</summary>
    public ValueTask<IntakeResult> TakeAsync(Alert alert, Client? client, CancellationToken cancellationToken)
    {
        var refused = AlertWay.Circle(alert, Router) is { } circle ? new IntakeResult(IntakeStatus.Circle, circle, default)
            : alert.OutputFields.Count > MaxFields ? new IntakeResult(IntakeStatus.TooLarge, string.Create(CultureInfo.InvariantCulture, $"the alert has more than {MaxFields} output fields (http.maxfields)"), default)
            : client is not null && !client.MaySend(alert.Source) ? new IntakeResult(IntakeStatus.NotAllowed, $"the client '{client.Name}' may not send alerts of this source (http.clients)", default)
            : default;
        if (refused.Status != IntakeStatus.Stored)
        {
            metrics.CountRejected();
            return new(refused);
        }

        return TakeAsync(alert, cancellationToken, keepsUuid: client is { KeepsUuid: true });
    }

    /// <summary>Takes an alert; <paramref name="named"/> gets the identity that it is given, before it is stored.</summary>
    public async ValueTask<IntakeResult> TakeAsync(Alert alert, CancellationToken cancellationToken, Action<Guid>? named = null, bool keepsUuid = false)
    {
        var begun = metrics.Begin();
        var enriched = enricher.Enrich(alert, keepsUuid);
        named?.Invoke(enriched.Uuid);
        if (enriched.OutputFields.Count == 0)
        {
            // As in Falcosidekick: fields of the configuration are fields too.
            metrics.CountRejected();
            return IntakeResult.Invalid("output_fields is missing or empty");
        }

        if (closed)
        {
            return Refused(Stopping, AfterClose);
        }

        if (Backlog() is not null)
        {
            return Refused("backlog full", AfterFull);
        }

        var result = await log.AppendAsync(AlertWriter.ToBytes(enriched), enriched, cancellationToken);
        switch (result.Status)
        {
            case AppendStatus.Stored:
                metrics.CountAccepted(enriched, begun);
                return IntakeResult.Stored;
            case AppendStatus.TooLarge:
                metrics.CountRejected();
                return new(IntakeStatus.TooLarge, "the alert is larger than the log takes", default);
            case AppendStatus.DiskFull:
                return Refused("disk full", AfterFull);
            case AppendStatus.WriteFailed:
                return Refused("write failed", AfterFailure);
            case AppendStatus.Closed:
                return Refused(Stopping, AfterClose);
            default:
                throw new System.Diagnostics.UnreachableException($"The append status {(int)result.Status} is not known.");
        }
    }

    private IntakeResult Refused(string reason, TimeSpan retryAfter)
    {
        metrics.CountRefused(reason);
        return new(IntakeStatus.Refused, reason, retryAfter);
    }
}
