using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Saker.Testing;

namespace Saker.EndToEnd.Tests;

/// <summary>Two routers that send to each other: both have everything once, under one uuid, and nothing goes round for ever.</summary>
public sealed class PeerTests
{
    private const int Alerts = 50;
    private const string Token = "a token that both know";

    [Fact]
    public async Task Two_routers_that_send_to_each_other_have_every_alert_once_under_one_uuid()
    {
        var arrived = new[] { new ConcurrentQueue<(string Uuid, string Way)>(), new ConcurrentQueue<(string Uuid, string Way)>() };
        await using var left = await LoopbackServer.StartAsync(request => Note(arrived[0], request));
        await using var right = await LoopbackServer.StartAsync(request => Note(arrived[1], request));
        int[] ports = [Programs.FreePort(), Programs.FreePort()];
        using var leftFolder = new TestFolder();
        using var rightFolder = new TestFolder();
        leftFolder.Write("router.yaml", Configuration(ports[0], ports[1], left.Address));
        rightFolder.Write("router.yaml", Configuration(ports[1], ports[0], right.Address));
        await using var leftRouter = await Programs.StartRouterAsync(leftFolder, ports[0]);
        await using var rightRouter = await Programs.StartRouterAsync(rightFolder, ports[1]);
        using var leftProbe = new RouterProbe(ports[0]);
        using var rightProbe = new RouterProbe(ports[1]);
        for (var i = 0; i < Alerts; i++)
        {
            await leftProbe.SendAsync(string.Create(CultureInfo.InvariantCulture, $"left-{i}-"));
            await rightProbe.SendAsync(string.Create(CultureInfo.InvariantCulture, $"right-{i}-"));
        }

        // What came from the other is sent back, and settled there without being stored.
        const string SentBack = "saker_router_delivery_alerts_total{output=\"other\",outcome=\"skipped\"}";
        await leftProbe.WaitForMetricAsync(SentBack, Alerts);
        await rightProbe.WaitForMetricAsync(SentBack, Alerts);
        await RouterProbe.UntilAsync(() => arrived.All(static one => one.Count >= 2 * Alerts), () => $"{arrived[0].Count} and {arrived[1].Count} arrived");
        Assert.All(arrived, static one => Assert.Equal(2 * Alerts, one.Count));
        Assert.Equal(arrived[0].Select(static one => one.Uuid).Order(StringComparer.Ordinal), arrived[1].Select(static one => one.Uuid).Order(StringComparer.Ordinal));
        Assert.All(arrived, static one => Assert.Equal(Alerts, one.Count(static alert => alert.Way.Length > 0)));
        Assert.DoesNotContain(arrived.SelectMany(static one => one), static one => one.Way.Contains(',', StringComparison.Ordinal));
    }

    private static LoopbackAnswer Note(ConcurrentQueue<(string Uuid, string Way)> arrived, LoopbackRequest request)
    {
        using var alert = JsonDocument.Parse(request.Body);
        var way = alert.RootElement.GetProperty("output_fields").TryGetProperty("saker.via", out var found) ? found.GetString()! : "";
        arrived.Enqueue((alert.RootElement.GetProperty("uuid").GetString()!, way));
        return new LoopbackAnswer();
    }

    private static string Configuration(int port, int other, Uri sink) => $$"""
        listenaddress: 127.0.0.1
        listenport: {{port}}
        delivery: {durability: os}
        http: {clients: {other: {token: '{{Token}}', roles: [router] } } }
        webhook: {address: '{{sink}}'}
        outputs:
          other: {type: router, address: 'http://127.0.0.1:{{other}}', token: '{{Token}}' }

        """;
}
