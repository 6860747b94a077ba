using Saker.Testing;

namespace Saker.EndToEnd.Tests;

/// <summary>The first Ctrl-C stops in order, which may wait for others; the second one does not wait.</summary>
public sealed class StopTests
{
    private const int KilledByInterrupt = 130;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task A_second_interrupt_ends_the_router_while_it_still_waits_for_an_output()
    {
        await using var sink = await LoopbackServer.StartAsync(_ => new LoopbackAnswer { Delay = Timeout.InfiniteTimeSpan });
        using var folder = new TestFolder();
        var port = Programs.FreePort();
        folder.Write("router.yaml", $"listenaddress: 127.0.0.1\nlistenport: {port}\ndelivery: {{draintimeout: 10m, attempttimeout: 10m}}\nwebhook: {{address: '{sink.Address}hook'}}\n");
        await using var router = await Programs.StartRouterAsync(folder, port);
        using var probe = new RouterProbe(port);
        await probe.SendAsync("waits");
        router.Signal("INT");
        await router.WaitForLineAsync("Stopping", Patience);
        Assert.False(router.HasExited);
        router.Signal("INT");
        Assert.Equal(KilledByInterrupt, await router.WaitForExitAsync(Patience));
    }

    [Fact]
    public async Task A_second_interrupt_ends_the_detector_while_it_still_waits_for_an_output()
    {
        await using var sink = await LoopbackServer.StartAsync(_ => new LoopbackAnswer { Delay = Timeout.InfiniteTimeSpan });
        using var folder = new TestFolder();
        folder.Write("detector.yaml", $$"""
            rules_files: [{{Path.Combine(SharedData.ProjectRoot, "config", "rules")}}]
            engine: { kind: replay, replay: { capture_file: {{Path.Combine(SharedData.ProjectRoot, "assets", "example.scap.gz")}} } }
            json_output: true
            webserver: { enabled: false }
            stdout_output: { enabled: false }
            http_output: { enabled: true, url: "{{sink.Address}}" }
            """);
        await using var detector = ProcessRunner.Start(Programs.Path("saker-detector"), ["--config", folder.File("detector.yaml")]);
        // Its first alert waits for the answer, and the replay for its alerts.
        await RouterProbe.UntilAsync(() => sink.Requests.Count > 0 || detector.HasExited, () => string.Join('\n', detector.Lines));
        Assert.False(detector.HasExited, string.Join('\n', detector.Lines));
        detector.Signal("INT");
        await detector.WaitForLineAsync("Stopping", Patience); // two signals that nobody has taken yet are one
        Assert.False(detector.HasExited);
        detector.Signal("INT");
        Assert.Equal(KilledByInterrupt, await detector.WaitForExitAsync(Patience));
    }
}
