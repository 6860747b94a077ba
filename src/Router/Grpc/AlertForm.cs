using System.Globalization;
using System.Text;
using Google.Protobuf.WellKnownTypes;
using Saker.Alerts;
using Wire = Saker.Alerts.V1;

namespace Saker.Router.Grpc;

/// <summary>Alerts in the form of messages. Faults have the sentences that alerts as JSON have.</summary>
internal static class AlertForm
{
    // What Timestamp holds: the years 1 to 9999.
    private const long LeastSeconds = -62_135_596_800;
    private const long MostSeconds = 253_402_300_799;

    /// <summary>Reads an alert; false with a fault of a closed set, without a word of the alert.</summary>
    public static bool TryRead(Wire.Alert sent, int maxDepth, out Alert? alert, out string error)
    {
        alert = null;
        error = sent switch
        {
            { Priority: Wire.Priority.Unspecified } => "priority is missing",
            { Priority: < Wire.Priority.Unspecified or > Wire.Priority.Debug } => "priority is unknown",
            { Rule: "" } => "rule is missing",
            _ => "",
        };
        if (error.Length > 0 || !TryReadTime(sent.Time, out var time, out error))
        {
            return false;
        }

        var fields = new KeyValuePair<string, FieldValue>[sent.OutputFields.Count];
        var count = 0;
        foreach (var (name, value) in sent.OutputFields)
        {
            if (!TryReadValue(value, maxDepth, out var read))
            {
                error = "the JSON of an output field is not valid";
                return false;
            }

            fields[count++] = new(name, read);
        }

        string[] tags = [.. sent.Tags];
        Array.Sort(tags, Utf8Order.Instance);
        alert = new()
        {
            Uuid = Guid.TryParse(sent.Uuid, out var uuid) ? uuid : Guid.Empty,
            Output = sent.Output,
            Priority = (Priority)(sent.Priority - Wire.Priority.Emergency),
            Rule = sent.Rule,
            Time = time,
            OutputFields = AlertFields.From(fields),
            Source = sent.Source,
            Tags = tags,
            Hostname = sent.Hostname,
        };
        return true;
    }

    /// <summary>The time of a message; false with a fault.</summary>
    public static bool TryReadTime(Timestamp? sent, out AlertTime time, out string error)
    {
        // The year 1 is Go's way to say that a time was not given.
        if (sent is null or { Seconds: LeastSeconds, Nanos: 0 })
        {
            (time, error) = (default, "time is missing");
            return false;
        }

        if (sent.Seconds is < LeastSeconds or > MostSeconds || sent.Nanos is < 0 or > 999_999_999)
        {
            (time, error) = (default, "time is out of range");
            return false;
        }

        (time, error) = (new AlertTime(sent.Seconds, sent.Nanos), "");
        return true;
    }

    private static bool TryReadValue(Wire.FieldValue sent, int maxDepth, out FieldValue value)
    {
        value = sent.ValueCase switch
        {
            Wire.FieldValue.ValueOneofCase.Text => FieldValue.Text(sent.Text),
            Wire.FieldValue.ValueOneofCase.Integer => FieldValue.Number(sent.Integer.ToString(CultureInfo.InvariantCulture)),
            Wire.FieldValue.ValueOneofCase.Unsigned => FieldValue.Number(sent.Unsigned.ToString(CultureInfo.InvariantCulture)),
            Wire.FieldValue.ValueOneofCase.Truth => FieldValue.Truth(sent.Truth),

            // The shortest spelling that is read back as the same number. JSON has none for what is no number.
            Wire.FieldValue.ValueOneofCase.Real when double.IsFinite(sent.Real) => FieldValue.Number(sent.Real.ToString("R", CultureInfo.InvariantCulture)),
            Wire.FieldValue.ValueOneofCase.Real => FieldValue.Text(sent.Real.ToString(CultureInfo.InvariantCulture)),
            _ => FieldValue.Null,
        };
        return sent.ValueCase != Wire.FieldValue.ValueOneofCase.Json || AlertReader.TryReadValue(Encoding.UTF8.GetBytes(sent.Json), out value, maxDepth);
    }
}
