using System.Globalization;
using System.Runtime.CompilerServices;
using Saker.Alerts;
using Saker.Router.Access;
using Saker.Router.Enrichment;
using Saker.Router.Log;
using Saker.Router.Telemetry;

namespace Saker.Router.Ingest;

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
        var begun = metrics.Begin();
        return TakeAsync(Prepare(json.Span, client), begun, cancellationToken);
    }

    /// <summary>Takes an alert of a sender.</summary>
    public ValueTask<IntakeResult> TakeAsync(Alert alert, Client? client, CancellationToken cancellationToken)
    {
        var begun = metrics.Begin();
        return TakeAsync(Prepare(alert, client), begun, cancellationToken);
    }

    /// <summary>Takes an alert of our own; <paramref name="named"/> gets the identity that it is given, before it is stored.</summary>
    public ValueTask<IntakeResult> TakeAsync(Alert alert, CancellationToken cancellationToken, Action<Guid>? named = null)
    {
        var begun = metrics.Begin();
        var prepared = Enrich(alert, keepsUuid: false);
        named?.Invoke(prepared.Known!.Uuid);
        return TakeAsync(prepared, begun, cancellationToken);
    }

    /// <summary>Begins to take several alerts together.</summary>
    public IntakeBatch Begin() => new(this, metrics);

    /// <summary>Reads and judges the alert that <paramref name="json"/> begins with, and makes of it what is stored.</summary>
    internal PreparedAlert Prepare(ReadOnlySpan<byte> json, Client? client)
    {
        var plan = enricher.Plan;
        if (plan.TryScan(json, KeepsUuid(client), MaxDepth, out var outline))
        {
            CountIgnored(json[(outline.End + 1)..]);
            return Judge(outline.Known, outline.FieldCount, client) is { } refused
                ? Refuse(refused)
                : new PreparedAlert(new LogEntry(plan.Splice(json, outline, out var known)), known, IntakeResult.Stored);
        }

        if (!AlertReader.TryRead(json, out var alert, out var consumed, out var error, MaxDepth))
        {
            return Refuse(IntakeResult.Invalid(error.StartsWith(AlertReader.TooDeep, StringComparison.Ordinal) ? $"{error} (http.maxdepth)" : error));
        }

        if (consumed < json.Length)
        {
            CountIgnored(json[(int)consumed..]);
        }

        return Prepare(alert!, client);
    }

    /// <summary>Judges an alert, and makes of it what is stored.</summary>
    internal PreparedAlert Prepare(Alert alert, Client? client) =>
        Judge(alert, alert.OutputFields.Count, client) is { } refused ? Refuse(refused) : Enrich(alert, KeepsUuid(client));

    /// <summary>Why nothing is taken at present, which is counted for so many alerts; null when alerts are taken.</summary>
    internal IntakeResult? RefuseAll(int alerts) =>
        closed ? Refused(Stopping, AfterClose, alerts)
        : Backlog() is not null ? Refused("backlog full", AfterFull, alerts)
        : null;

    /// <summary>Hands alerts to the log, all in one append.</summary>
    internal ValueTask<AppendResult> AppendAsync(IReadOnlyList<LogEntry> entries, CancellationToken cancellationToken) => log.AppendAsync(entries, cancellationToken);

    /// <summary>What the log's answer means for the sender, counted for so many alerts unless they were stored.</summary>
    internal IntakeResult ResultOf(AppendResult result, int alerts)
    {
        switch (result.Status)
        {
            case AppendStatus.Stored:
                return IntakeResult.Stored;
            case AppendStatus.TooLarge:
                return TooLarge();
            case AppendStatus.DiskFull:
                return Refused("disk full", AfterFull, alerts);
            case AppendStatus.WriteFailed:
                return Refused("write failed", AfterFailure, alerts);
            case AppendStatus.Closed:
                return Refused(Stopping, AfterClose, alerts);
            default:
                throw new System.Diagnostics.UnreachableException($"The append status {(int)result.Status} is not known.");
        }
    }

    /// <summary>An alert that the log cannot hold.</summary>
    internal IntakeResult TooLarge()
    {
        metrics.CountRejected();
        return new(IntakeStatus.TooLarge, "the alert is larger than the log takes", default);
    }

    // Pooled: for each alert that comes by itself.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<IntakeResult> TakeAsync(PreparedAlert alert, long begun, CancellationToken cancellationToken)
    {
        if (alert.Refusal.Status != IntakeStatus.Stored)
        {
            return alert.Refusal;
        }

        if (RefuseAll(1) is { } refused)
        {
            return refused;
        }

        var result = ResultOf(await log.AppendAsync(alert.Entry.Payload, alert.Entry.Alert, cancellationToken), 1);
        if (result.Status == IntakeStatus.Stored)
        {
            metrics.CountAccepted(alert.Known!);
            metrics.CountAcceptTime(begun, 1);
        }

        return result;
    }

    private static bool KeepsUuid(Client? client) => client is { KeepsUuid: true };

    private IntakeResult? Judge(Alert alert, int fields, Client? client) =>
        AlertWay.Circle(alert, Router) is { } circle ? new IntakeResult(IntakeStatus.Circle, circle, default)
        : fields > MaxFields ? new IntakeResult(IntakeStatus.TooLarge, string.Create(CultureInfo.InvariantCulture, $"the alert has more than {MaxFields} output fields (http.maxfields)"), default)
        : client is not null && !client.MaySend(alert.Source) ? new IntakeResult(IntakeStatus.NotAllowed, $"the client '{client.Name}' may not send alerts of this source (http.clients)", default)
        : null;

    private PreparedAlert Enrich(Alert alert, bool keepsUuid)
    {
        var enriched = enricher.Enrich(alert, keepsUuid);

        // As in Falcosidekick: fields of the configuration are fields too.
        return enriched.OutputFields.Count == 0
            ? Refuse(IntakeResult.Invalid("output_fields is missing or empty")) with { Known = enriched }
            : new PreparedAlert(new LogEntry(AlertWriter.ToBytes(enriched), enriched), enriched, IntakeResult.Stored);
    }

    private void CountIgnored(ReadOnlySpan<byte> rest)
    {
        if (rest.TrimEnd(" \t\r\n"u8).Length is var ignored and > 0)
        {
            metrics.CountIgnored(ignored);
        }
    }

    private PreparedAlert Refuse(IntakeResult refused)
    {
        metrics.CountRejected();
        return new(default, null, refused);
    }

    private IntakeResult Refused(string reason, TimeSpan retryAfter, int alerts)
    {
        metrics.CountRefused(reason, alerts);
        return new(IntakeStatus.Refused, reason, retryAfter);
    }
}

/// <summary>An alert that is ready for the log, or why it is not taken.</summary>
/// <param name="Entry">What is stored.</param>
/// <param name="Known">The alert, as far as it has to be counted.</param>
/// <param name="Refusal">Why it is not taken, which is counted already; <see cref="IntakeResult.Stored"/> otherwise.</param>
internal readonly record struct PreparedAlert(LogEntry Entry, Alert? Known, IntakeResult Refusal);
