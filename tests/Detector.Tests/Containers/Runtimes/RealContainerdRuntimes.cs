using Grpc.Net.Client;
using Saker.Detector.Containers.Runtimes;
using Saker.Detector.Containers;
using Saker.Detector.Tests.Cri;
using Saker.Testing.Engines;
using static Saker.Detector.Tests.Containers.Runtimes.RecordExtensions;

namespace Saker.Detector.Tests.Containers.Runtimes;

/// <summary>A real containerd, by its own interface and by Kubernetes'.</summary>
public sealed class RealContainerdRuntimes(ContainerdDaemon engine) : IClassFixture<ContainerdDaemon>
{
    private const int OfTheNode = 2;

    [Fact]
    public async Task Containers_of_its_own_interface_are_known()
    {
        engine.Require();
        await using var runtime = new ContainerdRuntime(engine.Socket, new RuntimeSettings());
        await engine.StartAsync("plain.one", "--label", "app=web", "--env", "A=b", "--mount", $"type=bind,src={engine.Folder},dst=/here,options=rbind:ro");
        await engine.StartAsync("open-two-with-a-long-id", "--privileged", "--net-host");

        var listed = (await runtime.AllAsync()).ToDictionary(static record => record.FullId);
        var plain = listed["plain.one"];
        Assert.True(plain is { Id: "plain.one", Name: "plain.one", Type: ContainerType.Containerd, Privileged: false, HostNetwork: false, HostPid: false, HostIpc: false, User: "0", PodSandboxId: "", IsPodSandbox: false, Size: -1 });
        Assert.Equal((TinyImage.Name, "localhost/saker-test", "1.0"), (plain.Image, plain.ImageRepository, plain.ImageTag));
        Assert.Contains(plain.ImageDigest[7..], await engine.CommandAsync(ContainerdDaemon.Namespace, "images", "ls"), StringComparison.Ordinal);
        Assert.Equal("web", plain.Label("app"));
        Assert.Contains("A=b", plain.Environment);
        Assert.Contains(plain.Mounts, mount => mount.Source == engine.Folder && mount is { Destination: "/here", IsWritable: false });
        Assert.InRange(plain.CreatedTime, TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() - 600, TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() + 1);
        Assert.True(listed["open-two-with-a-long-id"] is { Id: "open-two-wit", Privileged: true, HostNetwork: true, HostPid: false });

        Assert.Equivalent(plain, await runtime.FindAsync("plain.one", Token), strict: true);
        Assert.Equal("open-two-with-a-long-id", (await runtime.FindAsync("open-two-wit", Token))!.FullId);
        Assert.Null(await runtime.FindAsync("plainsone", Token));
        Assert.Null(await runtime.FindAsync("012345678901", Token));
    }

    [Fact]
    public async Task What_its_own_interface_tells_is_followed()
    {
        engine.Require();
        await using var runtime = new ContainerdRuntime(engine.Socket, new RuntimeSettings());
        var told = await runtime.ToldAsync(() => engine.StartAsync("followed", "--label", "app=followed"), static records => records.Count(static record => record.FullId == "followed") == 2);
        Assert.Contains(told, static record => record.Label("app") == "followed" && record.Image == TinyImage.Name);
    }

