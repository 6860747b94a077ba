using System.Buffers;
using System.Diagnostics;
using Saker.Alerts;
using Saker.Outputs.Rendering;

namespace Saker.Outputs.Http.PagerDuty;

/// <summary>The body: an event of version 2 (https://developer.pagerduty.com/docs/send-alert-event).</summary>
internal static class PagerDutyMessage
{
    /// <summary>Characters of a summary; longer ones are refused.</summary>
    public const int MaxSummary = 1024;

    /// <summary>Characters of a key to group by.</summary>
    public const int MaxDedupKey = 255;

    /// <summary>Opens an incident.</summary>
    public const string Trigger = "trigger";

    private const string Source = "falco";

    /// <summary>Bytes of an event, 512 KiB, less what stands around the details.</summary>
    public const int MaxDetailBytes = 500 * 1024;

    /// <summary>The event of an alert.</summary>
    /// <param name="view">The alert.</param>
    /// <param name="routingKey">The integration key.</param>
    /// <param name="dedupKey">What to group by; empty for none.</param>
    /// <param name="action">trigger, acknowledge or resolve; the latter two need nothing but the key.</param>
    public static ReadOnlyMemory<byte> From(AlertView view, Secret routingKey, string dedupKey, string action)
    {
        var body = new ArrayBufferWriter<byte>(2048);
        var json = new GoJsonWriter(body);
        json.BeginObject();
        json.Name("routing_key");
        json.Text(routingKey.Reveal());
        json.Name("event_action");
        json.Text(action);
        json.TextUnlessEmpty("dedup_key", new CharacterBudget(MaxDedupKey).Take(dedupKey));
        if (action == Trigger)
        {
            json.Name("payload");
            Payload(json, body, view);
        }

        json.EndObject();
        return body.WrittenMemory;
    }

    private static void Payload(GoJsonWriter json, ArrayBufferWriter<byte> body, AlertView view)
    {
        var alert = view.Alert;
        json.BeginObject();
        json.Name("summary");
        json.Text(view.Room(MaxSummary).Take(alert.Output.Length == 0 && !view.IsStrict ? alert.Rule : alert.Output));
        json.Name("source");
        json.Text(view.IsStrict || alert.Hostname.Length == 0 ? Source : alert.Hostname);
        json.Name("severity");
        json.Text(view.IsStrict ? "critical" : Severity(alert.Priority));
        json.Name("timestamp");
        json.Text(new AlertTime(alert.Time.UnixSeconds, view.IsStrict ? 0 : alert.Time.Nanoseconds, alert.Time.OffsetMinutes).ToString());
        if (!view.IsStrict)
        {
            json.TextUnlessEmpty("component", alert.Source);
            json.TextUnlessEmpty("class", alert.Rule);
        }

        json.Name("custom_details");
        json.BeginObject();
        Details(json, body, view);
        json.EndObject();
        json.EndObject();
    }

    private static void Details(GoJsonWriter json, ArrayBufferWriter<byte> body, AlertView view)
    {
        var alert = view.Alert;
        var left = alert.OutputFields.Count;
        foreach (var (name, value) in Sorted(view))
        {
            // What no longer has room is counted: rule, priority and message stand in the event itself.
            if (!view.IsStrict && body.WrittenCount + 6 * (name.Length + (value.Raw?.Length ?? 0)) > MaxDetailBytes)
            {
                json.Name("…");
                json.Text($"{left} fields that PagerDuty has no room for");
                break;
            }

            json.Name(name);
            json.Value(value);
            left--;
        }
    }

    // Falcosidekick puts the host among the fields, and leaves rule, priority and tags out.
    private static IEnumerable<(string Name, FieldValue Value)> Sorted(AlertView view)
    {
        var alert = view.Alert;
        IEnumerable<(string Name, FieldValue Value)> own = view.IsStrict
            ? alert.Hostname.Length == 0 ? [] : [("hostname", FieldValue.Text(alert.Hostname))]
            : [("rule", FieldValue.Text(alert.Rule)), ("priority", FieldValue.Text(alert.Priority.Word())), ("tags", FieldValue.Text(string.Join(", ", alert.Tags))), ("uuid", FieldValue.Text(alert.Uuid.ToString()))];
        var taken = own.Select(static one => one.Name).ToHashSet(StringComparer.Ordinal);
        return own.Concat(alert.OutputFields.Select(static field => (field.Key, field.Value)).Where(field => !taken.Contains(field.Key)));
    }

    private static string Severity(Priority priority) => priority switch
    {
        Priority.Emergency or Priority.Alert or Priority.Critical => "critical",
        Priority.Error => "error",
        Priority.Warning => "warning",
        Priority.Notice or Priority.Informational or Priority.Debug => "info",
        _ => throw new UnreachableException($"Priority {(int)priority} has no severity."),
    };
}
