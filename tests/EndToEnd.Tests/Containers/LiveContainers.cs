using Saker.EndToEnd.Tests.Workload;
using Saker.Testing;
using Saker.Testing.Engines;

namespace Saker.EndToEnd.Tests.Containers;

/// <summary>Containers of a real Docker that end as soon as they have begun: alerts about them have what only Docker knows.</summary>
[Collection(Watching.Name)]
public sealed class LiveDocker(DockerDaemon engine) : LiveContainers(engine), IClassFixture<DockerDaemon>
{
    private protected override string Type => "docker";
}

/// <summary>The same of a real Podman.</summary>
[Collection(Watching.Name)]
public sealed class LivePodman(PodmanService engine) : LiveContainers(engine), IClassFixture<PodmanService>
{
    private protected override string Type => "podman";
}

public abstract class LiveContainers(CommandedEngine engine)
{
    private const int Count = 20;
    private const string Rules = """
        - rule: started
          desc: The container's own program runs.
          condition: evt.type = execve and container.id != host and proc.name = busybox
          output: "%proc.cmdline|%container.id|%container.name|%container.image|%container.type|%container.image.repository|%container.label[of]|%user.name|%container.privileged"
          priority: NOTICE
        - rule: of the image
          desc: Only the runtime's answer can decide this.
          condition: evt.type = execve and proc.name = busybox and container.image.repository = localhost/saker-test
          output: "image %container.name"
          priority: NOTICE
        - rule: told
          desc: The runtime tells of a container.
          condition: evt.type = container
          output: "told %container.name"
          priority: NOTICE
        """;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private protected abstract string Type { get; }

    [Fact]
    public async Task Alerts_of_containers_that_end_at_once_have_name_image_labels_and_user()
    {
        LiveDetector.Require();
        engine.Require();
        using var folder = new TestFolder();
        Configure(folder);
        await using var detector = ProcessRunner.Start(Programs.Path("saker-detector"), ["--config", folder.File("detector.yaml")]);
        await detector.WaitForLineAsync("Watching", Patience);
        for (var i = 0; i < Count; i++)
        {
            await engine.CommandAsync("run", "--rm", "--network=none", "--name", $"short{i}", TinyImage.Name, "/bin/busybox", "true");
        }

        var expected = Enumerable.Range(0, Count).Select(static i => $"short{i}").ToList();
        string[] rules = ["started", "of the image", "told"];
        await Wait.UntilAsync(
            () => rules.All(rule => Names(detector, rule).Count >= Count),
            Patience,
            () => $"{Count} alerts of each rule; there are {string.Join(", ", rules.Select(rule => Names(detector, rule).Count))}. All that the detector said:\n{string.Join('\n', detector.Lines)}");
        var started = Alerts(detector, "|").Select(static line => line[(line.IndexOf("Notice ", StringComparison.Ordinal) + 7)..].Split('|')).ToList();
        Assert.All(started, parts => Assert.Equal(("busybox true", TinyImage.Name, Type, "localhost/saker-test", "image", "root", "false"), (parts[0], parts[3], parts[4], parts[5], parts[6], parts[7], parts[8])));
        Assert.All(started, static parts => Assert.Equal(12, parts[1].Length));
        Assert.Equal(expected, started.Select(static parts => parts[2]));
    }

    [Fact]
    public async Task A_recording_and_a_capture_around_a_match_replay_with_the_name_of_a_container_that_ran_before()
    {
        LiveDetector.Require();
        engine.Require();
        using var folder = new TestFolder();
        Configure(folder, $"capture: {{ enabled: true, mode: all_rules, default_duration: 200, path_prefix: {folder.File("cut/match")} }}");
        await engine.CommandAsync("run", "--rm", "-d", "--network=none", "--name", "kept", TinyImage.Name);
        await using var detector = ProcessRunner.Start(Programs.Path("saker-detector"), ["--config", folder.File("detector.yaml")]);
        await using var recording = ProcessRunner.Start(Programs.Path("saker-detector"), ["record", folder.File("kept.scap"), "--config", folder.File("detector.yaml")]);
        await detector.WaitForLineAsync("Watching", Patience);
        await recording.WaitForLineAsync("Recording into", Patience);
        await engine.CommandAsync("exec", "kept", "/bin/busybox", "true");
        await detector.WaitForLineAsync("busybox true|", Patience);
        recording.Signal("INT");
        detector.Signal("TERM");
        Assert.Equal(0, await recording.WaitForExitAsync(Patience));
        Assert.Equal(0, await detector.WaitForExitAsync(Patience));
        await engine.CommandAsync("kill", "kept");
        var withName = new List<string>();
        foreach (var file in Directory.GetFiles(folder.File("cut")).Append(folder.File("kept.scap")))
        {
            await using var replay = ProcessRunner.Start(Programs.Path("saker-detector"), ["replay", file, "--config", folder.File("detector.yaml"), "-o", "capture.enabled=false"]);
            Assert.Equal(0, await replay.WaitForExitAsync(Patience));
            var names = Alerts(replay, "busybox true|").Select(static line => line.Split('|')[2]).ToList();
            Assert.All(names, static name => Assert.Equal("kept", name));
            withName.AddRange(names.Count > 0 ? [Path.GetFileName(file).Split('_')[0]] : []);
        }

        // Other rules begin captures as well, in which the program is not.
        Assert.Equal(["match", "kept.scap"], withName);
    }

    private void Configure(TestFolder folder, string more = "")
    {
        folder.Write("rules.yaml", Rules);
        var sockets = string.Join(", ", ((string[])["docker", "podman", "cri", "containerd"]).Select(name => $"{name}: {{enabled: {(name == Type ? $"true, sockets: [{engine.Socket}]" : "false")}}}"));
        folder.Write("detector.yaml", $$"""
            rules_files: [{{folder.File("rules.yaml")}}]
            rule_matching: all
            engine: { modern_ebpf: { buf_size_preset: 7 } } # whatever else this machine does meanwhile, nothing is lost
            container_engines: { {{sockets}} }
            container: { hold_ms: 2000 } # of a busy machine
            webserver: { enabled: false }
            {{more}}
            """);
    }

    private static List<string> Alerts(ProcessRunner detector, string with) =>
        [.. detector.Lines.Where(line => line.Contains(": Notice ", StringComparison.Ordinal) && line.Contains(with, StringComparison.Ordinal))];

    // The three rules tell themselves apart by what they print.
    private static List<string> Names(ProcessRunner detector, string rule) => rule == "started"
        ? Alerts(detector, "|")
        : [.. Alerts(detector, rule == "told" ? "told " : "image ")];
}
