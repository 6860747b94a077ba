using System.Diagnostics;
using System.Text.Json;
using Saker.Testing;

namespace Saker.EndToEnd.Tests;

/// <summary>The main job, with the real kernel: an act, a rule, an alert, the durable log, a Slack-shaped endpoint.</summary>
[Collection(Watching.Name)]
public sealed class KernelToSlackTests
{
    [Fact]
    public async Task Reading_a_password_file_reaches_slack_at_the_right_priority()
    {
        if (Environment.UserName != "root" || !File.Exists("/sys/kernel/btf/vmlinux"))
        {
            Assert.Skip("Watching system calls needs root and a kernel with BTF.");
        }

        await using var slack = await LoopbackServer.StartAsync();
        using var folder = new TestFolder();
        var port = Programs.FreePort();
        folder.Write("router.yaml", $"""
            listenaddress: 127.0.0.1
            listenport: {port}
            slack:
              webhookurl: {slack.Address}services/T000/B000/XXX
              minimumpriority: warning
            """);
        folder.Write("detector.yaml", $"""
            rules_files: [{Path.Combine(SharedData.ProjectRoot, "config", "rules")}]
            json_output: true
            webserver:
              enabled: false
            stdout_output:
              enabled: false
            http_output:
              enabled: true
              url: http://127.0.0.1:{port}/
            """);
        await using var router = await Programs.StartRouterAsync(folder, port);
        await using var detector = ProcessRunner.Start(Programs.Path("saker-detector"), ["--config", folder.File("detector.yaml")]);
        await detector.WaitForLineAsync("driver loaded: modern_ebpf", TimeSpan.FromMinutes(3));
        await detector.WaitForLineAsync("Watching", TimeSpan.FromMinutes(3));

        using (var act = Process.Start(new ProcessStartInfo("head", ["-c", "1", "/etc/shadow"]) { RedirectStandardOutput = true })!)
        {
            await act.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        var message = await FirstAsync(slack, request => Text(request).Contains("/etc/shadow", StringComparison.Ordinal) && Text(request).Contains("proc=head", StringComparison.Ordinal));

        var fields = message.GetProperty("attachments")[0].GetProperty("fields").EnumerateArray()
            .ToDictionary(f => f.GetProperty("title").GetString()!, f => f.GetProperty("value").GetString());
        Assert.Equal("Warning", fields["priority"]);
        Assert.Equal("Password file read by untrusted program", fields["rule"]);
        Assert.Equal("/etc/shadow", fields["fd.name"]);
        Assert.Equal("head", fields["proc.name"]);
        Assert.Equal("root", fields["user.name"]);

        detector.Signal("TERM");
        Assert.Equal(0, await detector.WaitForExitAsync(TimeSpan.FromMinutes(3)));
        router.Signal("TERM");
        Assert.Equal(0, await router.WaitForExitAsync(TimeSpan.FromMinutes(3)));
    }

    private static string Text(LoopbackRequest request) => System.Text.Encoding.UTF8.GetString(request.Body.Span);

    private static async Task<JsonElement> FirstAsync(LoopbackServer server, Predicate<LoopbackRequest> wanted)
    {
        for (var i = 0; i < 7200; i++) // three minutes: the machine may be busy
        {
            if (server.Requests.FirstOrDefault(request => wanted(request)) is { } found)
            {
                using var document = JsonDocument.Parse(found.Body);
                return document.RootElement.Clone();
            }

            await Task.Delay(25, TestContext.Current.CancellationToken);
        }

        throw new TimeoutException($"The alert did not come; {server.Requests.Count} requests did.");
    }
}
