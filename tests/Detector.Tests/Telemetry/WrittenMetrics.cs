using Saker.Detector.Following;
using Saker.Detector.Kubernetes;
using Saker.Detector.Telemetry;

namespace Saker.Detector.Tests.Telemetry;

/// <summary>Metrics of parts that no capture brings into being.</summary>
public sealed class WrittenMetrics
{
    [Fact]
    public void The_API_server_is_counted_by_what_became_of_requests_and_alerts_by_what_they_lack()
    {
        var text = new PrometheusText();
        KubernetesMetrics.Write(text, new KubernetesSnapshot
        {
            IsFollowing = true,
            Pods = 3,
            Requests = [.. Enum.GetValues<ClusterOutcome>().Select(static outcome => 10L + (long)outcome)],
            AlertsWithout = [.. Enum.GetValues<PodKnowledge>().Select(static knowledge => 1L << (int)knowledge)],
        });
        var metrics = MetricsText.Parse(text.ToString());
        Assert.Equal((1, 3), (metrics["saker_detector_kubernetes_following"], metrics["saker_detector_kubernetes_pods"]));
        string[] outcomes = ["answered", "missing", "gone", "unreachable", "unauthorized", "forbidden", "busy", "slow", "too_large", "damaged"];
        Assert.Equal(
            outcomes.Select(static (_, index) => 10.0 + index),
            outcomes.Select(outcome => metrics[$$"""saker_detector_kubernetes_requests_total{outcome="{{outcome}}"}"""]));
        Assert.Equal(Of(PodKnowledge.Unasked), Alerts("too_many_questions"));
        Assert.Equal(Of(PodKnowledge.Asked) + Of(PodKnowledge.Late), Alerts("late_answer"));
        Assert.Equal(Of(PodKnowledge.Incomplete), Alerts("incomplete"));
        Assert.Equal(Of(PodKnowledge.Unanswered), Alerts("not_found"));
        Assert.Equal(Of(PodKnowledge.NoServer), Alerts("no_server"));
        Assert.Equal(5, metrics.Samples.Count(static sample => sample.Key.StartsWith("saker_detector_alerts_without_kubernetes_metadata_total", StringComparison.Ordinal)));

        static double Of(PodKnowledge knowledge) => 1L << (int)knowledge;

        double Alerts(string reason) => metrics[$$"""saker_detector_alerts_without_kubernetes_metadata_total{reason="{{reason}}"}"""];
    }

    [Fact]
    public void Sources_of_rules_tell_how_old_what_they_have_is()
    {
        var read = DateTimeOffset.FromUnixTimeMilliseconds(1_795_461_488_500);
        var text = new PrometheusText();
        FreshnessMetrics.Write(
            text,
            new ReloadState(2, 1, read, new ReloadAttempt(read, "asked by a signal", ["a mistake"])),
            [
                new FollowedState { Name = "good", Source = "https://here/rules.yaml", Taken = 1, Unchanged = 2, Succeeded = read },
                new FollowedState { Name = "bad", Source = "oci://here/rules:1", Unreachable = 3, Refused = 4, Trouble = "It is not signed." },
            ]);
        var metrics = MetricsText.Parse(text.ToString());
        Assert.Equal((2, 1), (metrics["""saker_detector_config_reloads_total{result="applied"}"""], metrics["""saker_detector_config_reloads_total{result="refused"}"""]));
        Assert.Equal((0, 1_795_461_488.5), (metrics["saker_detector_config_last_reload_successful"], metrics["saker_detector_config_last_reload_success_timestamp_seconds"]));
        Assert.Equal([1, 2, 0, 0, 0, 0, 3, 4], ((string[])["good", "bad"]).SelectMany(name => ((string[])["taken", "unchanged", "unreachable", "refused"])
            .Select(result => metrics[$$"""saker_detector_rules_follow_looks_total{result="{{result}}",source="{{name}}"}"""])));
        Assert.Equal((1, 0), (UpToDate("good"), UpToDate("bad")));
        Assert.Equal((1_795_461_488.5, 0), (Success("good"), Success("bad")));

        double UpToDate(string name) => metrics[$$"""saker_detector_rules_follow_up_to_date{source="{{name}}"}"""];

        double Success(string name) => metrics[$$"""saker_detector_rules_follow_last_success_timestamp_seconds{source="{{name}}"}"""];
    }

    [Fact]
    public void Without_sources_there_is_nothing_to_tell_of_them()
    {
        var text = new PrometheusText();
        FreshnessMetrics.Write(text, new ReloadState(0, 0, DateTimeOffset.UnixEpoch, null), []);
        var metrics = MetricsText.Parse(text.ToString());
        Assert.Equal(1, metrics["saker_detector_config_last_reload_successful"]);
        Assert.DoesNotContain(metrics.Types.Keys, static name => name.Contains("follow", StringComparison.Ordinal));
    }
}
