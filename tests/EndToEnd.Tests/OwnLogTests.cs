using System.Text.Json;
using Saker.Testing;

namespace Saker.EndToEnd.Tests;

/// <summary>What the router says of itself while an output fails: when it begins, when it is over, and nothing for each alert.</summary>
public sealed class OwnLogTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task A_failing_output_says_so_once_and_once_when_it_is_back()
    {
        var status = 500;
        await using var sink = await LoopbackServer.StartAsync(_ => new LoopbackAnswer { Status = Volatile.Read(ref status) });
        using var folder = new TestFolder();
        var port = Programs.FreePort();
        folder.Write("router.yaml", $"listenaddress: 127.0.0.1\nlistenport: {port}\nlogformat: json\nwebhook: {{address: '{sink.Address}hook', maxconcurrentrequests: 4}}\n");
        await using var router = await Programs.StartRouterAsync(folder, port);
        using var probe = new RouterProbe(port);
        const int alerts = 60;
        for (var i = 0; i < alerts; i++)
        {
            await probe.SendAsync($"alert {i}");
        }

        await probe.WaitForMetricAsync("falcosecurity_falcosidekick_outputs_total{destination=\"webhook\",status=\"error\"}", 4);
        Volatile.Write(ref status, 200);
        await probe.WaitForMetricAsync("falcosecurity_falcosidekick_outputs_total{destination=\"webhook\",status=\"ok\"}", alerts);
        router.Signal("TERM");
        Assert.Equal(0, await router.WaitForExitAsync(Patience));

        var events = router.Lines.Select(static line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.InRange(events.Count, 5, 15);
        var failing = Assert.Single(events, static line => Number(line) == 3100);
        Assert.Equal("warning", failing.GetProperty("level").GetString());
        Assert.Equal("webhook", failing.GetProperty("fields").GetProperty("output").GetString());
        var back = Assert.Single(events, static line => Number(line) == 3102);
        Assert.InRange(back.GetProperty("fields").GetProperty("failures").GetInt64(), 4, alerts * 10);
        Assert.Contains("delivers again, after ", back.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_alert_has_a_line_for_each_output_when_that_is_asked_for()
    {
        await using var sink = await LoopbackServer.StartAsync();
        using var folder = new TestFolder();
        var port = Programs.FreePort();
        folder.Write("router.yaml", $"listenaddress: 127.0.0.1\nlistenport: {port}\ndebug: true\nwebhook: {{address: '{sink.Address}hook'}}\n");
        await using var router = await Programs.StartRouterAsync(folder, port);
        using var probe = new RouterProbe(port);
        await probe.SendAsync("one");
        var line = await router.WaitForLineAsync(" [3121] ", Patience);
        Assert.Contains("Output webhook: alert ", line, StringComparison.Ordinal);
        Assert.EndsWith(" is Delivered.", line, StringComparison.Ordinal);
    }

    private static int Number(JsonElement line) => line.TryGetProperty("event", out var number) ? number.GetInt32() : 0;
}
