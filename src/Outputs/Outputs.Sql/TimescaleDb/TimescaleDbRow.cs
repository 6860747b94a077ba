using System.Globalization;
using System.Text;
using Saker.Alerts;
using Saker.Outputs.Rendering;

namespace Saker.Outputs.Sql.TimescaleDb;

/// <summary>The row of an alert: a text for each column, which PostgreSQL reads as the column's type.</summary>
internal static class TimescaleDbRow
{
    /// <summary>Columns that every alert has.</summary>
    public static readonly string[] Always = ["time", "rule", "priority", "source", "output"];

    /// <summary>Columns with their texts, in their order. A text that is null is NULL; what is not there has the column's default.</summary>
    /// <param name="view">The alert.</param>
    /// <param name="added">The names of custom and templated fields.</param>
    public static IEnumerable<KeyValuePair<string, string?>> From(AlertView view, IReadOnlyList<string> added)
    {
        var alert = view.Alert;
        yield return new("time", Time(alert.Time));
        yield return new("rule", Text(alert.Rule));
        yield return new("priority", alert.Priority.Word());
        yield return new("source", Text(alert.Source));
        yield return new("output", Text(alert.Output));
        if (alert.Tags.Count > 0)
        {
            yield return new("tags", Text(string.Join(',', alert.Tags)));
        }

        if (alert.Hostname.Length > 0)
        {
            yield return new("hostname", Text(alert.Hostname));
        }

        foreach (var name in added)
        {
            // Also the way to NULL from a template.
            if (alert.OutputFields.TryGetValue(name, out var value) && !Always.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                var text = Text(value.ToString());
                yield return new(name, value.Kind == FieldKind.Null || text.Equals("null", StringComparison.OrdinalIgnoreCase) ? null
                    : view.IsStrict ? text.Replace("\"", "", StringComparison.Ordinal) : text);
            }
        }
    }

    // PostgreSQL has no NUL in texts (https://www.postgresql.org/docs/current/datatype-character.html), and Npgsql throws at half a character.
    private static string Text(string text)
    {
        text = text.Replace('\0', '\uFFFD');
        return text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF') < 0 ? text : Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
    }

    // Microseconds, as PostgreSQL has them; the year before 1 is 1 BC.
    private static string Time(AlertTime time)
    {
        var utc = CalendarTime.FromSeconds(time.UnixSeconds);
        var (year, era) = utc.Year > 0 ? (utc.Year, "") : (1 - utc.Year, " BC");
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{year:0000}-{utc.Month:00}-{utc.Day:00} {utc.Hour:00}:{utc.Minute:00}:{utc.Second:00}.{time.Nanoseconds / 1000:000000}+00{era}");
    }
}
