using System.Text;
using Saker.Cri;
using Saker.Detector.Containers;
using Saker.Detector.Containers.Runtimes;
using Saker.Testing;

namespace Saker.Detector.Tests.Containers.Runtimes;

/// <summary>What becomes of the answers of Kubernetes' runtimes, also of ones that none gives.</summary>
public sealed class CriAnswersRuntimes
{
    private const string Id = DockerAnswersRuntimes.Id;
    private const string Info = """
        {"sandboxID":"p","privileged":false,
         "config":{"image":{"image":"sha256:ff"},"envs":[{"key":"A","value":"b"}],"linux":{"security_context":{"privileged":true}}},
         "runtimeSpec":{"annotations":{"io.kubernetes.cri.image-name":"docker.io/library/other:2","io.kubernetes.cri-o.CNIResult":"{}"}}}
        """;

    private static readonly ContainerRecord Minimum = new() { Id = Id[..12], FullId = Id, Type = ContainerType.CriO, PodSandboxId = "listed", Image = "listed", Name = "listed" };

    [Fact]
    public void A_container_and_its_sandbox_become_a_record()
    {
        var record = CriAnswers.Container(Minimum, FakeCri.Status(Id, Info), FakeCri.Sandbox("""{"cniResult":{"Interfaces":{"eth0":{"IPConfigs":[{"IP":"10.1.2.3"}]},"lo":{},"veth12":{}}}}"""), new RuntimeSettings());
        Assert.Equal(("web", "1000", "10.1.2.3", 1730979003), (record.Name, record.User, record.Ip, record.CreatedTime));
        Assert.Equal(("docker.io/library/nginx:1.27", "docker.io/library/nginx", "1.27", "sha256:dd", "ff"), (record.Image, record.ImageRepository, record.ImageTag, record.ImageDigest, record.ImageId));
        Assert.Equal((true, true, false, false), (record.Privileged, record.HostPid, record.HostNetwork, record.HostIpc));
        Assert.Equal((7, 5, 9, 3, 11, 13), (record.CpuPeriod, record.CpuQuota, record.CpuShares, record.CpuSetCount, record.MemoryLimit, record.SwapLimit));
        Assert.Equal("""{"eth0":{"IPConfigs":[{"IP":"10.1.2.3"}]}}""", record.CniJson);
        Assert.Equal((FakeCri.Pod, false), (record.PodSandboxId, record.IsPodSandbox));
        Assert.Equal(["A=b"], record.Environment);
        Assert.Equal(["app", "io.kubernetes.pod.name", "io.kubernetes.pod.namespace", "io.kubernetes.pod.uid", "io.kubernetes.sandbox.id"], record.Labels.Select(static label => label.Key));
        Assert.Equal([KeyValuePair.Create("team", "a")], record.PodSandboxLabels);
        Assert.Equal(
            [new ContainerMount("/a", "/b", "", false, "rslave"), new ContainerMount("", "", "", true, "rshared"), new ContainerMount("", "", "", true, "unknown")], record.Mounts);
    }

    [Theory]
    [InlineData("nginx:1", "docker.io/library/nginx@sha256:dd", "docker.io/library/nginx:1", "sha256:dd")]
    [InlineData("nginx", "docker.io/library/nginx@sha256:dd", "docker.io/library/nginx", "sha256:dd")]
    [InlineData("sha256:aa", "host:5000/x@sha256:dd", "host:5000/x", "sha256:dd")]
    [InlineData("nginx:1", "sha256:aa", "nginx:1", "sha256:aa")]
    [InlineData("sha256:aa", "sha256:aa", "docker.io/library/other:2", "sha256:aa")]
    [InlineData("", "", "docker.io/library/other:2", "")]
    public void The_image_is_named_by_reference_status_or_annotation(string named, string reference, string image, string digest)
    {
        var status = FakeCri.Status(Id, Info);
        (status.Status.Image.Image, status.Status.ImageRef) = (named, reference);
        var record = CriAnswers.Container(Minimum, status, null, new RuntimeSettings());
        Assert.Equal((image, digest), (record.Image, record.ImageDigest));
    }

