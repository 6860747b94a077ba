using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json;
using Saker.Testing;

namespace Saker.EndToEnd.Tests;

/// <summary>Kills the router under load, again and again: what was acknowledged must arrive, at least once.</summary>
public sealed class KillTests
{
    private const int Kills = 20;
    private const int Senders = 8;

    [Fact]
    public async Task Every_acknowledged_alert_is_delivered_at_least_once_across_kills()
    {
        var delivered = new ConcurrentDictionary<string, int>();
        await using var sink = await LoopbackServer.StartAsync(request =>
        {
            using var document = JsonDocument.Parse(request.Body);
            delivered.AddOrUpdate(document.RootElement.GetProperty("output").GetString()!, 1, static (_, count) => count + 1);
            return new LoopbackAnswer();
        });
        using var folder = new TestFolder();
        int port = Programs.FreePort();
        folder.Write("router.yaml", $"""
            listenaddress: 127.0.0.1
            listenport: {port}
            webhook:
              address: {sink.Address}hook
              maxconcurrentrequests: 4
            """);
        var acknowledged = new ConcurrentBag<string>();
        var random = new Random(20261124);
        int sent = 0;
        var router = await Programs.StartRouterAsync(folder, port);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var senders = Enumerable.Range(0, Senders).Select(_ => Task.Run(() => SendAsync(port, () => Interlocked.Increment(ref sent), acknowledged, stop.Token))).ToList();
        for (int kill = 0; kill < Kills; kill++)
        {
            await Task.Delay(random.Next(50, 500), TestContext.Current.CancellationToken);
            router.Signal("KILL");
            await router.WaitForExitAsync(TimeSpan.FromSeconds(5));
            await router.DisposeAsync();
            router = await Programs.StartRouterAsync(folder, port);
        }
        await stop.CancelAsync();
        await Task.WhenAll(senders);

        var wanted = acknowledged.ToHashSet();
        for (int i = 0; i < 600 && !wanted.All(delivered.ContainsKey); i++)
            await Task.Delay(50, TestContext.Current.CancellationToken);
        await router.DisposeAsync();

        int duplicates = delivered.Values.Sum() - delivered.Count;
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{Kills} kills: {sent} sent, {wanted.Count} acknowledged, {delivered.Count} delivered, {duplicates} more than once.");
        Assert.InRange(wanted.Count, 500, int.MaxValue);
        Assert.Subset(delivered.Keys.ToHashSet(), wanted);
    }

    private static async Task SendAsync(int port, Func<int> next, ConcurrentBag<string> acknowledged, CancellationToken stop)
    {
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
        var url = new Uri($"http://127.0.0.1:{port}/");
        while (!stop.IsCancellationRequested)
        {
            string name = $"alert-{next()}";
            string body = $$"""{"output":"{{name}}","priority":"Warning","rule":"kill test","time":"2026-11-24T00:00:00Z","output_fields":{"n":"x"} }""";
            try
            {
                using var content = new StringContent(body, Encoding.UTF8, "application/json");
                using var answer = await client.PostAsync(url, content, CancellationToken.None);
                if (answer.StatusCode == HttpStatusCode.OK)
                    acknowledged.Add(name);
            }
            catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException)
            {
                // The router is dead at present; what was not acknowledged does not count.
                await Task.Delay(10, CancellationToken.None);
            }
            await Task.Delay(2, CancellationToken.None);
        }
    }
}
