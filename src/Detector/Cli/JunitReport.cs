using System.Globalization;
using System.Text;
using System.Xml;
using Saker.Detector.RuleTools.Cases;

namespace Saker.Detector.Cli;

/// <summary>What came of cases, in the XML that JUnit made common.</summary>
internal static class JunitReport
{
    private static readonly XmlWriterSettings settings = new() { Indent = true, Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false) };

    /// <summary>Writes a suite for each file.</summary>
    public static void Write(Stream stream, RuleTestOutcome outcome)
    {
        using var writer = XmlWriter.Create(stream, settings);
        writer.WriteStartElement("testsuites");
        Totals(writer, outcome.Results);
        foreach (var suite in outcome.Results.GroupBy(static result => result.File, StringComparer.Ordinal))
        {
            writer.WriteStartElement("testsuite");
            writer.WriteAttributeString("name", Clean(suite.Key));
            Totals(writer, [.. suite]);
            foreach (var result in suite)
            {
                Case(writer, result);
            }

            writer.WriteEndElement();
        }

        writer.WriteEndElement();
    }

    private static void Case(XmlWriter writer, CaseResult result)
    {
        writer.WriteStartElement("testcase");
        writer.WriteAttributeString("classname", Clean(Path.GetFileNameWithoutExtension(result.File)));
        writer.WriteAttributeString("name", Clean(result.Case.Name));
        writer.WriteAttributeString("file", Clean(result.File));
        writer.WriteAttributeString("line", result.Case.Source.Line.ToString(CultureInfo.InvariantCulture));
        if (!result.Passed)
        {
            writer.WriteStartElement(result.Refusal is null ? "failure" : "error");
            writer.WriteAttributeString("message", Clean($"expected {result.ExpectedText}; came {result.CameText}"));
            writer.WriteString(Clean(result.Refusal ?? string.Join('\n', result.Problems)));
            writer.WriteEndElement();
        }

        writer.WriteEndElement();
    }

    private static void Totals(XmlWriter writer, IReadOnlyList<CaseResult> results)
    {
        writer.WriteAttributeString("tests", results.Count.ToString(CultureInfo.InvariantCulture));
        writer.WriteAttributeString("failures", results.Count(static result => result is { Passed: false, Refusal: null }).ToString(CultureInfo.InvariantCulture));
        writer.WriteAttributeString("errors", results.Count(static result => result.Refusal is not null).ToString(CultureInfo.InvariantCulture));
    }

    // What XML cannot hold.
    private static string Clean(string text) => string.Concat(text.Select(static character => character is '\n' or '\t' || !char.IsControl(character) ? character : '\uFFFD'));
}