    [Theory]
    [InlineData("""{"privileged":true}""", true)]
    [InlineData("""{"privileged":true,"config":{"linux":{"security_context":{"privileged":false}}}}""", false)]
    [InlineData("""{"runtimeSpec":{"linux":{"security_context":{"privileged":true}}},"config":{"linux":{"security_context":{"privileged":false}}}}""", true)]
    [InlineData("""{"privileged":"true"}""", false)]
    [InlineData("{", false)]
    [InlineData("[]", false)]
    public void Privileged_is_the_first_that_is_said(string info, bool privileged) =>
        Assert.Equal(privileged, CriAnswers.Container(Minimum, FakeCri.Status(Id, info), null, new RuntimeSettings()).Privileged);

    [Theory]
    [InlineData("""{"cniResult":{"interfaces":{"eth0":1}}}""", """{"eth0":1}""")]
    [InlineData("""{"cniResult":{"Interfaces":{"lo":1}},"runtimeSpec":{"annotations":{"io.kubernetes.cri-o.CNIResult":"{\"a\":1}"}}}""", """{"a":1}""")]
    [InlineData("""{"cniResult":{"Interfaces":[]}}""", "{}")]
    [InlineData("""{"cniResult":{"Interfaces":{"eth0":"\ud800"}}}""", "{}")]
    public void The_result_of_CNI_is_the_sandboxs_or_an_annotation(string info, string cni) =>
        Assert.Equal(cni, CriAnswers.Container(Minimum, FakeCri.Status(Id, Info), FakeCri.Sandbox(info), new RuntimeSettings()).CniJson);

    [Fact]
    public void A_long_result_of_CNI_is_left_out() =>
        Assert.Equal("", CriAnswers.Sandbox(FakeCri.Sandbox("""{"cniResult":{"Interfaces":{"eth0":"x"}}}""".Replace("x", new string('x', 4096), StringComparison.Ordinal)), ContainerType.Cri, new RuntimeSettings())!.CniJson);

    [Fact]
    public void What_is_missing_stays_as_the_list_said_or_empty()
    {
        Assert.Same(Minimum, CriAnswers.Container(Minimum, new ContainerStatusResponse(), null, new RuntimeSettings()));
        var record = CriAnswers.Container(Minimum, new ContainerStatusResponse { Status = new ContainerStatus() }, new PodSandboxStatusResponse(), new RuntimeSettings());
        Assert.Equal((Id, "listed", "0", 100_000, 1024, ""), (record.FullId, record.PodSandboxId, record.User, record.CpuPeriod, record.CpuShares, record.Ip));
        Assert.Null(CriAnswers.Sandbox(new PodSandboxStatusResponse(), ContainerType.Cri, new RuntimeSettings()));
        Assert.Null(CriAnswers.Listed(new Container { Id = "no id" }, ContainerType.Cri, new RuntimeSettings()));
        var alone = CriAnswers.Container(Minimum with { PodSandboxId = "" }, FakeCri.Status(Id), null, new RuntimeSettings());
        Assert.Equal(Id, alone.PodSandboxId);
    }

    [Fact]
    public void A_sandbox_is_a_record_of_its_own()
    {
        var record = CriAnswers.Sandbox(FakeCri.Sandbox(), ContainerType.Containerd, new RuntimeSettings())!;
        Assert.Equal((FakeCri.Pod[..12], FakeCri.Pod, FakeCri.Pod, true, "10.1.2.3", 1730979000), (record.Id, record.FullId, record.PodSandboxId, record.IsPodSandbox, record.Ip, record.CreatedTime));
        Assert.Contains(KeyValuePair.Create("io.kubernetes.pod.name", "web-1"), record.Labels);
        Assert.Equal("", record.Image);
    }

    [Fact]
    public void Damaged_info_makes_a_record_all_the_same()
    {
        var random = new Random(Fuzz.Seed);
        var original = Encoding.UTF8.GetBytes(Info);
        for (var round = Fuzz.Rounds(2000); round > 0; round--)
        {
            var info = Encoding.Latin1.GetString(Damage.Of(original, random));
            var record = CriAnswers.Container(Minimum, FakeCri.Status(Id, info), FakeCri.Sandbox(info), new RuntimeSettings());
            Assert.Equal((Id, "web"), (record.FullId, record.Name));
        }
    }
}
