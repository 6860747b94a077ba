using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Saker.Rules;
using Saker.Rules.Diagnostics;

namespace Saker.Detector.Cli;

/// <summary>The result of <c>rules validate</c>.</summary>
internal static class ValidationReport
{
    private static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>One line of JSON, as tools expect it from Falco.</summary>
    public static void WriteJson(TextWriter output, IReadOnlyList<string> files, RuleSet set)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, Json))
        {
            LoadResultJson.Write(writer, files, set);
        }

        output.WriteLine(Encoding.UTF8.GetString(buffer.GetBuffer().AsSpan(0, (int)buffer.Length)));
    }

    /// <summary>Every finding with its line of the file, and a line for each file.</summary>
    public static void Write(TextWriter output, TextStyle style, IReadOnlyList<string> files, RuleSet set)
    {
        foreach (var finding in set.DistinctDiagnostics)
        {
            var isError = finding.Severity == DiagnosticSeverity.Error;
            output.WriteLine($"{(isError ? style.Red("error") : style.Yellow("warning"))} {style.Bold(finding.Headline)}");
            if (finding.File.Content.Length == 0)
            {
                continue;
            }

            var snippet = finding.Snippet.Split('\n');
            output.WriteLine($"    {snippet[0]}");
            output.WriteLine($"    {(isError ? style.Red(snippet[1]) : style.Yellow(snippet[1]))}");
        }

        foreach (var rule in set.Rules)
        {
            if (RuleListing.Shortfall(rule) is { } shortfall)
            {
                output.WriteLine($"{style.Yellow("note")} {style.Bold($"{rule.File}:{rule.Line}: {rule.Name}")}: {shortfall}");
            }
        }

        foreach (var file in files)
        {
            output.WriteLine(Summary(file, style, set));
        }
    }

    private static string Summary(string file, TextStyle style, RuleSet set)
    {
        var errors = Count(DiagnosticSeverity.Error);
        var warnings = Count(DiagnosticSeverity.Warning);
        var rules = set.Rules.Count(rule => rule.File == file);
        var counts = $"errors: {errors}, warnings: {warnings}";
        return $"{file}: {(errors > 0 ? style.Red("invalid") : style.Green("valid"))} ({(errors > 0 ? counts : $"rules: {rules}, {counts}")})";

        int Count(DiagnosticSeverity severity) =>
            set.Diagnostics.Count(finding => finding.Severity == severity && finding.File.Name == file);
    }
}
