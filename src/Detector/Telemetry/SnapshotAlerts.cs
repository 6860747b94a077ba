using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Saker.Alerts;
using Saker.Detector.Configuration;
using Saker.Detector.Outputs;

namespace Saker.Detector.Telemetry;

/// <summary>
/// Sends the figures to the outputs from time to time, as an alert of a rule that no file has
/// (<c>Falco internal: metrics snapshot</c>, source <c>internal</c>), for those who collect alerts and no metrics. Its fields
/// have Falco's names.
/// </summary>
internal sealed class SnapshotAlerts : IAsyncDisposable
{
    private const string Rule = "Falco internal: metrics snapshot";
    private const string Message = "Falco metrics snapshot";

    private readonly DetectorOptions options;
    private readonly DetectorFacts facts;
    private readonly EngineMonitor monitor;
    private readonly IReadOnlyList<SinkQueue> sinks;
    private readonly TimeProvider clock;
    private readonly CancellationTokenSource stop = new();
    private readonly Task work;
    private EngineSnapshot before = new();
    private DateTimeOffset beforeAt;

    /// <summary>Sends from now on, first after one interval.</summary>
    public SnapshotAlerts(DetectorOptions options, DetectorFacts facts, EngineMonitor monitor, IReadOnlyList<SinkQueue> sinks, TimeProvider clock)
    {
        this.options = options;
        this.facts = facts;
        this.monitor = monitor;
        this.sinks = sinks;
        this.clock = clock;
        beforeAt = facts.Started;
        work = Task.Run(SendAsync);
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await work;
        stop.Dispose();
    }

    private async Task SendAsync()
    {
        using var timer = new PeriodicTimer(options.Metrics.Interval, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stop.Token))
            {
                var engine = await monitor.ReadAsync(stop.Token);
                var now = clock.GetUtcNow();
                var line = Format(engine, ResourceUsage.Read(), now);
                foreach (var sink in sinks)
                    sink.TryWrite(line);
                (before, beforeAt) = (engine, now);
            }
        }
        catch (OperationCanceledException)
        {
            // The detector stops.
        }
    }

    private AlertLine Format(EngineSnapshot engine, ResourceUsage usage, DateTimeOffset now)
    {
        string time = now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'00Z'", CultureInfo.InvariantCulture);
        var fields = new SnapshotFields(options.Metrics, facts, monitor).Of(engine, before, usage, now, now - beforeAt, sinks.Sum(static sink => sink.Dropped));
        if (!options.JsonOutput)
        {
            string prefix = options.TimeFormatIso8601 ? time : now.LocalDateTime.ToString("HH:mm:ss.fffffff'00'", CultureInfo.InvariantCulture);
            string text = string.Join(' ', fields.Select(static field => string.Create(CultureInfo.InvariantCulture, $"{field.Key}={field.Value}")));
            return new(Encoding.UTF8.GetBytes($"{prefix}: {Priority.Informational.Word()} {Message} ({text})"), IsJson: false);
        }
        var buffer = new ArrayBufferWriter<byte>(4096);
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("hostname"u8, facts.Hostname);
            json.WriteString("output"u8, Message);
            json.WriteStartObject("output_fields"u8);
            foreach (var (name, value) in fields)
                WriteField(json, name, value);
            json.WriteEndObject();
            json.WriteString("priority"u8, Priority.Informational.Word());
            json.WriteString("rule"u8, Rule);
            json.WriteString("source"u8, "internal");
            json.WriteString("time"u8, time);
            json.WriteEndObject();
        }
        return new(buffer.WrittenSpan.ToArray(), IsJson: true);
    }

    private static void WriteField(Utf8JsonWriter json, string name, object value)
    {
        switch (value)
        {
            case string text:
                json.WriteString(name, text);
                break;
            case long number:
                json.WriteNumber(name, number);
                break;
            case double number:
                json.WriteNumber(name, number);
                break;
            default:
                throw new UnreachableException($"The figure {name} is a {value.GetType()}.");
        }
    }
}
