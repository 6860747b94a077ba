using System.Text;
using System.Text.Json;
using Saker.Detector.Answers;
using Saker.Detector.Containers;
using Saker.Detector.Containers.Runtimes;
using Saker.Testing;

namespace Saker.Detector.Tests.Containers.Runtimes;

/// <summary>What becomes of Docker's and Podman's answers, also of ones that no engine gives.</summary>
public sealed class DockerAnswersRuntimes
{
    internal const string Id = "2400edb296c5d631fef083a30c680f71801b0409a9676ee546c084d0087d7c7d";

    internal static string Container(string more = "") => $$$"""
        {"Id":"{{{Id}}}","Name":"/web","Created":"2024-11-07T11:30:03.5Z","Image":"sha256:aa","ImageName":"quay.io/app:3","ImageDigest":"sha256:dd",
        "Config":{"Image":"nginx:1.27","User":"www","Env":["SECRET=hush"],"Labels":{"app":"web"}},
        "HostConfig":{"NetworkMode":"bridge","PidMode":"host","CpuQuota":50000,"Memory":1024,"MemorySwap":2048,"CpusetCpus":"0-1"},
        "Mounts":[{"Source":"/a","Destination":"/b","Mode":"ro","RW":true,"Propagation":"rprivate"}],
        "NetworkSettings":{"IPAddress":"","Networks":{"x":{"IPAddress":""},"y":{"IPAddress":"172.18.0.2"}},
        "Ports":{"80/tcp":[{"HostIp":"0.0.0.0","HostPort":"8080"},{"HostIp":"::","HostPort":"8080"}],"53/udp":[{"HostIp":"0.0.0.0","HostPort":"53"}],"81/tcp":null}}{{{more}}}}
        """;

    [Fact]
    public void An_answer_of_Docker_becomes_a_record()
    {
        var record = Docker(Container(), """{"Id":"sha256:bb","RepoTags":["<none>:<none>","nginx:latest","nginx:1.27"],"RepoDigests":["<none>@<none>","nginx@sha256:cc"]}""")!;
        Assert.Equal(("2400edb296c5", Id, "web", ContainerType.Docker), (record.Id, record.FullId, record.Name, record.Type));
        Assert.Equal(("nginx:1.27", "bb", "nginx", "latest", "sha256:cc"), (record.Image, record.ImageId, record.ImageRepository, record.ImageTag, record.ImageDigest));
        Assert.Equal(("www", "172.18.0.2", 1730979003), (record.User, record.Ip, record.CreatedTime));
        Assert.Equal((false, true, false, false), (record.Privileged, record.HostPid, record.HostNetwork, record.HostIpc));
        Assert.Equal((50_000, 100_000, 1024, 2, 1024, 2048, -1), (record.CpuQuota, record.CpuPeriod, record.CpuShares, record.CpuSetCount, record.MemoryLimit, record.SwapLimit, record.Size));
        Assert.Equal([new ContainerMount("/a", "/b", "ro", true, "rprivate")], record.Mounts);
        Assert.Equal([new ContainerPort(0, 8080, 80)], record.Ports);
        Assert.Equal(["SECRET=hush"], record.Environment);
    }

    [Theory]
    [InlineData("""{"RepoTags":["a:1","b:2"],"RepoDigests":[]}""", "a", "1", "")]
    [InlineData("""{"RepoTags":[],"RepoDigests":["a@sha256:1","b@sha256:2"]}""", "a", "", "sha256:1")]
    [InlineData("""{"RepoTags":["other:1","a:2"],"RepoDigests":["a@sha256:1"]}""", "a", "2", "sha256:1")]
    [InlineData("""{"RepoTags":null,"RepoDigests":7}""", "", "", "")]
    [InlineData("null", "nginx", "1.27", "")]
    public void Repository_tag_and_digest_are_the_images(string image, string repository, string tag, string digest)
    {
        var record = Docker(Container(), image)!;
        Assert.Equal((repository, tag, digest), (record.ImageRepository, record.ImageTag, record.ImageDigest));
    }

    [Fact]
    public void An_answer_of_Podman_names_its_image_itself()
    {
        using var document = JsonDocument.Parse(Container());
        var record = EngineAnswers.Podman(document.RootElement, new RuntimeSettings())!;
        Assert.Equal(("quay.io/app:3", "quay.io/app", "3", "sha256:dd", "aa"), (record.Image, record.ImageRepository, record.ImageTag, record.ImageDigest, record.ImageId));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("7")]
    [InlineData("""{"Id":7}""")]
    [InlineData("""{"Id":""}""")]
    [InlineData("""{"Id":"../../etc"}""")]
    [InlineData("""{"Id":"\ud800"}""")]
    public void Without_an_id_there_is_no_record(string container) => Assert.Null(Docker(container, "{}"));

    [Theory]
    [InlineData("""{"Id":"ab"}""")]
    [InlineData("""{"Id":"ab","Config":7,"HostConfig":[],"Mounts":{},"NetworkSettings":"x","Created":12,"Name":null}""")]
    [InlineData("""{"Id":"ab","Config":{"Env":{},"Labels":[],"User":7,"Image":[]},"HostConfig":{"Memory":1e300,"CpuQuota":"x","CpuPeriod":-1},"Mounts":[7,null,{}]}""")]
    [InlineData("""{"Id":"ab","Config":{"Labels":{"\ud800":"x","a":"\ud800","b":{}},"Env":["\ud800",7]},"NetworkSettings":{"Ports":{"x/tcp":[{}],"70000/tcp":[{"HostPort":"1"}],"/tcp":7}}}""")]
    public void What_is_of_another_kind_stays_empty(string container)
    {
        var record = Docker(container, "7")!;
        Assert.Equal(("ab", "ab", "", ""), (record.Id, record.FullId, record.Image, record.Name));
        Assert.Empty(record.Environment);
        Assert.Empty(record.Labels);
        Assert.Empty(record.Ports);
        Assert.Equal((100_000, 1024, 0, 0), (record.CpuPeriod, record.CpuShares, record.MemoryLimit, record.CreatedTime));
    }

    [Fact]
    public void Damaged_answers_make_records_within_bounds_or_none()
    {
        var random = new Random(Fuzz.Seed);
        var original = Encoding.UTF8.GetBytes(Container(""","SizeRw":5"""));
        var records = 0;
        for (var round = Fuzz.Rounds(5000); round > 0; round--)
        {
            var damaged = Damage.Of(original, random);
            using var document = JsonReading.Parse(damaged);
            var root = document?.RootElement ?? default;
            foreach (var record in (ContainerRecord?[])[EngineAnswers.Docker(root, root, new RuntimeSettings { WithSize = true }), EngineAnswers.Podman(root, new RuntimeSettings()), EngineAnswers.Told(root, ContainerType.Docker, new RuntimeSettings()), EngineAnswers.Listed(root, ContainerType.Docker, new RuntimeSettings())])
            {
                records += record is null ? 0 : 1;
                Assert.True(record is null || (EngineAnswers.IsId(record.FullId) && RecordLimits.Weight(record) < 200_000));
            }
        }

        Assert.NotEqual(0, records);
    }

    private static ContainerRecord? Docker(string container, string image)
    {
        using var document = JsonDocument.Parse(container);
        using var other = JsonDocument.Parse(image);
        return EngineAnswers.Docker(document.RootElement, other.RootElement, new RuntimeSettings());
    }
}
