using System.Buffers;
using System.Diagnostics;
using Saker.Alerts;
using Saker.Outputs.Rendering;

namespace Saker.Outputs.Http.Slack;

/// <summary>The body of a message with one attachment (https://docs.slack.dev/legacy/legacy-messaging/legacy-secondary-message-attachments).</summary>
internal static class SlackMessage
{
    public const string DefaultIcon =
        "https://raw.githubusercontent.com/falcosecurity/falcosidekick/master/imgs/falcosidekick_color.png";

    // Slack itself cuts messages over 40,000 characters, and drops what is behind:
    // https://docs.slack.dev/changelog/2018-truncating-really-long-messages
    public const int MaxCharacters = 40_000;

    // Kept for priority, time and the titles of the fields that every message has.
    public const int ReservedCharacters = 100;

    private const string DefaultFooter = "https://github.com/falcosecurity/falcosidekick";

    // A value that is longer gets the whole width; the same bound as Falcosidekick's, so that messages look the same.
    private const int MaxShortCharacters = 35;

    /// <summary>The body for an alert.</summary>
    /// <param name="view">The alert; under strict compatibility without the fields that are no texts, and cut as Falcosidekick cuts.</param>
    /// <param name="options">The instance's options.</param>
    /// <param name="format">The <c>messageformat</c>, if there is one.</param>
    public static ReadOnlyMemory<byte> From(AlertView view, SlackOptions options, MessageFormat? format)
    {
        var room = view.Room(MaxCharacters - ReservedCharacters);
        var rule = room.Take(view.Alert.Rule); // first, so that it is there however long the rest is
        var body = new ArrayBufferWriter<byte>(2048);
        var json = new GoJsonWriter(body);
        json.BeginObject();
        json.TextUnlessEmpty("text", room.Take(format?.Render(view.Alert) ?? ""));
        json.TextUnlessEmpty("username", options.Username);
        json.TextUnlessEmpty("icon_url", options.Icon);
        json.TextUnlessEmpty("channel", options.Channel);
        json.Name("attachments");
        json.BeginList();
        WriteAttachment(json, view, rule, options, room);
        json.EndList();
        json.EndObject();
        body.Write("\n"u8);
        return body.WrittenMemory;
    }

    private static void WriteAttachment(GoJsonWriter json, AlertView view, string rule, SlackOptions options, CharacterBudget room)
    {
        // Falcosidekick knows its words in lower case only, and shows next to nothing for others.
        var format = view.IsStrict ? options.OutputFormat : options.OutputFormat.ToLowerInvariant();
        var message = room.Take(view.Alert.Output);
        json.BeginObject();
        json.Name("fallback");
        json.Text(message);
        json.Name("color");
        json.Text(Color(view.Alert.Priority));
        if (format is "all" or "text" or "")
        {
            json.TextUnlessEmpty("text", message);
        }

        json.Name("fields");
        if (format is "all" or "fields" or "")
        {
            json.BeginList();
            WriteFields(json, view, rule, room);
            json.EndList();
            json.TextUnlessEmpty("footer", options.Footer.Length == 0 ? DefaultFooter : options.Footer);
        }
        else
        {
            json.Literal("null");
        }

        json.EndObject();
    }

    private static void WriteFields(GoJsonWriter json, AlertView view, string rule, CharacterBudget room)
    {
        var alert = view.Alert;
        WriteField(json, "rule", rule, isShort: true);
        WriteField(json, "priority", alert.Priority.Word(), isShort: true);
        if (alert.Source.Length > 0)
        {
            WriteField(json, room, "source", alert.Source, isShort: true);
        }

        if (alert.Hostname.Length > 0)
        {
            WriteField(json, room, "hostname", alert.Hostname, isShort: true);
        }

        if (alert.Tags.Count > 0)
        {
            WriteField(json, room, "tags", string.Join(", ", alert.Tags), isShort: true);
        }

        foreach (var (name, text) in view.Fields)
        {
            WriteField(json, room, name, text, isShort: CharacterBudget.Count(text) <= MaxShortCharacters);
        }

        WriteField(json, "time", alert.Time.ToGoString(), isShort: false);
    }

    /// <summary>Writes a field as far as there is room.</summary>
    private static void WriteField(GoJsonWriter json, CharacterBudget room, string title, string value, bool isShort)
    {
        if (!room.IsUsedUp)
        {
            WriteField(json, room.Take(title), room.Take(value), isShort);
        }
    }

    private static void WriteField(GoJsonWriter json, string title, string value, bool isShort)
    {
        json.BeginObject();
        json.Name("title");
        json.Text(title);
        json.Name("value");
        json.Text(value);
        json.Name("short");
        json.Literal(isShort ? "true" : "false");
        json.EndObject();
    }

    private static string Color(Priority priority) => priority switch
    {
        Priority.Emergency or Priority.Error => "#e20b0b",
        Priority.Alert or Priority.Critical => "#ff5400",
        Priority.Warning => "#ffc700",
        Priority.Notice => "#5bffb5",
        Priority.Informational => "#68c2ff",
        Priority.Debug => "#ccfff2",
        _ => throw new UnreachableException($"Priority {(int)priority} has no colour."),
    };
}
