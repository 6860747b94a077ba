using Saker.EndToEnd.Tests.Workload;
using Saker.Testing.Engines;
using Xunit.Sdk;

namespace Saker.EndToEnd.Tests.Containers;

/// <summary>
/// The stage of stage.c as the first process of a privileged container: its acts see the machine's files through an overlay that is
/// thrown away, and are started in the container by its engine, as somebody would who had got in.
/// </summary>
internal sealed class ContainerStage : IAsyncDisposable
{
    /// <summary>The container's name.</summary>
    public const string Name = "stage";

    private readonly TestFolder folder = new();
    private readonly CommandedEngine engine;

    private ContainerStage(CommandedEngine engine) => this.engine = engine;

    /// <summary>Starts the container.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="names">What <c>/acts</c> holds.</param>
    /// <param name="start">The act that the start of the container is.</param>
    public static async Task<ContainerStage> SetAsync(CommandedEngine engine, IEnumerable<string> names, string start)
    {
        var stage = new ContainerStage(engine);
        Stage.Furnish(stage.folder, names);
        try
        {
            await engine.CommandAsync(
                "run", "-d", "-i", "--privileged", "--network=none", "--name", Name, "-e", $"{Stage.Tag}={start}",
                "--mount", "type=bind,source=/,target=/machine,bind-nonrecursive=true", "-v", $"{stage.folder.File("")}:/stage",
                TinyImage.Name, "/stage/stage", "hold", "/stage/scratch", "/stage/acts", "/machine");
            await EngineProcess.UntilAsync(async () => (await engine.CommandAsync("logs", Name)).Contains("ready", StringComparison.Ordinal));
            return stage;
        }
        catch
        {
            await stage.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs an act to its end; says what was wrong, or null when it was a success.</summary>
    public async Task<string?> RunAsync(WatchedAct act)
    {
        try
        {
            await engine.CommandAsync(["exec", .. Stage.EnvironmentOf(act).SelectMany(static variable => (string[])["-e", variable]), Name, .. act.Command]);
            return null;
        }
        catch (XunitException exception)
        {
            return $"The act {act.Name} failed: {exception.Message}";
        }
    }

    public async ValueTask DisposeAsync()
    {
        await engine.CommandAsync("rm", "-f", Name);
        folder.Dispose();
    }
}
