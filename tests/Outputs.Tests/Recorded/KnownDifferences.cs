namespace Saker.Outputs.Tests.Recorded;

/// <summary>Where <c>strictcompatibility</c> is not to copy Falcosidekick, with the reason: rows of docs/falcosidekick-differences.md that say so.</summary>
internal static class KnownDifferences
{
    private static readonly Dictionary<string, string> LeftOut = new(StringComparer.Ordinal)
    {
        ["alertmanager/default/odd-keys"] = "Of two fields whose names become one label, Falcosidekick keeps any; we keep the first.",
        ["alertmanager/customseveritymap-text"] = "Falcosidekick reads the form that its documentation shows from the environment only.",
        ["alertmanager/customseveritymap-yaml"] = "Falcosidekick wants the numbers of priorities in YAML; names work here.",
        ["elasticsearch/createindextemplate-options/<startup>"] = "Falcosidekick's requests for the template carry no credentials, and 0 replicas make 3.",
        ["elasticsearch/createindextemplate-put-400"] = "Falcosidekick switches the output off; here its alerts wait until the template is taken.",
        ["elasticsearch/suffix-daily-tz"] = "The time zone of a process is set before it starts.",
        ["alertmanager/extra-text"] = "Falcosidekick reads the form that its documentation shows from the environment only.",
    };

    /// <summary>True for a case of which there is a reason not to copy it.</summary>
    public static bool IsLeftOut(string output, string variant, string alert) => LeftOut.ContainsKey($"{output}/{variant}") || LeftOut.ContainsKey($"{output}/{variant}/{alert}");

    /// <summary>Puts what is ours in place of what is not copied.</summary>
    public static void Adjust(string output, string variant, List<Sent> expected)
    {
        // The European region has an address of its own.
        if ((output, variant) == ("pagerduty", "region-eu"))
        {
            expected[0] = expected[0] with { To = "events.eu.pagerduty.com" };
        }

        // An entry with two colons is a name and a value all the same.
        if (variant == "customheaders-env" && (output is "alertmanager" or "loki"))
        {
            expected[0] = expected[0] with { Headers = string.Join('\n', expected[0].Headers.Split('\n').Append("x-url: https://example.com").Order(StringComparer.Ordinal)) };
        }

        if (variant == "hostport-trailing-slash")
        {
            expected[0] = expected[0] with { Path = expected[0].Path.Replace("//", "/", StringComparison.Ordinal) };
        }
    }
}
