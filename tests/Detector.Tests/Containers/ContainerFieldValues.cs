using System.Text;
using Saker.Detector.Containers;
using Saker.Detector.Events;
using Saker.Detector.Tests.Fields;

namespace Saker.Detector.Tests.Containers;

/// <summary>What fields say of a container, from its record.</summary>
public sealed class ContainerFieldValues : IDisposable
{
    private const string Full = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    private const string Sandbox = "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210";
    private readonly FieldProbe probe = new();

    public ContainerFieldValues() => probe.Events.Exec(10, "sh", ("cgroups", Encoding.UTF8.GetBytes($"cpu=/docker/{Full}\0")));

    public void Dispose() => probe.Dispose();

    [Fact]
    public void Without_a_record_only_the_id_is_known()
    {
        Assert.Equal(
            $"0123456789ab {Full} <NA> <NA> <NA> <NA> <NA> <NA>",
            Show("container.id container.full_id container.name container.image container.privileged container.labels container.mounts k8s.pod.name"));
    }

    [Fact]
    public void Outside_of_containers_it_is_known_to_be_nothing()
    {
        probe.Events.Exec(11, "sh", ("cgroups", Encoding.UTF8.GetBytes("cpu=/system.slice/cron.service\0")));
        Assert.Equal("host host host host false  <NA>", probe.Show(
            "container.id container.full_id container.name container.type container.privileged container.image k8s.pod.name", EventType.FchmodExit, 11, ("res", 0), ("fd", 3)));
    }

    [Fact]
    public void A_record_fills_them()
    {
        Learn(Record());
        Assert.Equal("web docker docker.io/library/nginx:1.27 docker.io/library/nginx 1.27 sha256:aa bb true false true false 10.0.0.7", Show(
            "container.name container.type container.image container.image.repository container.image.tag container.image.digest container.image.id container.privileged " +
            "container.host_pid container.host_network container.host_ipc container.ip"));
    }

    [Theory]
    [InlineData("container.mounts", "/a:/b:ro:false:rprivate,/data/x:/c::true:")]
    [InlineData("container.mount[0]", "/a:/b:ro:false:rprivate")]
    [InlineData("container.mount[2]", "<NA>")]
    [InlineData("container.mount[/data/*]", "/data/x:/c::true:")]
    [InlineData("container.mount[x$]", "/data/x:/c::true:")]
    [InlineData("container.mount[nowhere]", "<NA>")]
    [InlineData("container.mount.source[^/c]", "/data/x")]
    [InlineData("container.mount.source[1]", "/data/x")]
    [InlineData("container.mount.dest[/a]", "/b")]
    [InlineData("container.mount.mode[0]", "ro")]
    [InlineData("container.mount.rdwr[0]", "false")]
    [InlineData("container.mount.rdwr[1]", "true")]
    [InlineData("container.mount.propagation[0]", "rprivate")]
    [InlineData("container.label[tier]", "front")]
    [InlineData("container.label[io.kubernetes.pod.name]", "web-1")]
    [InlineData("container.label[none]", "<NA>")]
    [InlineData("container.labels", "empty, tier:front")]
    [InlineData("k8s.pod.name", "web-1")]
    [InlineData("k8s.ns.name", "shop")]
    [InlineData("k8s.pod.uid", "u-1")]
    [InlineData("k8s.pod.id", "u-1")]
    [InlineData("k8s.pod.sandbox_id", "fedcba987654")]
    [InlineData("k8s.pod.full_sandbox_id", Sandbox)]
    [InlineData("k8s.pod.label[app]", "shop")]
    [InlineData("k8s.pod.labels", "app:shop")]
    [InlineData("k8s.pod.ip", "10.0.0.7")]
    [InlineData("proc.is_container_healthcheck", "<NA>")]
    public void Each_reads_its_part(string field, string expected)
    {
        Learn(Record());
        Assert.Equal(expected, Show(field));
    }

    [Fact]
    public void What_the_container_does_not_say_of_its_pod_its_sandbox_does()
    {
        Learn(Record() with { Ip = "", PodSandboxLabels = [] });
        Learn(new ContainerRecord
        {
            Id = Sandbox[..12], FullId = Sandbox, Type = ContainerType.Containerd, IsPodSandbox = true, Ip = "10.0.0.9", CniJson = "{}",
            PodSandboxLabels = [new("app", "of the sandbox")],
        });
        Assert.Equal("10.0.0.9|of the sandbox|app:of the sandbox|{}", string.Join('|', ((string[])["k8s.pod.ip", "k8s.pod.label[app]", "k8s.pod.labels", "k8s.pod.cni.json"]).Select(Show)));
    }

    [Fact]
    public void A_container_of_no_pod_has_nothing_of_one()
    {
        Learn(Record() with { PodSandboxId = "", Labels = [] });
        Assert.Equal("<NA>  ", Show("k8s.pod.name k8s.pod.ip k8s.pod.labels"));
    }

    [Fact]
    public void Children_are_in_their_parent_s_container_and_learn_with_it()
    {
        probe.Events.Clone(10, 20);
        Learn(Record());
        Assert.Equal("web", probe.Show("container.name", EventType.FchmodExit, 20, ("res", 0), ("fd", 3)));
        Assert.Equal(2, probe.State.Containers.Find("0123456789ab")!.Threads);
        probe.Events.Send(EventType.ProcexitV1Enter, 20, ("reaper_tid", 0));
        probe.Events.Send(EventType.ProcexitV1Enter, 10, ("reaper_tid", 0));
        Assert.Equal(0, probe.State.Containers.Find("0123456789ab")!.Threads);
    }

    private static ContainerRecord Record() => new()
    {
        Id = Full[..12], FullId = Full, Type = ContainerType.Docker, Name = "web", Image = "docker.io/library/nginx:1.27", ImageId = "bb",
        ImageRepository = "docker.io/library/nginx", ImageTag = "1.27", ImageDigest = "sha256:aa", Ip = "10.0.0.7", Privileged = true, HostNetwork = true,
        PodSandboxId = Sandbox,
        Labels = [new("annotation.x", "y"), new("empty", ""), new("io.kubernetes.pod.name", "web-1"), new("io.kubernetes.pod.namespace", "shop"), new("io.kubernetes.pod.uid", "u-1"), new("tier", "front")],
        PodSandboxLabels = [new("app", "shop")],
        Mounts = [new("/a", "/b", "ro", false, "rprivate"), new("/data/x", "/c", "", true, "")],
    };

    private void Learn(ContainerRecord record) => Assert.NotNull(probe.State.Containers.Learn(record));

    private string Show(string fields) => probe.Show(fields, EventType.FchmodExit, 10, ("res", 0), ("fd", 3));
}
