using System.Text;
using Saker.Detector.Containers;
using Saker.Detector.Kubernetes;
using Saker.Detector.State;

namespace Saker.Detector.Tests.Kubernetes;

/// <summary>A container's pod is found in its cgroups, or else in its labels.</summary>
public sealed class PodsOfContainers
{
    private const string Id = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    private const string Uid = "63060edc-2d3a-a803-ab55-9f2393776b15";

    [Theory]
    [InlineData("/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod63060edc_2d3a_a803_ab55_9f2393776b15.slice/cri-containerd-" + Id + ".scope", Uid)]
    [InlineData("/kubepods/besteffort/pod63060edc-2d3a-a803-ab55-9f2393776b15/" + Id, Uid)]
    [InlineData("/kubepods/burstable/pod0123456789abcdef0123456789abcdef/" + Id, "0123456789abcdef0123456789abcdef")]
    [InlineData("/kubepods.slice/kubepods-pod0123456789abcdef0123456789abcdef.slice/" + Id, "0123456789abcdef0123456789abcdef")]
    [InlineData("/kubepods/pod63060edc-2d3a-a803-ab55-9f2393776b1/" + Id, "")]
    [InlineData("/kubepods/pod63060EDC-2d3a-a803-ab55-9f2393776b15/" + Id, "")]
    [InlineData("/podman/pod0123456789abcdef0123456789abcdef0/x", "")]
    [InlineData("/docker/" + Id, "")]
    [InlineData("pod", "")]
    [InlineData("", "")]
    public void A_uid_is_found_in_cgroups(string path, string expected)
    {
        var buffer = new byte[PodIdentity.Length];
        Assert.Equal(expected, Encoding.ASCII.GetString(PodIdentity.Find(Encoding.ASCII.GetBytes($"cpu=/\0memory={path}\0"), buffer)));
    }

    [Fact]
    public void Containers_of_a_pod_share_it_and_it_is_asked_for_once()
    {
        var table = new ContainerTable();
        var asked = Asked(table);
        var first = Meet(table, Id);
        var second = Meet(table, new string('a', 64));
        Assert.Same(first.Pod, second.Pod);
        Assert.Equal([Uid], asked);
        Assert.Null(table.Of("cpu=/docker/bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\0"u8).Pod);
    }

    [Fact]
    public void What_cgroups_do_not_say_labels_do()
    {
        var table = new ContainerTable();
        var asked = Asked(table);
        var entry = table.Of(Encoding.ASCII.GetBytes($"cpu=/docker/{Id}\0"));
        Assert.Null(entry.Pod);
        table.Learn(new ContainerRecord { Id = Id[..12], FullId = Id, Type = ContainerType.Containerd, Labels = [new("io.kubernetes.pod.uid", Uid)] });
        Assert.Equal(Uid, entry.Pod?.Uid);
        Assert.Equal([Uid], asked);
    }

    [Fact]
    public void What_could_not_be_asked_is_asked_with_the_next_process()
    {
        var table = new ContainerTable();
        var times = 0;
        table.UsePods(pod => pod.Knowledge = ++times == 1 ? PodKnowledge.Unasked : PodKnowledge.Asked);
        Assert.False(Meet(table, Id).IsPending && times == 1);
        Assert.True(Meet(table, Id).Pod!.IsPending);
        Meet(table, Id);
        Assert.Equal(2, times);
    }

    [Fact]
    public void Nobody_asks_until_it_is_switched_on_and_then_for_all_that_are_there()
    {
        var table = new ContainerTable();
        var entry = Meet(table, Id);
        Assert.Null(entry.Pod);
        Assert.Equal(0, table.Pods.Count);
        var asked = Asked(table);
        Assert.Equal([Uid], asked);
        Assert.NotNull(entry.Pod);
        table.UsePods(null);
        Assert.Null(entry.Pod);
    }

    [Fact]
    public void The_table_is_bounded_and_what_nobody_knows_makes_room()
    {
        var table = new PodTable(3) { Ask = static pod => pod.Knowledge = PodKnowledge.Asked };
        for (var i = 0; i < 10; i++)
        {
            Assert.NotNull(table.Of(Encoding.ASCII.GetBytes($"{i}")));
            Assert.InRange(table.Count, 1, 3);
        }

        var details = new PodDetails { Pod = new PodRecord { Uid = "x", Namespace = "n", Object = new ClusterObject("n", "u") } };
        table.Clear();
        foreach (var name in (string[])["a", "b", "c"])
        {
            table.Of(Encoding.ASCII.GetBytes(name))!.Learn(new PodFacts(details), PodKnowledge.Known);
        }

        Assert.Null(table.Of("d"u8));
        Assert.Equal(1, table.LeftOut);
        table.Remove("a");
        Assert.NotNull(table.Of("d"u8));
    }

    private static List<string> Asked(ContainerTable table)
    {
        var asked = new List<string>();
        table.UsePods(pod =>
        {
            pod.Knowledge = PodKnowledge.Asked;
            asked.Add(pod.Uid);
        });
        return asked;
    }

    private static ContainerEntry Meet(ContainerTable table, string id) => table.Of(Encoding.ASCII.GetBytes($"cpu=/kubepods/pod{Uid}/{id}\0"));
}
