using System.Text.Json;
using Saker.Rules.Diagnostics;

namespace Saker.Rules;

/// <summary>Writes what was found in rule files in the shape of <c>falco --validate</c> with JSON output.</summary>
public static class LoadResultJson
{
    private const int ExcerptWidth = 160;

    /// <summary>Writes one result per file.</summary>
    /// <param name="writer">Gets the JSON.</param>
    /// <param name="files">The names of all files that were loaded.</param>
    /// <param name="set">What they gave.</param>
    public static void Write(Utf8JsonWriter writer, IEnumerable<string> files, RuleSet set)
    {
        writer.WriteStartObject();
        writer.WriteStartArray("falco_load_results");
        foreach (var file in files)
        {
            var findings = set.Diagnostics.Where(finding => finding.Locations[0].PositionName == file).ToLookup(static finding => finding.Severity);
            writer.WriteStartObject();
            WriteFindings(writer, "errors", findings[DiagnosticSeverity.Error]);
            writer.WriteString("name", file);
            if (!set.EmptyFiles.Contains(file))
            {
                writer.WriteBoolean("schema_valid", findings[DiagnosticSeverity.Error].All(static finding => finding.Code > DiagnosticCode.YamlValidate));
                writer.WriteStartArray("schema_warnings");
                writer.WriteEndArray();
            }

            writer.WriteBoolean("successful", !findings[DiagnosticSeverity.Error].Any());
            WriteFindings(writer, "warnings", findings[DiagnosticSeverity.Warning]);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteFindings(Utf8JsonWriter writer, string name, IEnumerable<Diagnostic> findings)
    {
        writer.WriteStartArray(name);
        foreach (var finding in findings)
        {
            writer.WriteStartObject();
            writer.WriteString("code", finding.Code.Name());
            writer.WriteString("codedesc", finding.Code.Meaning());
            writer.WriteStartObject("context");
            writer.WriteStartArray("locations");
            foreach (var location in finding.Locations)
            {
                Write(writer, location);
            }

            writer.WriteEndArray();
            writer.WriteString("snippet", Excerpt(finding.Condition ?? finding.File.Content, finding.Locations[^1].Offset));
            writer.WriteEndObject();
            if (finding.DeprecatedField is not null)
            {
                writer.WriteString("deprecated_field", finding.DeprecatedField);
            }

            writer.WriteString("message", finding.Suggestion is null ? finding.Message : $"{finding.Message} (did you mean {finding.Suggestion}?)");
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter writer, DiagnosticLocation location)
    {
        writer.WriteStartObject();
        writer.WriteString("item_name", location.ItemName);
        writer.WriteString("item_type", location.ItemType);
        writer.WriteStartObject("position");
        writer.WriteNumber("column", location.Column);
        writer.WriteNumber("line", location.Line);
        writer.WriteString("name", location.PositionName);
        writer.WriteNumber("offset", location.Offset);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    // The line around an offset, at most 80 characters to either side, and a caret under it. An offset behind the text's end
    // (Falco's often are) shows the last character.
    private static string Excerpt(string text, int offset)
    {
        if (text.Length == 0)
        {
            return "<No context available>\n";
        }

        var at = Math.Clamp(offset, 0, text.Length - 1);
        if (text[at] == '\n' && at > 0)
        {
            at--;
        }

        var start = text.LastIndexOf('\n', at) + 1;
        var end = text.IndexOf('\n', at);
        if (end < 0)
        {
            end = text.Length;
        }

        var from = Math.Max(start, at - (ExcerptWidth / 2));
        var to = Math.Min(end, at + (ExcerptWidth / 2));
        var line = text[from..to];
        if (from > start && line.Length > 3)
        {
            line = string.Concat("...", line.AsSpan(3));
        }

        if (to < end && line.Length > 3)
        {
            line = string.Concat(line.AsSpan(0, line.Length - 3), "...");
        }

        return $"{line}\n{new string(' ', at - from)}^\n";
    }
}
