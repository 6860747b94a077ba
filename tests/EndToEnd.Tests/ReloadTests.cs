using System.Globalization;
using Saker.Testing;

namespace Saker.EndToEnd.Tests;

/// <summary>The router as a process goes over to other configurations while alerts come in.</summary>
public sealed class ReloadTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task Nothing_is_lost_or_doubled_across_ten_reloads_under_load()
    {
        var (steady, changing) = (new Arrivals(), new Arrivals());
        await using var sink = await LoopbackServer.StartAsync(request =>
        {
            (request.Path.StartsWith("/steady", StringComparison.Ordinal) ? steady : changing).Note(request.Body);
            return new LoopbackAnswer();
        });
        using var folder = new TestFolder();
        var port = Programs.FreePort();
        await PublishAsync(folder, port, sink, 0);
        await using var router = await Programs.StartRouterAsync(folder, port);
        using var probe = new RouterProbe(port);
        using var stop = new CancellationTokenSource();
        var senders = Enumerable.Range(0, 3).Select(sender => Task.Run(() => probe.SendUntilAsync($"s{sender}", stop.Token))).ToList();
        for (var reload = 1; reload <= 10; reload++)
        {
            // The file is exchanged by a link, as Kubernetes exchanges a ConfigMap; every third time nobody says so.
            await PublishAsync(folder, port, sink, reload);
            if (reload % 3 != 0)
            {
                router.Signal("HUP");
            }

            await probe.WaitForMetricAsync("saker_router_config_reloads_total{result=\"applied\"}", reload);
        }

        await stop.CancelAsync();
        var sent = (await Task.WhenAll(senders)).Sum();
        await RouterProbe.UntilAsync(() => steady.Count >= sent && changing.Count >= sent, () => $"{sent} sent, {steady.Count} and {changing.Count} arrived");
        Assert.Equal(0, await probe.MetricAsync("saker_router_config_reloads_total{result=\"refused\"}"));
        Assert.Equal(sent, await probe.MetricAsync("saker_router_delivery_alerts_total{output=\"changing\",outcome=\"delivered\"}"));
        router.Signal("TERM");
        Assert.Equal(0, await router.WaitForExitAsync(Patience));
        TestContext.Current.TestOutputHelper?.WriteLine($"{sent} alerts sent across 10 reloads.");
        Assert.Empty(steady.Doubled);
        Assert.Empty(changing.Doubled);
        Assert.Equal((sent, sent), (steady.Count, changing.Count));
        Assert.InRange(sent, 100, int.MaxValue);
    }

    [Fact]
    public async Task Faults_keep_what_runs_and_outputs_come_go_and_return()
    {
        var (one, two) = (new Arrivals(), new Arrivals());
        await using var sink = await LoopbackServer.StartAsync(request =>
        {
            (request.Path.StartsWith("/one", StringComparison.Ordinal) ? one : two).Note(request.Body);
            return new LoopbackAnswer();
        });
        using var folder = new TestFolder();
        var port = Programs.FreePort();
        var head = $"listenaddress: 127.0.0.1\nlistenport: {port}\nconfig: {{watch: false}}\noutputs:\n";
        var first = $"  one: {{type: webhook, address: '{sink.Address}one'}}\n";
        var second = $"  two: {{type: webhook, address: '{sink.Address}two', minimumpriority: error}}\n";
        folder.Write("router.yaml", head + first);
        await using var router = await Programs.StartRouterAsync(folder, port);
        using var probe = new RouterProbe(port);
        await probe.SendAsync("before", "Error");

        await ReloadAsync(head + first + second, "outputs added: two");
        await probe.SendAsync("with two", "Error");
        await probe.SendAsync("not for two");
        await RouterProbe.UntilAsync(() => two.Has("with two") && one.Has("not for two"), () => string.Join('\n', router.Lines));

        await ReloadAsync(head + first + "  two: {type: webhok}\n  three: {}\n", "refused for the faults above");
        Assert.Contains(router.Lines, static line => line.Contains("outputs.two.type: 'webhok' is not one of", StringComparison.Ordinal));
        Assert.Contains(router.Lines, static line => line.Contains("outputs.three.type: This must be set", StringComparison.Ordinal));
        Assert.Equal(0, await probe.MetricAsync("saker_router_config_last_reload_successful"));
        await probe.SendAsync("still two", "Error");
        await RouterProbe.UntilAsync(() => two.Has("still two"), () => "the one before is in effect");

        await ReloadAsync(head + first, "removed: two");
        await probe.SendAsync("while two was gone", "Error");
        await ReloadAsync((head + first + second).Replace($"listenport: {port}", $"listenport: {Programs.FreePort()}", StringComparison.Ordinal), "take effect with the next start only: listenport");
        await RouterProbe.UntilAsync(() => two.Has("while two was gone") && one.Has("while two was gone"), () => "it went on where it was");
        Assert.Equal(3, two.Count);
        Assert.Equal(5, one.Count);
        Assert.Empty(one.Doubled.Concat(two.Doubled));

        async Task ReloadAsync(string yaml, string line)
        {
            folder.Write("router.yaml", yaml);
            router.Signal("HUP");
            await router.WaitForLineAsync(line, Patience);
        }
    }

    [Fact]
    public async Task A_renewed_certificate_is_used_without_anybody_saying_so()
    {
        await using var sink = await LoopbackServer.StartAsync();
        using var certificates = new TestCertificates();
        using var folder = new TestFolder();
        var (port, plain) = (Programs.FreePort(), Programs.FreePort());
        folder.Write("router.yaml", $$"""
            listenaddress: 127.0.0.1
            listenport: {{port}}
            tlsserver:
              deploy: true
              certfile: {{certificates.Folder}}/server.crt
              keyfile: {{certificates.Folder}}/server.key
              notlsport: {{plain}}
              notlspaths: /ping,/metrics
            """);
        await using var router = await Programs.StartRouterAsync(folder, plain);
        var first = await certificates.SerialNumberAtAsync(port);
        var renewed = certificates.RenewServer();
        Assert.NotEqual(first, renewed);
        await router.WaitForLineAsync("Configuration read again (a file changed): nothing changed.", Patience);
        using var limit = new CancellationTokenSource(Patience);
        while (await certificates.SerialNumberAtAsync(port) != renewed)
        {
            await Task.Delay(100, limit.Token);
        }
    }

    // router.yaml -> ..data/router.yaml, ..data -> a folder for each version.
    private static async Task PublishAsync(TestFolder folder, int port, LoopbackServer sink, int version)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"..v{version}");
        Directory.CreateDirectory(folder.File(name));
        folder.Write($"{name}/router.yaml", $$"""
            listenaddress: 127.0.0.1
            listenport: {{port}}
            customtags: [v{{version}}]
            outputs:
              steady: {type: webhook, address: '{{sink.Address}}steady', maxconcurrentrequests: 4}
              changing:
                type: webhook
                address: '{{sink.Address}}changing'
                customheaders: {X-Version: v{{version}}}
                maxconcurrentrequests: {{(version % 3) + 1}}
            """);
        Directory.CreateSymbolicLink(folder.File("..data_tmp"), name);
        if (version == 0)
        {
            File.CreateSymbolicLink(folder.File("router.yaml"), Path.Combine("..data", "router.yaml"));
        }

        await using var rename = ProcessRunner.Start("mv", ["-T", folder.File("..data_tmp"), folder.File("..data")]); // .NET renames no link over another
        Assert.Equal(0, await rename.WaitForExitAsync(Patience));
    }
}
