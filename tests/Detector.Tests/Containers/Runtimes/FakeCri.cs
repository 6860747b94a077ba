using Grpc.Core;
using Saker.Cri;

namespace Saker.Detector.Tests.Containers.Runtimes;

/// <summary>A runtime of Kubernetes whose answers the test makes.</summary>
internal sealed class FakeCri : RuntimeService.RuntimeServiceBase
{
    public const string Pod = "p0d0p0d0p0d0aaaa";

    private int lists;

    public Func<VersionResponse> Names { get; set; } = static () => new VersionResponse { RuntimeName = "cri-o" };

    public Func<string, ListContainersResponse> Lists { get; set; } = static _ => new ListContainersResponse();

    public Func<string, Task<ContainerStatusResponse>> Containers { get; set; } = static _ => throw NotFound();

    public Func<string, PodSandboxStatusResponse> Sandboxes { get; set; } = static _ => throw NotFound();

    public Func<IServerStreamWriter<ContainerEventResponse>, CancellationToken, Task> Tells { get; set; } = static (_, _) => throw new RpcException(new Status(StatusCode.Unimplemented, "no"));

    /// <summary>How often it was asked for a list.</summary>
    public int TimesListed => Volatile.Read(ref lists);

    public static RpcException NotFound() => new(new Status(StatusCode.NotFound, "hush"));

    public static ContainerStatusResponse Status(string id, string info = "") => new()
    {
        Status = new ContainerStatus
        {
            Id = id,
            Metadata = new ContainerMetadata { Name = "web" },
            CreatedAt = 1_730_979_003_500_000_000,
            Image = new ImageSpec { Image = "docker.io/library/nginx:1.27" },
            ImageRef = "docker.io/library/nginx@sha256:dd",
            ImageId = "sha256:ee",
            Labels = { ["app"] = "web", ["long"] = new string('x', 101) },
            Mounts = { new Mount { HostPath = "/a", ContainerPath = "/b", Readonly = true, Propagation = 1 }, new Mount { Propagation = 2 }, new Mount { Propagation = 9 } },
            User = new ContainerUser { Linux = new LinuxContainerUser { Uid = 1000 } },
            Resources = new ContainerResources { Linux = new LinuxContainerResources { CpuQuota = 5, CpuPeriod = 7, CpuShares = 9, MemoryLimitInBytes = 11, MemorySwapLimitInBytes = 13, CpusetCpus = "0-2" } },
        },
        Info = { ["info"] = info },
    };

    public static PodSandboxStatusResponse Sandbox(string info = "") => new()
    {
        Status = new PodSandboxStatus
        {
            Id = Pod,
            Metadata = new PodSandboxMetadata { Name = "web-1", Uid = "u-1", Namespace = "shop" },
            CreatedAt = 1_730_979_000_000_000_000,
            Network = new PodSandboxNetworkStatus { Ip = "10.1.2.3" },
            Linux = new LinuxPodSandboxStatus { Namespaces = new Namespace { Options = new NamespaceOption { Pid = NamespaceMode.Node } } },
            Labels = { ["team"] = "a" },
        },
        Info = { ["info"] = info },
    };

    public override Task<VersionResponse> Version(VersionRequest request, ServerCallContext context) => Task.FromResult(Names());

    public override Task<ListContainersResponse> ListContainers(ListContainersRequest request, ServerCallContext context)
    {
        Interlocked.Increment(ref lists);
        return Task.FromResult(Lists(request.Filter?.Id ?? ""));
    }

    public override Task<ContainerStatusResponse> ContainerStatus(ContainerStatusRequest request, ServerCallContext context)
    {
        Assert.True(request.Verbose);
        return Containers(request.ContainerId);
    }

    public override Task<PodSandboxStatusResponse> PodSandboxStatus(PodSandboxStatusRequest request, ServerCallContext context) => Task.FromResult(Sandboxes(request.PodSandboxId));

    public override Task<ContainerStatsResponse> ContainerStats(ContainerStatsRequest request, ServerCallContext context) =>
        Task.FromResult(new ContainerStatsResponse { Stats = new ContainerStats { WritableLayer = new FilesystemUsage { UsedBytes = new UInt64Value { Value = 4096 } } } });

    public override Task GetContainerEvents(GetEventsRequest request, IServerStreamWriter<ContainerEventResponse> responseStream, ServerCallContext context) =>
        Tells(responseStream, context.CancellationToken);
}
