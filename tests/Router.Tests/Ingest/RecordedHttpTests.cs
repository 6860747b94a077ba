using System.Text;
using Saker.Router.Configuration;
using Saker.Settings;

namespace Saker.Router.Tests.Ingest;

public sealed class RecordedHttpTests(ITestOutputHelper output)
{
    /// <summary>What we answer otherwise, and why; the reasons stand in docs/decisions/0051-http.md.</summary>
    private static readonly Dictionary<string, (int? Status, string Reason)> Deviations = new(StringComparer.Ordinal);

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
                var isSame = answer.Status == status && (isListed || HasRecordedBody(request, answer));
                agreed += isSame && !isListed ? 1 : 0;
                if (!isSame)
                {
                    differences.Add($"{request.Name}: expected {status} {request.Body.TrimEnd()}, got {answer.Status} {answer.Body.TrimEnd()}");
                }
            }
        }

        output.WriteLine($"{agreed} of {recorded.Count} agree, {Deviations.Count} deviate as listed.");
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
