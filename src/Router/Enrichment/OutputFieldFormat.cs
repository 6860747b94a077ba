using System.Text.RegularExpressions;
using Saker.Alerts;

namespace Saker.Router.Enrichment;

/// <summary>
/// Falcosidekick's <c>outputfieldformat</c>: gives messages that begin as Falco's do (time, priority, text) another form.
/// The steps and their order follow from what was recorded; other messages stay as they are.
/// </summary>
internal sealed partial class OutputFieldFormat(string format)
{
    public string Apply(
        Alert alert,
        IReadOnlyList<string> tags,
        IReadOnlyList<KeyValuePair<string, FieldValue>> customFields,
        IReadOnlyList<KeyValuePair<string, FieldValue>> templatedFields)
    {
        var words = alert.Output.Split(' ', 3);
        if (words.Length < 3 || !FalcoMessage().IsMatch(alert.Output))
        {
            return alert.Output;
        }

        var text = format
            .Replace("<timestamp>", words[0].EndsWith(':') ? words[0][..^1] : words[0], StringComparison.Ordinal)
            .Replace("<priority>", alert.Priority.Word(), StringComparison.Ordinal)
            .Replace("<output>", words[2], StringComparison.Ordinal)
            .Replace("<custom_fields>", Pairs(customFields), StringComparison.Ordinal)
            .Replace("<templated_fields>", Pairs(templatedFields), StringComparison.Ordinal)
            .Replace("<tags>", string.Join(',', tags), StringComparison.Ordinal);
        return WithoutEnd(WithoutEnd(WithoutEnd(WithoutEnd(text, " "), "( )"), "()"), " ");
    }

    private static string Pairs(IEnumerable<KeyValuePair<string, FieldValue>> fields) =>
        string.Join(' ', fields.Select(static field => $"{field.Key}={field.Value}"));

    private static string WithoutEnd(string text, string end) => text.EndsWith(end, StringComparison.Ordinal) ? text[..^end.Length] : text;

    [GeneratedRegex(@"[0-9]\.[0-9]+: (emergency|alert|critical|error|warning|notice|informational|debug) ", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex FalcoMessage();
}
