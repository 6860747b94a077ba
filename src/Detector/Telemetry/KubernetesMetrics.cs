using System.Diagnostics;
using Saker.Detector.Kubernetes;

namespace Saker.Detector.Telemetry;

/// <summary>What <c>/metrics</c> shows of the questions to the Kubernetes API server.</summary>
internal static class KubernetesMetrics
{
    /// <summary>Writes them.</summary>
    public static void Write(PrometheusText text, KubernetesSnapshot kubernetes)
    {
        text.Gauge("saker_detector_kubernetes_following", "1 while the API server tells of the pods of this node.").Sample(kubernetes.IsFollowing ? 1 : 0);
        text.Gauge("saker_detector_kubernetes_pods", "Pods of this node that the API server has told of.").Sample(kubernetes.Pods);
        var requests = text.Counter("saker_detector_kubernetes_requests_total", "Requests to the API server by what became of them; a watch counts when it ends.");
        foreach (var outcome in Enum.GetValues<ClusterOutcome>())
        {
            requests.Sample(kubernetes.Requests[(int)outcome], ("outcome", Word(outcome)));
        }

        var alerts = text.Counter("saker_detector_alerts_without_kubernetes_metadata_total", "Alerts of pods of which the API server had not told everything that rules name, by reason.");
        foreach (var (reason, count) in Enum.GetValues<PodKnowledge>().Where(static knowledge => knowledge != PodKnowledge.Known)
            .GroupBy(Word, knowledge => kubernetes.AlertsWithout[(int)knowledge])
            .Select(static group => (group.Key, group.Sum())))
        {
            alerts.Sample(count, ("reason", reason));
        }
    }

    private static string Word(ClusterOutcome outcome) => outcome switch
    {
        ClusterOutcome.Answered => "answered",
        ClusterOutcome.Missing => "missing",
        ClusterOutcome.Gone => "gone",
        ClusterOutcome.Unreachable => "unreachable",
        ClusterOutcome.Unauthorized => "unauthorized",
        ClusterOutcome.Forbidden => "forbidden",
        ClusterOutcome.Busy => "busy",
        ClusterOutcome.Slow => "slow",
        ClusterOutcome.TooLarge => "too_large",
        ClusterOutcome.Damaged => "damaged",
        _ => throw new UnreachableException($"Outcome {(int)outcome} has no word."),
    };

    private static string Word(PodKnowledge knowledge) => knowledge switch
    {
        PodKnowledge.Unasked => "too_many_questions",
        PodKnowledge.Asked or PodKnowledge.Late => "late_answer",
        PodKnowledge.Incomplete => "incomplete",
        PodKnowledge.Unanswered => "not_found",
        PodKnowledge.NoServer => "no_server",
        _ => throw new UnreachableException($"Knowledge {(int)knowledge} is no reason."),
    };
}
