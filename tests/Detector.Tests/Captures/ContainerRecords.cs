using System.Text;
using Saker.Detector.Containers;
using Saker.Detector.Engine;
using Saker.Detector.State;

namespace Saker.Detector.Tests.Captures;

/// <summary>Records of containers in events.</summary>
public sealed class ContainerRecords
{
    private static readonly ContainerRecord full = new()
    {
        Id = "697956520d89", FullId = new string('a', 64), Type = ContainerType.Containerd, Name = "web ü \"1\"", Image = "nginx:1", ImageId = "f68d",
        ImageRepository = "nginx", ImageTag = "1", ImageDigest = "sha256:96", User = "0", Ip = "10.1.2.3", CniJson = "{\"a\":1}", PodSandboxId = "p",
        IsPodSandbox = true, Privileged = true, HostPid = true, HostNetwork = true, HostIpc = true, CreatedTime = 5,
        Labels = [KeyValuePair.Create("a", "1"), KeyValuePair.Create("b", "2")], PodSandboxLabels = [KeyValuePair.Create("c", "3")],
        Mounts = [new ContainerMount("/a", "/b", "ro", true, "rprivate")], Ports = [new ContainerPort(7, 8080, 80)], Environment = ["A=1", "B=2"],
        CpuQuota = 1, CpuPeriod = 2, CpuShares = 3, CpuSetCount = 4, MemoryLimit = 5, SwapLimit = 6, Size = 7,
    };

    [Fact]
    public void Survive_being_written_and_read()
    {
        var json = ContainerJson.Write(full);
        var read = ContainerJson.Read([.. json, 0])!;
        Assert.Equal(Encoding.UTF8.GetString(json), Encoding.UTF8.GetString(ContainerJson.Write(read)));
        Assert.Equal(
            full with { Labels = [], PodSandboxLabels = [], Mounts = [], Ports = [], Environment = [] },
            read with { Labels = [], PodSandboxLabels = [], Mounts = [], Ports = [], Environment = [] });
        Assert.Equal(full.Labels, read.Labels);
        Assert.Equal(full.PodSandboxLabels, read.PodSandboxLabels);
        Assert.Equal(full.Mounts, read.Mounts);
        Assert.Equal(full.Ports, read.Ports);
        Assert.Equal(full.Environment, read.Environment);
    }

    [Fact]
    public void What_is_missing_or_of_another_type_is_empty()
    {
        var record = Read("""{"container":{"id":"x","type":0,"name":null,"labels":null,"Mounts":{},"env":[1,"A=1"],"ip":5,"size":"9","lookup_state":1}}""")!;
        Assert.Equal(("", "", "", -1L), (record.FullId, record.Name, record.Ip, record.Size));
        Assert.Empty(record.Labels);
        Assert.Empty(record.Mounts);
        Assert.Equal(["A=1"], record.Environment);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{\"container\":[]}")]
    [InlineData("{\"container\":{\"type\":0}}")]
    [InlineData("{\"container\":{\"id\":\"x\"}}")]
    [InlineData("{\"container\":{\"id\":\"\\ud800\",\"type\":0}}")]
    [InlineData("{\"container\":{\"id\":\"x\",\"type\":99999999999}}")]
    public void A_damaged_one_is_none(string json) => Assert.Null(Read(json));

    [Fact]
    public void Damaged_bytes_never_throw()
    {
        var json = ContainerJson.Write(full);
        var random = new Random(75);
        var read = 0;
        for (var round = 0; round < 20_000; round++)
        {
            var damaged = (byte[])json.Clone();
            for (var i = random.Next(1, 4); i > 0; i--)
            {
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            }

            read += ContainerJson.Read(damaged.AsSpan(0, round % 4 == 0 ? random.Next(damaged.Length) : damaged.Length)) is null ? 0 : 1;
        }

        Assert.InRange(read, 100, 19_900);
    }

    [Theory]
    [InlineData("open-multiple-files", "5ea733068030 sysdig/falco:latest falco; ad64969c62e5 node:latest express_server")]
    [InlineData("psp_write_tmp_test", "697956520d89 nginx hopeful_taussig")]
    public void Of_old_captures_are_known_to_the_state(string capture, string expected)
    {
        using var replay = new Replay(capture);
        using var state = new MachineState();
        replay.Run(new EventPipeline(state), null);
        var known = state.Containers.All.Where(static entry => entry.Facts is not null).Select(static entry => entry.Facts!.Record).OrderBy(static record => record.Id, StringComparer.Ordinal);
        Assert.Equal(expected, string.Join("; ", known.Select(static record => $"{record.Id} {record.Image} {record.Name}")));
    }

    private static ContainerRecord? Read(string json) => ContainerJson.Read(Encoding.UTF8.GetBytes(json));
}
