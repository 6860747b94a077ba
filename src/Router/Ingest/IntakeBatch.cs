using Saker.Alerts;
using Saker.Router.Access;
using Saker.Router.Log;
using Saker.Router.Telemetry;

namespace Saker.Router.Ingest;

/// <summary>
/// Alerts that came together and are handed to the log in one append. Each is judged by itself: what is no alert does not keep its neighbours out.
/// Filled by one thread, stored once, then read.
/// </summary>
internal sealed class IntakeBatch(AlertIntake intake, RouterMetrics metrics)
{
    private const int MaxBytes = 1 << 20;

    private readonly long begun = metrics.Begin();
    private readonly List<LogEntry> entries = [];
    private readonly List<(Alert Known, int Place)> waiting = [];
    private readonly List<IntakeResult> results = [];
    private long bytes;

    /// <summary>True when it is to be stored before more is added.</summary>
    public bool IsFull => results.Count >= LogEntry.MaxTogether || bytes >= MaxBytes;

    /// <summary>What became of each, in their order. To be read when they are stored.</summary>
    public IReadOnlyList<IntakeResult> Results => results;

    /// <summary>Adds the alert that <paramref name="json"/> begins with.</summary>
    public void Add(ReadOnlySpan<byte> json, Client? client) => Add(intake.Prepare(json, client));

    /// <summary>Adds an alert.</summary>
    public void Add(Alert alert, Client? client) => Add(intake.Prepare(alert, client));

    /// <summary>Adds an alert that is not taken.</summary>
    public void Add(IntakeResult refused) => results.Add(refused);

    /// <summary>Hands the alerts to the log. Completes when the log has them or refused them.</summary>
    /// <param name="cancellationToken">Ends the wait for the log.</param>
    public async Task StoreAsync(CancellationToken cancellationToken)
    {
        if (entries.Count == 0)
        {
            return;
        }

        var result = intake.RefuseAll(entries.Count) ?? intake.ResultOf(await intake.AppendAsync(entries, cancellationToken), entries.Count);
        foreach (var (known, place) in waiting)
        {
            results[place] = result;
            if (result.Status == IntakeStatus.Stored)
            {
                metrics.CountAccepted(known);
            }
        }

        if (result.Status == IntakeStatus.Stored)
        {
            metrics.CountAcceptTime(begun, waiting.Count);
        }
    }

    private void Add(PreparedAlert alert)
    {
        if (alert.Refusal.Status != IntakeStatus.Stored)
        {
            results.Add(alert.Refusal);
        }
        else if (alert.Entry.Payload.Length > RecordFormat.MaxPayload)
        {
            results.Add(intake.TooLarge());
        }
        else
        {
            waiting.Add((alert.Known!, results.Count));
            entries.Add(alert.Entry);
            results.Add(IntakeResult.Stored);
            bytes += alert.Entry.Payload.Length;
        }
    }
}
