using System.Net;
using System.Net.Sockets;
using Saker.Testing;

namespace Saker.EndToEnd.Tests;

/// <summary>Our programs as <c>./run.sh --build</c> leaves them, and what they need to run side by side.</summary>
internal static class Programs
{
    private const int FirstPort = 20_000;
    private const int Ports = 10_000;

    // Somewhere else in each process, for those that test at the same time.
    private static int nextPort = Random.Shared.Next(Ports);

    /// <summary>The path of a program. Fails with the cure when it was not built.</summary>
    public static string Path(string name)
    {
        var path = System.IO.Path.Combine(SharedData.ProjectRoot, "artifacts", "app", name);
        Assert.True(File.Exists(path), $"{path} is missing; build it with ./run.sh --build.");
        return path;
    }

    /// <summary>Skips the test where the driver cannot run.</summary>
    public static void RequireKernel() =>
        Assert.SkipUnless(Environment.UserName == "root" && File.Exists("/sys/kernel/btf/vmlinux"), "Watching system calls needs root and a kernel with BTF.");

    /// <summary>
    /// A port that is free, and that no other test gets. It is below the range from which the kernel takes ports for
    /// connections, so that none of those has it by the time the program listens.
    /// </summary>
    public static int FreePort()
    {
        for (var i = 0; i < Ports; i++)
        {
            var port = FirstPort + (int)((uint)Interlocked.Increment(ref nextPort) % Ports);
            try
            {
                using var listener = new TcpListener(IPAddress.Any, port);
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Somebody has it.
            }
        }

        throw new InvalidOperationException($"No port from {FirstPort} to {FirstPort + Ports - 1} is free.");
    }

    /// <summary>Starts the router and waits until it answers.</summary>
    public static async Task<ProcessRunner> StartRouterAsync(TestFolder folder, int port)
    {
        var router = ProcessRunner.Start(Path("saker-router"), RouterArguments(folder));
        try
        {
            await WhenReadyAsync(router, port);
            return router;
        }
        catch
        {
            await router.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs one of the router's commands on the folder's router or its files, and gives its exit code and what it printed.</summary>
    public static async Task<(int Code, IReadOnlyList<string> Lines)> AskRouterAsync(TestFolder folder, params string[] command)
    {
        await using var asked = ProcessRunner.Start(Path("saker-router"), [.. command, .. RouterArguments(folder)]);
        var code = await asked.WaitForExitAsync(TimeSpan.FromMinutes(3));
        return (code, asked.Lines);
    }

    /// <summary>What makes a router use the folder.</summary>
    public static string[] RouterArguments(TestFolder folder) => ["--config", folder.File("router.yaml"), "--data-dir", folder.File("data")];

    /// <summary>Waits until a router that was started answers.</summary>
    public static async Task WhenReadyAsync(ProcessRunner router, int port)
    {
        using var client = new HttpClient();
        var ping = new Uri($"http://127.0.0.1:{port}/ping");
        for (var i = 0; i < 7200; i++) // three minutes and more
        {
            Assert.False(router.HasExited, $"The router ended at start:\n{string.Join('\n', router.Lines)}");
            try
            {
                if ((await client.GetAsync(ping, TestContext.Current.CancellationToken)).IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (Exception exception) when (exception is HttpRequestException or SocketException)
            {
                await Task.Delay(25, TestContext.Current.CancellationToken);
            }
        }

        throw new TimeoutException($"The router does not answer:\n{string.Join('\n', router.Lines)}");
    }
}

/// <summary>A folder of a test's own, deleted with it.</summary>
internal sealed class TestFolder : IDisposable
{
    // A router takes no alerts on a disk that has less room than its reserve of 64 MiB.
    private const long Room = 512L << 20;

    private readonly DirectoryInfo folder = Create();

    /// <summary>A path in the folder.</summary>
    public string File(string name) => System.IO.Path.Combine(folder.FullName, name);

    /// <summary>Writes a file.</summary>
    public void Write(string name, string content) => System.IO.File.WriteAllText(File(name), content);

    private static DirectoryInfo Create()
    {
        var parent = System.IO.Path.GetTempPath();
        if (new DriveInfo(parent).AvailableFreeSpace < Room && Directory.Exists("/var/tmp"))
        {
            parent = "/var/tmp";
        }

        var path = System.IO.Path.Combine(parent, $"saker-e2e-{Guid.NewGuid():N}");
        return OperatingSystem.IsWindows()
            ? Directory.CreateDirectory(path)
            : Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>Deletes the folder; a process that is about to end may still write into it.</summary>
    public void Dispose()
    {
        for (var left = 50; ; left--)
        {
            try
            {
                folder.Delete(recursive: true);
                return;
            }
            catch (IOException) when (left > 0)
            {
                Thread.Sleep(100);
            }
        }
    }
}
