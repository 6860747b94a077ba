using Saker.Detector.Containers.Runtimes;
using Saker.Detector.Containers;
using Saker.Testing.Engines;
using System.Globalization;
using System.Text.Json.Nodes;
using static Saker.Detector.Tests.Containers.Runtimes.RecordExtensions;

namespace Saker.Detector.Tests.Containers.Runtimes;

/// <summary>What a real engine says, compared with what its own command line says of the same containers.</summary>
public abstract class RealEngineRuntimes<T>(T engine) : IClassFixture<T>
    where T : CommandedEngine
{
    private protected T Engine => engine;

    [Fact]
    public async Task Records_say_what_inspect_says()
    {
        engine.Require();
        await using var runtime = Open(new RuntimeSettings { WithSize = true });
        var rich = await engine.MakeAsync(
            "run", "--network=none", "--privileged", "--name", "rich", "-l", "app=web", "-l", $"long={new string('x', 101)}", "-l", "empty=", "-v", $"{engine.Folder}:/here:ro",
            "-v", "/tmp:/there", "-m", "64m", "--cpu-shares", "512", "--cpuset-cpus", "0", "-u", "1:2", "-e", "A=b=c");
        var host = await engine.MakeAsync("create", "--network=host", "--pid=host", "--ipc=host", "--name", "hostly");
        var plain = await engine.MakeAsync("create", "--network=none", "--name", "plain");

        var listed = (await runtime.AllAsync()).ToDictionary(static record => record.FullId);
        foreach (var id in (string[])[rich, host, plain])
        {
            var inspected = JsonNode.Parse(await engine.CommandAsync("inspect", "--type", "container", "--size", id))![0]!;
            Compare(inspected, listed[id]);
            Assert.Equivalent(listed[id], await runtime.FindAsync(id, Token), strict: true);
            Assert.Equivalent(listed[id], await runtime.FindAsync(id[..12], Token), strict: true);
        }

        Assert.Equal(["app", "empty", "of"], listed[rich].Labels.Select(static label => label.Key));
        var (first, second) = (listed[rich], listed[host]);
        Assert.Equal((true, false, false, false, "1:2"), (first.Privileged, first.HostNetwork, first.HostPid, first.HostIpc, first.User));
        Assert.Equal((1, 512, 64 << 20), (first.CpuSetCount, first.CpuShares, first.MemoryLimit));
        Assert.Equal((false, true, true), (second.Privileged, second.HostNetwork, second.HostPid)); // Podman 4.3 forgets the third in its answer
        Assert.Equal((0, 1024, 100_000), (second.CpuSetCount, second.CpuShares, second.CpuPeriod));
        Assert.Contains("A=b=c", listed[rich].Environment);
        Assert.Contains(listed[rich].Mounts, mount => mount.Source == engine.Folder && mount is { Destination: "/here", IsWritable: false });
        Assert.Contains(listed[rich].Mounts, static mount => mount is { Source: "/tmp", Destination: "/there", IsWritable: true });
        Assert.All(listed.Values, static record => Assert.Equal("localhost/saker-test", record.ImageRepository));
        Assert.All(listed.Values, static record => Assert.Equal("1.0", record.ImageTag));
    }

    [Fact]
    public async Task A_name_is_no_id_and_an_unknown_id_is_nothing()
    {
        engine.Require();
        await using var runtime = Open(new RuntimeSettings());
        await engine.MakeAsync("create", "--network=none", "--name", "abcdefabcdef");
        Assert.Null(await runtime.FindAsync("abcdefabcdef", Token));
        Assert.Null(await runtime.FindAsync("012345678901", Token));
        Assert.Null(await runtime.FindAsync("../images", Token));
        Assert.Null(await runtime.FindAsync("", Token));
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task What_is_made_and_started_is_told(bool create, bool start)
    {
        engine.Require();
        await using var runtime = Open(new RuntimeSettings { FollowsCreate = create, FollowsStart = start });
        var id = "";
        var told = await runtime.ToldAsync(
            async () => id = await engine.MakeAsync("run", "--network=none", "-l", "app=followed"), records => records.Count == (create && start ? 2 : 1));
        Assert.All(told, record => Assert.Equal((id, TinyImage.Name, "followed"), (record.FullId, record.Image, record.Label("app"))));
        Assert.All(told, static record => Assert.NotEmpty(record.Name));
    }

    [Fact]
    public async Task A_new_name_is_told()
    {
        engine.Require();
        await using var runtime = Open(new RuntimeSettings());
        var id = await engine.MakeAsync("create", "--network=none", "--name", "before");
        var told = await runtime.ToldAsync(async () => await engine.CommandAsync("rename", "before", "after"), static records => records.Count == 1);
        Assert.Equal((id, "after"), (told[0].FullId, told[0].Name));
    }

    internal abstract IContainerRuntime Open(RuntimeSettings settings);

    internal virtual void Compare(JsonNode inspected, ContainerRecord record)
    {
        var (config, host) = (inspected["Config"]!, inspected["HostConfig"]!);
        Assert.Equal(Text(inspected["Id"]), record.FullId);
        Assert.Equal(record.FullId[..12], record.Id);
        Assert.Equal(Text(inspected["Name"]).TrimStart('/'), record.Name);
        Assert.Equal(Text(config["User"]), record.User);
        Assert.Equal((config["Env"] as JsonArray ?? []).Select(Text), record.Environment);
        Assert.Equal(
            config["Labels"]!.AsObject().Where(static label => Text(label.Value).Length <= 100).OrderBy(static label => label.Key, StringComparer.Ordinal).Select(static label => KeyValuePair.Create(label.Key, Text(label.Value))),
            record.Labels);
        Assert.Equal(DateTimeOffset.Parse(Text(inspected["Created"]), CultureInfo.InvariantCulture).ToUnixTimeSeconds(), record.CreatedTime);
        Assert.Equal(host["Privileged"]!.GetValue<bool>(), record.Privileged);
        Assert.Equal(host["Memory"]!.GetValue<long>(), record.MemoryLimit);
        Assert.Equal(host["MemorySwap"]!.GetValue<long>(), record.SwapLimit);
        Assert.Equal(host["CpuQuota"]!.GetValue<long>(), record.CpuQuota);
        Assert.Equal(
            inspected["Mounts"]!.AsArray().Select(static mount => (Text(mount!["Source"]), Text(mount["Destination"]), Text(mount["Mode"]), mount["RW"]!.GetValue<bool>(), Text(mount["Propagation"]))).Order(),
            record.Mounts.Select(static mount => (mount.Source, mount.Destination, mount.Mode, mount.IsWritable, mount.Propagation)).Order());
        Assert.Equal(
            (Text(host["NetworkMode"]) == "host", Text(host["PidMode"]) == "host", Text(host["IpcMode"]) == "host"), (record.HostNetwork, record.HostPid, record.HostIpc));
        Assert.True(record.Size >= 0, "It was asked for the size.");
        Assert.Equal(("", false), (record.Ip, record.IsPodSandbox));
    }

    private protected static string Text(JsonNode? node) => node?.GetValue<string>() ?? "";
}

/// <summary>A real dockerd.</summary>
public sealed class RealDockerRuntimes(DockerDaemon engine) : RealEngineRuntimes<DockerDaemon>(engine)
{
    internal override IContainerRuntime Open(RuntimeSettings settings) => new DockerRuntime(Engine.Socket, settings);

    internal override void Compare(JsonNode inspected, ContainerRecord record)
    {
        base.Compare(inspected, record);
        Assert.Equal(ContainerType.Docker, record.Type);
        Assert.Equal(Text(inspected["Config"]!["Image"]), record.Image);
        Assert.Equal(Text(inspected["Image"]), "sha256:" + record.ImageId);
    }

    [Fact]
    public async Task An_image_that_was_renamed_has_its_new_tag_with_the_next_list()
    {
        Engine.Require();
        await Engine.CommandAsync("tag", TinyImage.Name, "localhost/other:2");
        await using var runtime = Open(new RuntimeSettings());
        var id = await Engine.MakeAsync("create", "--network=none");
        await Engine.CommandAsync("rmi", "localhost/other:2");
        var record = Assert.Single(await runtime.AllAsync(), record => record.FullId == id);
        Assert.Equal(("localhost/saker-test", "1.0"), (record.ImageRepository, record.ImageTag));
    }
}

/// <summary>A real Podman.</summary>
public sealed class RealPodmanRuntimes(PodmanService engine) : RealEngineRuntimes<PodmanService>(engine)
{
    internal override IContainerRuntime Open(RuntimeSettings settings) => new PodmanRuntime(Engine.Socket, settings);

    internal override void Compare(JsonNode inspected, ContainerRecord record)
    {
        base.Compare(inspected, record);
        Assert.Equal(ContainerType.Podman, record.Type);
        Assert.Equal(Text(inspected["ImageName"]), record.Image);
        Assert.Equal(Text(inspected["Image"]), record.ImageId);
        Assert.Equal(Text(inspected["ImageDigest"]), record.ImageDigest);
    }

    [Fact]
    public async Task Published_ports_are_known()
    {
        Engine.Require();
        await using var runtime = Open(new RuntimeSettings());
        var id = await Engine.MakeAsync("create", "--network=bridge", "-p", "127.0.0.1:18080:80", "-p", "18081:81", "-p", "18082:82/udp");
        var record = await runtime.FindAsync(id, Token);
        Assert.Equal([new ContainerPort(0x7f000001, 18080, 80), new ContainerPort(0, 18081, 81)], record!.Ports.OrderBy(static port => port.Port));
    }
}
