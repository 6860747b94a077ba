using System.Text.Json;
using Saker.EndToEnd.Tests.Workload;
using Saker.Testing;
using Saker.Testing.Engines;

namespace Saker.EndToEnd.Tests.Containers;

/// <summary>The workload in a container of a real Docker.</summary>
[Collection(Watching.Name)]
public sealed class WorkloadInDocker(DockerDaemon engine) : WorkloadInContainers(engine), IClassFixture<DockerDaemon>
{
    private protected override string Type => "docker";
}

/// <summary>The same in one of a real Podman.</summary>
[Collection(Watching.Name)]
public sealed class WorkloadInPodman(PodmanService engine) : WorkloadInContainers(engine), IClassFixture<PodmanService>
{
    private protected override string Type => "podman";
}

/// <summary>
/// All acts once more, in a container of an engine: every alert has the container's name and image, every rule that asks for a container
/// fires, and so does every other that an act fires on the host, but for those that <see cref="ContainedActs.Elsewhere"/> explains.
/// </summary>
public abstract class WorkloadInContainers(CommandedEngine engine)
{
    private const string NameField = "container.name";
    private const string ImageField = "container.image.repository";
    private const string Image = "localhost/saker-test";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private protected abstract string Type { get; }

    [Fact]
    public async Task Every_rule_for_containers_fires_with_name_and_image()
    {
        LiveDetector.Require();
        engine.Require();
        await using var own = await StartAsync([Workload.Workload.OwnFolder], Workload.Workload.OwnRules);
        await using var upstream = Workload.Workload.HasUpstream
            ? await StartAsync(Workload.Workload.UpstreamFiles, Workload.Workload.UpstreamRules, ContainedActs.NothingIsAllowed)
            : null;
        var failures = await ActAsync();
        var problems = new List<string>(failures);
        problems.AddRange(await ProblemsAsync(own, [Workload.Workload.OwnFolder], static act => act.Own));
        if (upstream is not null)
        {
            problems.AddRange(await ProblemsAsync(upstream, Workload.Workload.UpstreamFiles, static act => act.Upstream));
        }

        Assert.True(problems.Count == 0, $"{string.Join('\n', problems)}\n{own.Log}\n{upstream?.Log}");
        Assert.SkipWhen(upstream is null, "Falco's rule files are not there; ours have fired.");
    }

    private Task<LiveDetector> StartAsync(IReadOnlyList<string> files, IEnumerable<string> rules, string more = "")
    {
        var engines = ((string[])["docker", "podman", "cri", "containerd"]).Select(name => $"{name}: {{enabled: {(name == Type ? $"true, sockets: [{engine.Socket}]" : "false")}}}");
        return LiveDetector.StartAsync(
            files,
            more + LiveDetector.Tagged(rules, $" %{NameField} %{ImageField}"),
            $"container_engines: {{ {string.Join(", ", engines)} }}\ncontainer: {{ hold_ms: 2000 }} # of a busy machine");
    }

    private async Task<IEnumerable<string>> ActAsync()
    {
        var acts = ContainedActs.Run.Append(Workload.Workload.Last).ToList();
        await using var stage = await ContainerStage.SetAsync(engine, Workload.Workload.ProgramsOf(acts), ContainedActs.Start);
        var failures = new List<string?> { await stage.RunAsync(Workload.Workload.Properties) };
        var slow = acts.Where(static act => act.Slow).Select(stage.RunAsync).ToList();
        foreach (var act in acts.Where(static act => !act.Slow && act != Workload.Workload.Last))
        {
            failures.Add(await stage.RunAsync(act));
        }

        failures.AddRange(await Task.WhenAll(slow));
        failures.Add(await stage.RunAsync(Workload.Workload.Last));
        return failures.OfType<string>();
    }

    private static async Task<IEnumerable<string>> ProblemsAsync(LiveDetector detector, IReadOnlyList<string> files, Func<WatchedAct, IReadOnlyList<string>> rules)
    {
        var alerts = await detector.AlertsUntilAsync(Workload.Workload.Last.Name);
        var fired = alerts.Select(static alert => alert.Rule).ToHashSet();
        var unnamed = alerts.Where(static alert => alert.Fields[NameField] != ContainerStage.Name || alert.Fields[ImageField] != Image)
            .Select(static alert => $"{alert.Act}: '{alert.Rule}' has '{alert.Fields[NameField]}' and '{alert.Fields[ImageField]}' for name and image.");
        var silent = ContainedActs.Fired(rules)
            .Where(wanted => !ContainedActs.Elsewhere.ContainsKey(wanted.Rule) && !alerts.Any(alert => alert.Act == wanted.Act && alert.Rule == wanted.Rule))
            .Select(static wanted => $"{wanted.Act}: '{wanted.Rule}' did not fire.");
        var asking = await RulesForContainersAsync(files);
        return unnamed.Concat(silent)
            .Concat(asking.Where(rule => !fired.Contains(rule) && !ContainedActs.Elsewhere.ContainsKey(rule)).Select(static rule => $"'{rule}' asks for a container, and no act fired it."))
            .Concat(ContainedActs.Elsewhere.Keys.Where(fired.Contains).Select(static rule => $"'{rule}' fired, and is said to fire elsewhere."))
            .Append(asking.Count > 5 ? null : $"Only {asking.Count} rules ask for a container.")
            .OfType<string>();
    }

    // The rules whose conditions are others, when the macro is another, by what the detector itself makes of its files.
    private static async Task<IReadOnlyList<string>> RulesForContainersAsync(IReadOnlyList<string> files)
    {
        using var folder = new TestFolder();
        folder.Write("as-it-is.yaml", "- macro: container\n  condition: (container.id != host)\n");
        folder.Write("another.yaml", "- macro: container\n  condition: (container.id = nobody)\n");
        await using var diff = ProcessRunner.Start(
            Programs.Path("saker-detector"),
            ["rules", "diff", folder.File("as-it-is.yaml"), folder.File("another.yaml"), "--json", .. files.SelectMany(static file => (string[])["--rules", file])]);
        await diff.WaitForExitAsync(Patience);
        var text = string.Join('\n', diff.Lines);
        using var document = JsonDocument.Parse(text[text.IndexOf('{', StringComparison.Ordinal)..(text.LastIndexOf('}') + 1)]);
        return
        [
            .. document.RootElement.GetProperty("rules").EnumerateArray()
                .Where(static rule => rule.GetProperty("changes").EnumerateArray()
                    .SelectMany(static change => change.GetProperty("old").EnumerateArray())
                    .Any(static line => line.GetString() is "container.id != host" or "and container.id != host"))
                .Select(static rule => rule.GetProperty("rule").GetString()!),
        ];
    }
}
