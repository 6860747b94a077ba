using System.Text;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Saker.Containerd;
using Saker.Detector.Containers;
using Saker.Detector.Containers.Runtimes;
using Saker.Testing;

namespace Saker.Detector.Tests.Containers.Runtimes;

/// <summary>What becomes of containerd's own answers, also of ones that it does not give.</summary>
public sealed class ContainerdAnswersRuntimes
{
    private const string Open = """
        {"process":{"user":{"uid":7},"env":["A=b"],"apparmorProfile":"unconfined"},"mounts":[{"type":"sysfs","source":"sysfs","destination":"/sys","options":["rw","mode=755"]}],
         "linux":{"rootfsPropagation":"rslave","namespaces":[{"type":"pid"},{"type":"mount"}],"resources":{"cpu":{"quota":5,"period":7,"shares":9,"cpus":"0-2"},"memory":{"limit":11,"swap":13}}},
         "annotations":{"io.kubernetes.cri.sandbox-id":"pod"}}
        """;

    [Fact]
    public void A_container_and_its_image_become_a_record()
    {
        var container = Container(Open);
        container.Labels["io.cri-containerd.kind"] = "sandbox";
        var settings = new RuntimeSettings { WithSize = true };
        var record = ContainerdAnswers.WithImage(ContainerdAnswers.Container(container, settings)!, new Image { Target = new Target { Digest = "sha256:dd", Size = 17 } }, settings);
        Assert.Equal(("0123456789ab", "0123456789abcdef", "0123456789ab", ContainerType.Containerd), (record.Id, record.FullId, record.Name, record.Type));
        Assert.Equal(("docker.io/library/nginx:1", "docker.io/library/nginx", "1", "sha256:dd", ""), (record.Image, record.ImageRepository, record.ImageTag, record.ImageDigest, record.ImageId));
        Assert.Equal((true, false, true, true), (record.Privileged, record.HostPid, record.HostNetwork, record.HostIpc));
        Assert.Equal(("7", "pod", true, 17, 1730979003), (record.User, record.PodSandboxId, record.IsPodSandbox, record.Size, record.CreatedTime));
        Assert.Equal((7, 5, 9, 3, 11, 13), (record.CpuPeriod, record.CpuQuota, record.CpuShares, record.CpuSetCount, record.MemoryLimit, record.SwapLimit));
        Assert.Equal([new ContainerMount("sysfs", "/sys", "755", true, "rslave")], record.Mounts);
        Assert.Equal(["A=b"], record.Environment);
    }

    [Theory]
    [InlineData("{}", false)]
    [InlineData("""{"linux":{}}""", true)]
    [InlineData("""{"linux":{"maskedPaths":["/proc/kcore"]}}""", false)]
    [InlineData("""{"linux":{"readonlyPaths":["/proc/sys"]}}""", false)]
    [InlineData("""{"linux":{"maskedPaths":[],"readonlyPaths":null,"seccomp":null}}""", true)]
    [InlineData("""{"linux":{"seccomp":{}}}""", false)]
    [InlineData("""{"linux":{},"process":{"selinuxLabel":"x"}}""", false)]
    [InlineData("""{"linux":{},"process":{"apparmorProfile":"cri-containerd.apparmor.d"}}""", false)]
    [InlineData("""{"linux":{},"mounts":[{"type":"cgroup","options":["ro"]}]}""", false)]
    [InlineData("""{"linux":{},"mounts":[{"type":"bind","options":["ro"]},7]}""", true)]
    public void Privileged_is_whom_nothing_confines(string spec, bool privileged) => Assert.Equal(privileged, ContainerdAnswers.Container(Container(spec), new RuntimeSettings())!.Privileged);

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    public void Without_a_specification_nothing_is_made_up(string spec)
    {
        var record = ContainerdAnswers.Container(Container(spec), new RuntimeSettings())!;
        Assert.Equal((false, false, false, false, ""), (record.Privileged, record.HostPid, record.HostNetwork, record.HostIpc, record.User));
        Assert.Null(ContainerdAnswers.Container(new Container(), new RuntimeSettings()));
        Assert.Equal("", ContainerdAnswers.Container(new Container { Id = "a" }, new RuntimeSettings())!.Image);
    }

    [Fact]
    public void Damaged_containers_make_records_or_none()
    {
        var random = new Random(Fuzz.Seed);
        var original = Container(Open).ToByteArray();
        var records = 0;
        for (var round = Fuzz.Rounds(2000); round > 0; round--)
        {
            Container container;
            try
            {
                container = Saker.Containerd.Container.Parser.ParseFrom(Damage.Of(original, random));
            }
            catch (InvalidProtocolBufferException)
            {
                continue; // gRPC does not hand these on
            }

            var record = ContainerdAnswers.Container(container, new RuntimeSettings());
            records += record is null ? 0 : 1;
            Assert.True(record is null || RecordLimits.Weight(record) < 200_000);
        }

        Assert.NotEqual(0, records);
    }

    private static Container Container(string spec) => new()
    {
        Id = "0123456789abcdef",
        Image = "docker.io/library/nginx:1",
        CreatedAt = new Timestamp { Seconds = 1_730_979_003 },
        Spec = new Any { Value = ByteString.CopyFrom(Encoding.UTF8.GetBytes(spec)) },
    };
}
