using System.Diagnostics;
using Saker.Testing;

namespace Saker.EndToEnd.Tests;

/// <summary><c>./run.sh</c> by somebody who may not watch the kernel.</summary>
public sealed class UnprivilegedRunTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private static readonly string[] Nobody = ["--reuid=65534", "--regid=65534", "--clear-groups"];

    [Fact]
    public async Task The_example_is_replayed_into_the_router_and_its_alerts_are_seen()
    {
        Assert.SkipUnless(Environment.UserName == "root", "Only root can become somebody else.");
        _ = Programs.Path("saker-router");
        var script = Path.Combine(SharedData.ProjectRoot, "run.sh");
        using (var probe = Process.Start("setpriv", [.. Nobody, "test", "-r", script, "-a", "!", "-w", SharedData.ProjectRoot]))
        {
            await probe.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.SkipUnless(probe.ExitCode == 0, "The project lies where others cannot read it, or can write.");
        }

        using var folder = new TestFolder();
        var data = folder.File("").TrimEnd('/');
        var port = Programs.FreePort();
        folder.Write("router.yaml", $"listenaddress: 127.0.0.1\nlistenport: {port}\noutputs:\n  console:\n    type: stdout\n");
        using (var chown = Process.Start("chown", ["-R", "65534", data]))
        {
            await chown.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        await using var run = ProcessRunner.Start("setpriv", [.. Nobody, script], new Dictionary<string, string>
        {
            ["SAKER_DATA"] = folder.File("data"),
            ["SAKER_ROUTER_CONFIG"] = folder.File("router.yaml"),
            ["HOME"] = data,
        });
        await run.WaitForLineAsync("not watched: watching system calls needs root", Patience);
        await run.WaitForLineAsync("Reverse shell command line", Patience);
        await run.WaitForLineAsync("The example is over.", Patience);
        run.Signal("TERM");
        Assert.Equal(0, await run.WaitForExitAsync(Patience));
    }
}
