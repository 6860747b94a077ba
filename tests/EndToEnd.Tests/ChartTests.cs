using System.Globalization;
using System.Runtime.Versioning;
using Saker.Testing;

namespace Saker.EndToEnd.Tests;

/// <summary>The router as Falcosidekick's stock chart runs it: user 1234, the chart's variables, no file, no volume.</summary>
[SupportedOSPlatform("linux")]
public sealed class ChartTests
{
    private const string User = "1234";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task It_runs_with_the_charts_variables_and_says_once_that_nothing_outlives_the_container()
    {
        SkipUnlessRoot();
        var arrived = new Arrivals();
        await using var sink = await LoopbackServer.StartAsync(request =>
        {
            arrived.Note(request.Body);
            return new LoopbackAnswer();
        });
        using var folder = new TestFolder();
        var port = Programs.FreePort();
        var variables = Variables(folder, port);
        variables["WEBHOOK_ADDRESS"] = $"{sink.Address}hook";
        for (var start = 0; start < 2; start++)
        {
            await using var router = Start(variables);
            await router.WaitForLineAsync("Alerts are taken at", Patience);
            using var probe = new RouterProbe(port);
            var name = string.Create(CultureInfo.InvariantCulture, $"start {start}");
            await probe.SendAsync(name);
            await RouterProbe.UntilAsync(() => arrived.Has(name), () => string.Join('\n', router.Lines));
            var warning = Assert.Single(router.Lines, static line => line.Contains(" warning ", StringComparison.Ordinal));
            Assert.Contains(folder.File("saker-router"), warning, StringComparison.Ordinal);
            Assert.Contains("may be gone with the container", warning, StringComparison.Ordinal);
            Assert.Contains("each replica has its own", warning, StringComparison.Ordinal);
            Assert.Contains("/var/lib/saker-router", warning, StringComparison.Ordinal);
            router.Signal("TERM");
            Assert.Equal(0, await router.WaitForExitAsync(Patience));
        }

        Assert.Equal(2, arrived.Count);
        Assert.Empty(arrived.Doubled);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder.File("saker-router")));
    }

    [Theory]
    [InlineData(User, "0")] // root made it: user 1234 cannot use it
    [InlineData("0", User)] // user 1234 made it: root could use it and must not
    public async Task A_fallback_directory_of_somebody_else_is_refused(string runs, string owns)
    {
        SkipUnlessRoot();
        using var folder = new TestFolder();
        var variables = Variables(folder, Programs.FreePort());
        Directory.CreateDirectory(folder.File("saker-router"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await RunAsync("chown", owns, folder.File("saker-router"));
        // Root may write to the usual directory, so that it is hidden from it.
        await using var router = runs == "0" ? Start(variables, "unshare", "--mount", "sh", "-c", "mount -t tmpfs -o ro none /var/lib && exec \"$0\"") : Start(variables);
        Assert.Equal(1, await router.WaitForExitAsync(Patience));
        Assert.Contains(router.Lines, line => line.Contains($"{folder.File("saker-router")} (it is not this user's alone", StringComparison.Ordinal));
    }

    private static void SkipUnlessRoot() => Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can become user 1234");

    private static ProcessRunner Start(Dictionary<string, string> variables, params string[] through)
    {
        var words = through.Length > 0 ? through : ["setpriv", "--reuid", User, "--regid", User, "--clear-groups"];
        return ProcessRunner.Start(words[0], [.. words[1..], Programs.Path("saker-router")], variables);
    }

    private static Dictionary<string, string> Variables(TestFolder folder, int port)
    {
        var variables = ChartEnvironment.Read("falcosidekick-default");
        variables["LISTENADDRESS"] = "127.0.0.1";
        variables["LISTENPORT"] = port.ToString(CultureInfo.InvariantCulture);
        variables["TMPDIR"] = folder.File(".").TrimEnd('.', '/');
        variables["HOME"] = "/nonexistent";
        File.SetUnixFileMode(variables["TMPDIR"], (UnixFileMode)0b001_111_111_111);
        return variables;
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        await using var runner = ProcessRunner.Start(program, arguments);
        Assert.Equal(0, await runner.WaitForExitAsync(Patience));
    }
}
