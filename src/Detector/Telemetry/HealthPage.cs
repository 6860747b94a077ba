using System.Globalization;
using Saker.Detector.Outputs;

namespace Saker.Detector.Telemetry;

/// <summary>
/// What the health page shows: Falco's words while all is well. While an output does not take alerts, which one, and what waits and
/// is lost; the status code stays 200, for a restart would help nobody and lose what waits.
/// </summary>
internal sealed class HealthPage(IReadOnlyList<OutputQueue> outputs)
{
    /// <summary>The page as it is now.</summary>
    public string Write()
    {
        var troubled = outputs.Where(static output => output.IsFailing || output.IsDropping).Select(static output => string.Create(
            CultureInfo.InvariantCulture, $$"""
            "{{output.Name}}": {"waiting": {{output.Waiting}}, "lost": {{output.Dropped + output.Failed}}}
            """)).ToList();
        return troubled.Count == 0 ? """{"status": "ok"}""" : "{\"status\": \"degraded\", \"outputs\": {" + string.Join(", ", troubled) + "}}";
    }
}
