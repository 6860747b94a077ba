using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Saker.Testing;

namespace Saker.EndToEnd.Tests;

/// <summary>The detector takes up other rules while it watches this kernel.</summary>
[Collection(Watching.Name)]
public sealed class DetectorReloadTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task New_rules_work_broken_ones_change_nothing_and_calls_that_were_not_watched_are()
    {
        Programs.RequireKernel();
        await using var router = await LoopbackServer.StartAsync();
        using var folder = new TestFolder();
        var marker = folder.File("marker");
        folder.Write("marker", "x");
        folder.Write("detector.yaml", $$"""
            rules_files: [rules.yaml]
            json_output: true
            watch_config_files: false
            webserver: { enabled: false }
            stdout_output: { enabled: false }
            http_output: { enabled: true, url: "{{router.Address}}" }
            """);
        folder.Write("rules.yaml", Rule("Marker read", $"evt.type in (open, openat) and fd.name = {marker}"));
        await using var detector = ProcessRunner.Start(Programs.Path("saker-detector"), ["--config", folder.File("detector.yaml")]);
        await detector.WaitForLineAsync("Watching", Patience);
        await ActUntilAsync("Marker read", "cat", marker);

        await ReloadAsync(Rule("Marker read again", $"evt.type in (open, openat) and fd.name = {marker}"), "are in use (with the driver that watches already)");
        await ActUntilAsync("Marker read again", "cat", marker);

        await ReloadAsync("- rule: Broken\n  condition: evt.type = \n", "goes on with what it had");
        var before = Count("Marker read again");
        await ActUntilAsync("Marker read again", "cat", marker, before + 1);

        // No rule was about flock, so the driver did not deliver it.
        await ReloadAsync(Rule("Marker locked", $"evt.type = flock and fd.name = {marker}"), "are in use (with a new driver");
        await ActUntilAsync("Marker locked", "flock", $"{marker} true");
        Assert.False(detector.HasExited);
        detector.Signal("TERM");
        Assert.Equal(0, await detector.WaitForExitAsync(Patience));

        async Task ReloadAsync(string rules, string result)
        {
            folder.Write("rules.yaml", rules);
            detector.Signal("HUP");
            await detector.WaitForLineAsync(result, Patience);
        }

        async Task ActUntilAsync(string rule, string program, string arguments, int alerts = 1)
        {
            using var limit = new CancellationTokenSource(Patience);
            while (Count(rule) < alerts)
            {
                Assert.False(limit.IsCancellationRequested, $"No alert '{rule}' came:\n{string.Join('\n', detector.Lines)}");
                using var act = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
                await act.WaitForExitAsync(TestContext.Current.CancellationToken);
                await Task.Delay(100, TestContext.Current.CancellationToken);
            }
        }

        int Count(string rule) => router.Requests.Count(request => JsonDocument.Parse(Encoding.UTF8.GetString(request.Body.Span)).RootElement.GetProperty("rule").GetString() == rule);
    }

    private static string Rule(string name, string condition) => $"- rule: {name}\n  desc: a rule of this test\n  condition: {condition}\n  output: read\n  priority: ERROR\n";
}
