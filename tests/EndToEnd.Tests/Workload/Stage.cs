using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace Saker.EndToEnd.Tests.Workload;

/// <summary>
/// The stage of stage.c, where acts happen without touching the machine: they see its files through an overlay that is
/// thrown away, and have a network of their own. An act is told by the variable <see cref="Tag"/>, which its children inherit.
/// </summary>
internal sealed class Stage : IAsyncDisposable
{
    /// <summary>The environment variable that holds an act's name.</summary>
    public const string Tag = "SAKER_ACT";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    private readonly TestFolder folder;
    private readonly Process holder;
    private readonly List<string> made = [];
    private readonly Dictionary<Place, string> cgroups = [];

    private Stage(TestFolder folder, Process holder) => (this.folder, this.holder) = (folder, holder);

    /// <summary>The id of the container in which acts happen.</summary>
    public string ContainerId { get; } = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));

    /// <summary>Compiles a C source of this project, without libraries that an act would load.</summary>
    public static string Compile(string source, string target, IReadOnlyList<string>? options = null, string folder = "Workload", [CallerFilePath] string here = "")
    {
        var path = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", folder, source));
        using var gcc = Process.Start("gcc", ["-O1", "-Wall", "-static", .. options ?? [], "-o", target, path]);
        gcc.WaitForExit();
        Assert.Equal(0, gcc.ExitCode);
        return target;
    }

    /// <summary>Sets the stage: <c>/acts</c> holds act.c under each of <paramref name="names"/>.</summary>
    public static async Task<Stage> SetAsync(IEnumerable<string> names)
    {
        var folder = new TestFolder();
        Furnish(folder, names);
        var holder = Process.Start(new ProcessStartInfo(folder.File("stage"), ["hold", folder.File("scratch"), folder.File("acts")])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        var stage = new Stage(folder, holder);
        try
        {
            Assert.Equal("ready", await holder.StandardOutput.ReadLineAsync().WaitAsync(Patience));
            stage.MakeCgroups();
            return stage;
        }
        catch
        {
            await stage.DisposeAsync();
            throw;
        }
    }

    /// <summary>Puts <c>stage</c>, the folder <c>acts</c> with the programs of <paramref name="names"/>, and <c>scratch</c> into a folder.</summary>
    public static void Furnish(TestFolder folder, IEnumerable<string> names)
    {
        Compile("stage.c", folder.File("stage"));
        var act = Compile("act.c", folder.File("act"));
        foreach (var part in new[] { "acts", "scratch" })
        {
            Directory.CreateDirectory(folder.File(part));
        }

        foreach (var name in names)
        {
            File.Copy(act, Path.Combine(folder.File("acts"), name));
        }
    }

    /// <summary>The environment of an act.</summary>
    public static string[] EnvironmentOf(WatchedAct act) => [$"{Tag}={act.Name}", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", .. act.Environment];

    /// <summary>Runs an act to its end; says what was wrong, or null when it was a success.</summary>
    public async Task<string?> RunAsync(WatchedAct act)
    {
        var start = new ProcessStartInfo(
            folder.File("stage"),
            ["run", holder.Id.ToString(CultureInfo.InvariantCulture), cgroups[act.Place], .. EnvironmentOf(act), "--", .. act.Command])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        using var limit = new CancellationTokenSource(Patience);
        var output = process.StandardOutput.ReadToEndAsync(limit.Token);
        var errors = await process.StandardError.ReadToEndAsync(limit.Token);
        await output;
        await process.WaitForExitAsync(limit.Token);
        return process.ExitCode == 0 ? null : $"The act {act.Name} failed with {process.ExitCode}: {errors}";
    }

    private void MakeCgroups()
    {
        cgroups[Place.Host] = Cgroups.LeadingOutOfContainers();
        cgroups[Place.Container] = Cgroups.MakeContainer(ContainerId, made);
    }

    public async ValueTask DisposeAsync()
    {
        holder.StandardInput.Close();
        using var limit = new CancellationTokenSource(Patience);
        await holder.WaitForExitAsync(limit.Token);
        holder.Dispose();
        foreach (var cgroup in made)
        {
            Directory.Delete(cgroup);
        }

        folder.Dispose();
    }
}
