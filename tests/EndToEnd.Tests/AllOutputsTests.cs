using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Saker.Testing;

namespace Saker.EndToEnd.Tests;

/// <summary>All outputs at once under load, one of them failing in every way in turn: the others get everything in order, and so does the failing one in the end.</summary>
public sealed partial class AllOutputsTests
{
    private const int Alerts = 200;

    // Webhook keeps the order of single requests, Elasticsearch that of batches; PagerDuty's address is fixed, so that it is not reached from here.
    private static readonly string[] Outputs = ["alertmanager", "elasticsearch", "loki", "slack", "splunk", "webhook"];

    [Theory]
    [InlineData("slack", "reset")]
    [InlineData("elasticsearch", "busy")]
    [InlineData("loki", "hang")]
    [InlineData("alertmanager", "forbidden")]
    [InlineData("splunk", "throttle")]
    [InlineData("webhook", "endless")]
    public async Task One_that_fails_holds_up_no_other_and_loses_nothing(string failing, string way)
    {
        var isMended = false;
        await using var sinks = await Sinks.StartAsync(Outputs, output => output == failing && !Volatile.Read(ref isMended) ? Failure(way) : null);
        using var folder = new TestFolder();
        var port = Programs.FreePort();
        folder.Write("router.yaml", Configuration(port, sinks));
        await using var router = await Programs.StartRouterAsync(folder, port);
        using var probe = new RouterProbe(port);
        for (var i = 0; i < Alerts; i++)
        {
            await probe.SendAsync(string.Create(CultureInfo.InvariantCulture, $"number-{i}-"));
        }

        foreach (var output in Outputs.Where(output => output != failing))
        {
            await RouterProbe.UntilAsync(() => sinks.Count(output) >= Alerts, () => $"{output} beside {failing} ({way}): {sinks.Count(output)} of {Alerts}");
            Assert.Equal(Enumerable.Range(0, Alerts), sinks.Taken(output).ToArray());
        }

        Assert.InRange(sinks.Count(failing), 0, Alerts - 1);
        Volatile.Write(ref isMended, true);
        router.Signal("HUP"); // has a blocked output try at once
        await RouterProbe.UntilAsync(() => sinks.Taken(failing).Distinct().Count() == Alerts, () => $"{failing} after {way}: {sinks.Count(failing)} of {Alerts}");
        Assert.Equal(Enumerable.Range(0, Alerts), sinks.Taken(failing).Distinct());
        Assert.Equal(0, await probe.MetricAsync("saker_router_delivery_alerts_total{output=\"" + failing + "\",outcome=\"dead_letter\"}"));
    }

    private static LoopbackAnswer Failure(string way) => way switch
    {
        "reset" => new LoopbackAnswer { Reset = true },
        "busy" => new LoopbackAnswer { Status = 503 },
        "hang" => new LoopbackAnswer { Delay = Timeout.InfiniteTimeSpan },
        "forbidden" => new LoopbackAnswer { Status = 403 },
        "throttle" => new LoopbackAnswer { Status = 429, Headers = new Dictionary<string, string> { ["Retry-After"] = "1" } },
        _ => new LoopbackAnswer { Status = 503, Endless = true },
    };

    private static string Configuration(int port, Sinks sinks) => $$"""
        listenaddress: 127.0.0.1
        listenport: {{port}}
        delivery: {attempttimeout: 2s, durability: os}
        alertmanager: {hostport: '{{sinks.Address("alertmanager")}}' }
        elasticsearch: {hostport: '{{sinks.Address("elasticsearch")}}', batching: {enabled: true, flushinterval: 100ms} }
        loki: {hostport: '{{sinks.Address("loki")}}' }
        slack: {webhookurl: '{{sinks.Address("slack")}}' }
        splunk: {host: '{{sinks.Address("splunk")}}' }
        webhook: {address: '{{sinks.Address("webhook")}}' }

        """;

    [GeneratedRegex("number-([0-9]+)-")]
    private static partial Regex Number();

    /// <summary>A destination for each output, which notes what it has taken.</summary>
    private sealed class Sinks : IAsyncDisposable
    {
        private readonly Dictionary<string, LoopbackServer> servers = [];
        private readonly ConcurrentDictionary<string, ConcurrentQueue<int>> taken = new(StringComparer.Ordinal);

        public static async Task<Sinks> StartAsync(IEnumerable<string> outputs, Func<string, LoopbackAnswer?> failure)
        {
            var sinks = new Sinks();
            foreach (var output in outputs)
            {
                sinks.taken[output] = [];
                sinks.servers[output] = await LoopbackServer.StartAsync(request => failure(output) ?? sinks.Take(output, request));
            }

            return sinks;
        }

        public Uri Address(string output) => servers[output].Address;

        public int Count(string output) => taken[output].Count;

        /// <summary>The alerts' numbers in the order in which they came; each once for each time that it came.</summary>
        public ConcurrentQueue<int> Taken(string output) => taken[output];

        public async ValueTask DisposeAsync()
        {
            foreach (var server in servers.Values)
            {
                await server.DisposeAsync();
            }
        }

        // A message names its alert in several places.
        private LoopbackAnswer Take(string output, LoopbackRequest request)
        {
            var numbers = Number().Matches(Encoding.UTF8.GetString(request.Body.Span)).Select(static match => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture)).Distinct().ToList();
            foreach (var number in numbers)
            {
                taken[output].Enqueue(number);
            }

            return output == "elasticsearch"
                ? new LoopbackAnswer { Body = Encoding.UTF8.GetBytes($"{{\"errors\":false,\"items\":[{string.Join(',', numbers.Select(static _ => "{\"create\":{\"status\":201}}"))}]}}") }
                : new LoopbackAnswer { Body = "{}"u8.ToArray() };
        }
    }
}
