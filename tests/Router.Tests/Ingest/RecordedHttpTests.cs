using System.Text;
using Saker.Router.Options;
using Saker.Settings;
using Saker.Testing;

namespace Saker.Router.Tests.Ingest;

public sealed class RecordedHttpTests(ITestOutputHelper output)
{
    /// <summary>What we answer otherwise (no status: the connection is closed, with or without Kestrel's 400), and the line of docs/falcosidekick-differences.md that says why.</summary>
    public static readonly Dictionary<string, (int? Status, string Line)> Deviations = new(StringComparer.Ordinal)
    {
        ["get /healthz?verbose"] = (200, "verbose-health"),
        ["gzip body"] = (200, "gzip"),
        ["json array of one"] = (200, "batches"),
        ["time = \"2026-11-23T19:18:08+24:00\""] = (400, "time-offset"),
        ["fields k8s.ns.name number"] = (200, "k8s-names"),
        ["fields k8s.ns.name bool"] = (200, "k8s-names"),
        ["fields k8s.ns.name list"] = (200, "k8s-names"),
        ["fields k8s.ns.name object"] = (200, "k8s-names"),
        ["fields k8s.pod.name number"] = (200, "k8s-names"),
        ["http 2.0 in request line"] = (505, "http-versions"),
        ["http 1.2"] = (505, "http-versions"),
        ["http2 preface"] = (null, "http2-preface"),
        ["tls hello on plain port"] = (null, "tls-on-plain-port"),
        ["unknown transfer-encoding"] = (400, "transfer-encoding"),
        ["body shorter than length"] = (null, "short-body"),
        ["complete object but length longer"] = (null, "short-body"),
    };

    [Fact]
    public async Task Every_recorded_request_gets_the_recorded_answer_or_a_listed_one()
    {
        var differences = new List<string>();
        var agreed = 0;
        var recorded = RecordedRequest.ReadAll();
        Assert.Equal(330, recorded.Count);
        foreach (var group in recorded.GroupBy(request => request.Config))
        {
            await using var fixture = await IngestFixture.StartAsync(Options(group.Key));
            foreach (var request in group)
            {
                var answer = await RawHttp.SendAsync(fixture.Port, request.Wire, request.HalfClose);
                var (status, isListed) = Deviations.TryGetValue(request.Name, out var deviation) ? (deviation.Status, true) : (request.Status, false);
                var asRecorded = status is not null && answer.Status == request.Status && HasRecordedBody(request, answer);
                var isSame = !(isListed && asRecorded) && (answer.Status == status || (isListed && status is null && answer.Status == 400)) && (isListed || HasRecordedBody(request, answer));
                agreed += isSame && !isListed ? 1 : 0;
                if (!isSame)
                {
                    differences.Add($"{request.Name}: expected {status} {request.Body.TrimEnd()}, got {answer.Status} {answer.Body.TrimEnd()}");
                }
            }
        }

        RecordedCases.Note(output, "HTTP", agreed, recorded.Count - Deviations.Count, Deviations.Count);
        Assert.Empty(Deviations.Keys.Except(recorded.Select(static request => request.Name)));
        Assert.True(differences.Count == 0, string.Join("\n", differences));
    }

    // Kestrel refuses some requests before our code runs; then the class of the status counts and the body is empty.
    private static bool HasRecordedBody(RecordedRequest request, RawAnswer answer) =>
        request.Body == "<the metrics>" ? answer.Body.Contains("process_start_time_seconds", StringComparison.Ordinal)
        : request.Body.StartsWith("400 Bad Request", StringComparison.Ordinal) ? answer.Body.Length == 0
        : answer.Body == request.Body;

    // The recorded configuration continues that of a webhook output, whose own keys have no bearing on the answer.
    private static RouterOptions Options(string yaml)
    {
        var faults = new ConfigFaults();
        var map = YamlConfigReader.Read("recorded", Encoding.UTF8.GetBytes(yaml.StartsWith(' ') ? "webhook:\n" + yaml : yaml), faults);
        return (RouterOptions)new OptionsBinder(EnvironmentVariables.None, faults).Bind(OptionSchema.For(typeof(RouterOptions)), map, "", map.Source, ["webhook"]);
    }
}
