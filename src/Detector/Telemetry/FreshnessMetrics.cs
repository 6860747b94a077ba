using Saker.Detector.Following;

namespace Saker.Detector.Telemetry;

/// <summary>Metrics of whether what is in use is what configuration, rule files and their sources say.</summary>
internal static class FreshnessMetrics
{
    private const double MillisecondsPerSecond = 1000;

    /// <param name="text">Gets them.</param>
    /// <param name="reloads">What became of reading anew.</param>
    /// <param name="followed">The sources of rules.</param>
    public static void Write(PrometheusText text, ReloadState reloads, IReadOnlyList<FollowedState> followed)
    {
        text.Counter("saker_detector_config_reloads_total", "Times that configuration and rules were read again, by what became of it.")
            .Sample(reloads.Applied, ("result", "applied"))
            .Sample(reloads.Refused, ("result", "refused"));
        text.Gauge("saker_detector_config_last_reload_successful", "1 while what is in use is what was read last, 0 while that has faults.").Sample(reloads.IsCurrent ? 1 : 0);
        text.Gauge("saker_detector_config_last_reload_success_timestamp_seconds", "When what is in use was read, since 1970.").Sample(Seconds(reloads.LastSuccess));
        if (followed.Count == 0)
        {
            return;
        }

        text.Counter("saker_detector_rules_follow_looks_total", "Looks at sources of rules, by what came of them.");
        foreach (var source in followed)
        {
            text.Sample(source.Taken, ("source", source.Name), ("result", "taken"));
            text.Sample(source.Unchanged, ("source", source.Name), ("result", "unchanged"));
            text.Sample(source.Unreachable, ("source", source.Name), ("result", "unreachable"));
            text.Sample(source.Refused, ("source", source.Name), ("result", "refused"));
        }

        text.Gauge("saker_detector_rules_follow_up_to_date", "1 while what a source of rules has is in use, as far as the last look at it goes.");
        foreach (var source in followed)
        {
            text.Sample(source.Trouble is null ? 1 : 0, ("source", source.Name));
        }

        text.Gauge("saker_detector_rules_follow_last_success_timestamp_seconds", "When a source of rules was last looked at with success, since 1970; 0 for never.");
        foreach (var source in followed)
        {
            text.Sample(source.Succeeded is { } time ? Seconds(time) : 0, ("source", source.Name));
        }
    }

    private static double Seconds(DateTimeOffset time) => time.ToUnixTimeMilliseconds() / MillisecondsPerSecond;
}
