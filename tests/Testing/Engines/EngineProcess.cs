using System.Diagnostics;
using Xunit;

namespace Saker.Testing.Engines;

/// <summary>
/// A real engine in a folder of its own, with its own storage and socket, which touches no network. Without root or without its package
/// its tests are skipped. When it ends, nothing of it runs, is mounted or lies anywhere.
/// </summary>
public abstract class EngineProcess : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly string program;
    private readonly string package;
    private ProcessRunner? process;

    protected EngineProcess(string program, string package)
    {
        this.program = program;
        this.package = package;
        Folder = Directory.CreateTempSubdirectory("saker-engine-").FullName;
        Socket = Path.Combine(Folder, "e.sock");
    }

    /// <summary>All that it has.</summary>
    public string Folder { get; }

    /// <summary>Where it can be asked.</summary>
    public string Socket { get; }

    protected virtual IReadOnlyDictionary<string, string> Variables { get; } = new Dictionary<string, string>();

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        if (!Environment.IsPrivilegedProcess || !File.Exists(program) || !File.Exists(TinyImage.Busybox))
        {
            return;
        }

        var image = Path.Combine(Folder, "image.tar");
        TinyImage.WriteTo(image);
        process = ProcessRunner.Start(program, Arguments(), Variables);
        await UntilAsync(async () => process.HasExited || (File.Exists(Socket) && await AnswersAsync()));
        Assert.False(process.HasExited, $"{program} did not start:\n{string.Join('\n', process.Lines)}");
        await LoadAsync(image);
    }

    /// <summary>Skips the test without it.</summary>
    public void Require() =>
        Assert.SkipWhen(process is null, $"Needs root, {program} ({package}) and busybox-static; eng/install.sh test installs them.");

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (process is not null)
        {
            await EmptyAsync();
            await process.DisposeAsync();
        }

        // What cleans up behind a container may come last, and mount the storage once more.
        await UntilAsync(() => Task.FromResult(!IsAnybodyThere()));
        await UntilAsync(TryRemoveAsync);
        GC.SuppressFinalize(this);
    }

    /// <summary>Waits for a condition.</summary>
    public static async Task UntilAsync(Func<Task<bool>> isThere)
    {
        var watch = Stopwatch.StartNew();
        while (!await isThere())
        {
            Assert.True(watch.Elapsed < Patience, "It did not come within two minutes.");
            await Task.Delay(50);
        }
    }

    protected abstract IEnumerable<string> Arguments();

    /// <summary>Whether it is ready.</summary>
    protected abstract Task<bool> AnswersAsync();

    /// <summary>Takes the image.</summary>
    protected abstract Task LoadAsync(string image);

    /// <summary>Removes what was made.</summary>
    protected abstract Task EmptyAsync();

    // Shims, monitors and what they start all have the folder in their arguments.
    private bool IsAnybodyThere()
    {
        foreach (var process in Directory.EnumerateDirectories("/proc").Where(static folder => char.IsAsciiDigit(Path.GetFileName(folder)[0])))
        {
            try
            {
                if (File.ReadAllText(Path.Combine(process, "cmdline")).Contains(Folder, StringComparison.Ordinal))
                {
                    return true;
                }
            }
            catch (IOException)
            {
                // It has just ended.
            }
        }

        return false;
    }

    private async Task<bool> TryRemoveAsync()
    {
        var mounts = (await File.ReadAllLinesAsync("/proc/self/mounts")).Select(static line => line.Split(' ')[1]).Where(mount => mount.StartsWith(Folder + "/", StringComparison.Ordinal));
        foreach (var mount in mounts.OrderByDescending(static mount => mount.Length))
        {
            await RunAsync("umount", ["-l", mount], mayFail: true);
        }

        try
        {
            Directory.Delete(Folder, recursive: true);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>Runs a command to its end and gives what it wrote, without blanks around.</summary>
    protected async Task<string> RunAsync(string command, IEnumerable<string> arguments, bool mayFail = false)
    {
        var start = new ProcessStartInfo(command, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in Variables)
        {
            start.Environment[name] = value;
        }

        using var running = Process.Start(start)!;
        var output = running.StandardOutput.ReadToEndAsync();
        var errors = running.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(Patience);
        await running.WaitForExitAsync(limit.Token);
        Assert.True(mayFail || running.ExitCode == 0, $"{command} {string.Join(' ', start.ArgumentList)}: {await errors}");
        return (await output).Trim();
    }
}
