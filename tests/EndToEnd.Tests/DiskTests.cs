using System.Diagnostics;
using Saker.Testing;

namespace Saker.EndToEnd.Tests;

/// <summary>Disks that are full, that nobody may write, and directories that another router has.</summary>
[Collection(Heavy.Name)]
public sealed class DiskTests
{
    private const string Nobody = "65534";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    [Theory]
    [InlineData("4MiB")] // refused before a write fails
    [InlineData("0")] // until a write fails
    public async Task A_full_disk_refuses_alerts_until_there_is_room_and_loses_none(string reserve)
    {
        await using var destination = Destination.Start();
        using var folder = new TestFolder();
        using var disk = Mount.Tmpfs(folder.File("data"), "size=24m");
        var port = Programs.FreePort();
        folder.Write("router.yaml", $$"""
            listenaddress: 127.0.0.1
            listenport: {{port}}
            log: { segmentsize: 1MiB, historysize: 1MiB, freespacereserve: {{reserve}} }
            outputs:
              hook: { type: webhook, address: "{{destination.Address}}" }
            """);
        await using (var router = await Programs.StartRouterAsync(folder, port))
        {
            await using var load = Load.Start(port, 2, padding: 8000, pause: TimeSpan.FromMilliseconds(5));
            await Wait.UntilAsync(() => load.Acknowledged.Count > 20, Patience, static () => "some alerts");
            var ballast = folder.File("data/ballast");
            Fill(ballast);
            await Wait.UntilAsync(() => load.Refused > 20, Patience, static () => "refused alerts");
            Assert.Equal(503, await Ask.StatusAsync(port, "/healthz"));
            Assert.Equal(200, await Ask.StatusAsync(port, "/ping"));

            File.Delete(ballast);
            var before = load.Acknowledged.Count;
            await Wait.UntilAsync(() => load.Acknowledged.Count > before + 20, Patience, static () => "alerts taken again");
            await load.StopAsync();
            Assert.Equal(200, await Ask.StatusAsync(port, "/healthz"));
            await Wait.UntilAsync(() => load.Acknowledged.Keys.All(destination.Has), Patience, static () => "all acknowledged ones delivered");
            Assert.Equal(0, load.RefusedWithoutTime);
            router.Signal("TERM");
            Assert.Equal(0, await router.WaitForExitAsync(Patience));

            // Said once when it began and once when it was over, and the number of refused ones with it.
            Assert.Single(router.Lines, static line => line.Contains("[3004]", StringComparison.Ordinal) || line.Contains("[3005]", StringComparison.Ordinal));
            Assert.Single(router.Lines, static line => line.Contains("[3006]", StringComparison.Ordinal));
        }

        // Nothing of it shows at the next start.
        await using var again = await Programs.StartRouterAsync(folder, port);
        Assert.DoesNotContain(again.Lines, static line => line.Contains("error", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_second_router_on_a_directory_ends_at_once_and_names_the_first()
    {
        using var folder = new TestFolder();
        var port = Programs.FreePort();
        folder.Write("router.yaml", $"listenaddress: 127.0.0.1\nlistenport: {port}\n");
        await using var first = await Programs.StartRouterAsync(folder, port);
        folder.Write("router.yaml", $"listenaddress: 127.0.0.1\nlistenport: {Programs.FreePort()}\n");
        var (code, lines) = await Programs.AskRouterAsync(folder);
        Assert.Equal(1, code);
        Assert.Contains($"in use by another router (process {first.Id})", lines[^1], StringComparison.Ordinal);
        Assert.Equal(200, await Ask.StatusAsync(port, "/healthz"));
        Assert.Equal(0, (await Programs.AskRouterAsync(folder, "status")).Code);
    }

    [Fact]
    public async Task A_directory_that_cannot_be_written_is_named_with_a_cure()
    {
        using var folder = new TestFolder();
        using var disk = Mount.Tmpfs(folder.File("data"), "size=1m,ro");
        folder.Write("router.yaml", $"listenaddress: 127.0.0.1\nlistenport: {Programs.FreePort()}\n");
        var (code, lines) = await Programs.AskRouterAsync(folder);
        Assert.Equal(1, code);
        Assert.Contains("--data-dir", lines[^1], StringComparison.Ordinal);
        Assert.Contains(folder.File("data"), lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_the_usual_directory_a_private_one_below_the_temporary_one_is_used_and_said()
    {
        using var folder = new TestFolder();
        var program = ForNobody(folder);
        var port = Programs.FreePort();
        folder.Write("router.yaml", $"listenaddress: 127.0.0.1\nlistenport: {port}\n");
        var temporary = folder.File("tmp");
        Directory.CreateDirectory(temporary);
        Run("chown", Nobody, temporary);
        await using (var router = StartAsNobody(program, folder, temporary))
        {
            await Programs.WhenReadyAsync(router, port);
            Assert.Contains(router.Lines, line => line.Contains("[3504]", StringComparison.Ordinal) && line.Contains(temporary, StringComparison.Ordinal));
            if (!OperatingSystem.IsWindows())
            {
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.Combine(temporary, "saker-router")));
            }
        }

        // One that others may enter could be anybody's.
        Run("chmod", "0755", Path.Combine(temporary, "saker-router"));
        await using var refused = StartAsNobody(program, folder, temporary);
        Assert.Equal(1, await refused.WaitForExitAsync(Patience));
        Assert.Contains("is not this user's alone", refused.Lines[^1], StringComparison.Ordinal);
    }

    private static string ForNobody(TestFolder folder)
    {
        if (Environment.UserName != "root" || !File.Exists("/usr/bin/setpriv"))
        {
            Assert.Skip("Running as another user needs root and setpriv.");
        }

        Run("chmod", "0755", folder.File("."));
        var program = Programs.Path("saker-router");
        if (Code("setpriv", "--reuid", Nobody, "--clear-groups", "test", "-x", program) != 0)
        {
            Assert.Skip($"{program} is in a folder that other users cannot enter.");
        }

        if (Code("setpriv", "--reuid", Nobody, "--clear-groups", "test", "-w", "/var/lib/saker-router") == 0)
        {
            Assert.Skip("Every user may write /var/lib/saker-router here.");
        }

        return program;
    }

    private static ProcessRunner StartAsNobody(string program, TestFolder folder, string temporary) => ProcessRunner.Start(
        "setpriv", ["--reuid", Nobody, "--clear-groups", program, "--config", folder.File("router.yaml")], new Dictionary<string, string> { ["TMPDIR"] = temporary, ["HOME"] = temporary });

    /// <summary>Takes all the room that there is.</summary>
    private static void Fill(string path)
    {
        using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1);
        var block = new byte[64 << 10];
        try
        {
            while (true)
            {
                file.Write(block);
            }
        }
        catch (IOException)
        {
            // That was the last block.
        }
    }

    private static void Run(string program, params string[] arguments) => Assert.Equal(0, Code(program, arguments));

    private static int Code(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
        return process.ExitCode;
    }

    /// <summary>A file system of a test's own.</summary>
    private sealed class Mount : IDisposable
    {
        private readonly string path;

        private Mount(string path) => this.path = path;

        public static Mount Tmpfs(string path, string options)
        {
            Directory.CreateDirectory(path);
            if (Environment.UserName != "root" || Code("mount", "-t", "tmpfs", "-o", options, "tmpfs", path) != 0)
            {
                Assert.Skip("Mounting a small file system needs root, outside of a container.");
            }

            return new Mount(path);
        }

        public void Dispose() => Run("umount", "--lazy", path);
    }
}