    [Fact]
    public async Task Pods_are_known_by_the_interface_of_Kubernetes()
    {
        engine.Require();
        using var channel = GrpcChannel.ForAddress("http://localhost", new GrpcChannelOptions { HttpHandler = UnixSocket.Handler(engine.Socket, TimeSpan.FromMinutes(1)), DisposeHttpClient = true });
        var pods = new RuntimeService.RuntimeServiceClient(channel);
        await using var runtime = new CriRuntime(engine.Socket, new RuntimeSettings { PollInterval = TimeSpan.FromMilliseconds(100) });
        var (pod, id) = ("", "");

        // This version does not tell of events, so that it is asked for the list.
        var told = await runtime.ToldAsync(async () => (pod, id) = await StartAsync(pods), static records => records.Count == 1);
        try
        {
            var record = Assert.Single(told);
            Assert.True(record is { Type: ContainerType.Containerd, Name: "web", HostNetwork: true, HostPid: false, HostIpc: true, Privileged: true, IsPodSandbox: false, MemoryLimit: 64 << 20, CpuShares: 512, User: "0" });
            Assert.Equal((id, pod), (record.FullId, record.PodSandboxId));
            Assert.Equal((TinyImage.Name, "localhost/saker-test", "1.0"), (record.Image, record.ImageRepository, record.ImageTag));
            Assert.Equal(64, record.ImageId.Length);
            Assert.Equal(["A=b"], record.Environment);
            Assert.Equal(
                [("app", "web"), ("io.kubernetes.pod.name", "pod-1"), ("io.kubernetes.pod.namespace", "shop"), ("io.kubernetes.pod.uid", "u-1"), ("io.kubernetes.sandbox.id", pod)],
                record.Labels.Select(static label => (label.Key, label.Value)));
            Assert.Equal([KeyValuePair.Create("team", "a")], record.PodSandboxLabels);
            Assert.Equal([new ContainerMount(engine.Folder, "/here", "", false, "private")], record.Mounts);
            Assert.InRange(record.CreatedTime, TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() - 600, TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() + 1);

            Assert.Equivalent(record, Assert.Single(await runtime.AllAsync()), strict: true);
            Assert.Equivalent(record, await runtime.FindAsync(id[..12], Token), strict: true);
            var sandbox = await runtime.FindAsync(pod[..12], Token);
            Assert.True(sandbox is { IsPodSandbox: true, HostNetwork: true, Type: ContainerType.Containerd });
            Assert.Equal((pod, pod, "pod-1"), (sandbox.FullId, sandbox.PodSandboxId, sandbox.Label("io.kubernetes.pod.name")));
            Assert.Null(await runtime.FindAsync("012345678901", Token));

            // The same pod by the other interface.
            await using var own = new ContainerdRuntime(engine.Socket, new RuntimeSettings());
            var same = await own.FindAsync(id, Token);
            Assert.True(same is { Privileged: true, HostNetwork: true, HostIpc: true, HostPid: false });
            Assert.Equal((pod, "web", "a"), (same.PodSandboxId, same.Label("app"), same.PodSandboxLabels.Single(static label => label.Key == "team").Value));
            Assert.True(await own.FindAsync(pod, Token) is { IsPodSandbox: true });
        }
        finally
        {
            await pods.StopPodSandboxAsync(new PodSandboxRequest { PodSandboxId = pod }, cancellationToken: CancellationToken.None);
            await pods.RemovePodSandboxAsync(new PodSandboxRequest { PodSandboxId = pod }, cancellationToken: CancellationToken.None);
        }
    }

    private async Task<(string Pod, string Id)> StartAsync(RuntimeService.RuntimeServiceClient pods)
    {
        var spaces = new NamespaceOption { Network = OfTheNode, Ipc = OfTheNode, Pid = 1 };
        var config = new PodSandboxConfig
        {
            Metadata = new PodSandboxMetadata { Name = "pod-1", Namespace = "shop", Uid = "u-1" },
            LogDirectory = engine.Folder,
            Labels = { ["team"] = "a" },
            Linux = new LinuxPodSandboxConfig { CgroupParent = "/saker-test", SecurityContext = new SecurityContext { NamespaceOptions = spaces, Privileged = true } },
        };
        var pod = (await pods.RunPodSandboxAsync(new RunPodSandboxRequest { Config = config })).PodSandboxId;
        var id = (await pods.CreateContainerAsync(new CreateContainerRequest
        {
            PodSandboxId = pod,
            SandboxConfig = config,
            Config = new ContainerConfig
            {
                Metadata = new ContainerMetadata { Name = "web" },
                Image = new ImageSpec { Image = TinyImage.Name },
                Command = { "/bin/busybox", "sleep", "1000" },
                Envs = { new KeyValue { Key = "A", Value = "b" } },
                Mounts = { new Mount { HostPath = engine.Folder, ContainerPath = "/here", Readonly = true } },
                Labels = { ["app"] = "web" },
                Linux = new LinuxContainerConfig
                {
                    Resources = new Resources { CpuShares = 512, MemoryLimitInBytes = 64 << 20 },
                    SecurityContext = new ContainerSecurityContext { Privileged = true, NamespaceOptions = spaces },
                },
            },
        })).ContainerId;
        await pods.StartContainerAsync(new StartContainerRequest { ContainerId = id });
        return (pod, id);
    }
}
