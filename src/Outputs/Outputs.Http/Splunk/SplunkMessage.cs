using System.Buffers;
using System.Globalization;
using Saker.Alerts;
using Saker.Outputs.Rendering;

namespace Saker.Outputs.Http.Splunk;

/// <summary>The body: an event of the HTTP Event Collector (https://docs.splunk.com/Documentation/Splunk/latest/Data/FormateventsforHTTPEventCollector).</summary>
internal static class SplunkMessage
{
    // The name that searches of Falcosidekick's users look for.
    private const string SourceType = "falcosidekick";

    /// <summary>Adds the event of an alert. Outside strict compatibility it carries the alert's own time and host, which Splunk sorts and groups by.</summary>
    public static void Write(IBufferWriter<byte> body, AlertView view)
    {
        var json = new GoJsonWriter(body);
        json.BeginObject();
        json.Name("event");
        json.Raw(view.ToJson().Span);
        json.Name("sourcetype");
        json.Text(SourceType);
        if (!view.IsStrict)
        {
            json.Name("time");
            json.Literal(Seconds(view.Alert.Time));
            json.TextUnlessEmpty("host", view.Alert.Hostname);
        }

        json.EndObject();
        body.Write("\n"u8);
    }

    private static string Seconds(AlertTime time) => string.Create(CultureInfo.InvariantCulture, $"{time.UnixSeconds}.{time.Nanoseconds / 1_000_000:000}");
}
