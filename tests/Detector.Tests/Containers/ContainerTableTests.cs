using System.Text;
using Saker.Detector.Containers;
using Saker.Detector.State;

namespace Saker.Detector.Tests.Containers;

/// <summary>The containers that are known: bounded, and asked for once.</summary>
public sealed class ContainerTableTests
{
    [Fact]
    public void Who_was_left_first_makes_room_and_who_has_threads_stays()
    {
        var table = new ContainerTable(limit: 3);
        var held = table.Of(Cgroup(1));
        ContainerTable.Enter(held);
        var left = table.Of(Cgroup(2));
        ContainerTable.Enter(left);
        table.Of(Cgroup(3));
        table.Exit(left);
        table.Of(Cgroup(4)); // 3 was there before 2 was left
        Assert.Equal((true, true, false, true), (Has(1), Has(2), Has(3), Has(4)));
        table.Of(Cgroup(5));
        Assert.Equal((true, false, true, true), (Has(1), Has(2), Has(4), Has(5)));

        bool Has(int number) => table.Find(Id(number)[..12]) is not null;
    }

    [Fact]
    public void When_all_are_in_use_a_new_one_has_its_id_and_is_counted()
    {
        var table = new ContainerTable(limit: 2);
        ContainerTable.Enter(table.Of(Cgroup(1)));
        ContainerTable.Enter(table.Of(Cgroup(2)));
        Assert.Equal(Id(3)[..12], Encoding.UTF8.GetString(table.Of(Cgroup(3)).Id));
        Assert.Equal((2, 1L), (table.Count, table.LeftOut));
        Assert.Null(table.Learn(new ContainerRecord { Id = "x", FullId = "x", Type = ContainerType.Lxc }));
        Assert.Equal(2, table.LeftOut);
    }

    [Fact]
    public void A_container_that_is_left_and_entered_a_million_times_takes_no_memory_for_it()
    {
        var table = new ContainerTable(limit: 10);
        var entry = table.Of(Cgroup(1));
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000_000; i++)
        {
            ContainerTable.Enter(entry);
            table.Exit(entry);
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64 * 1024);
        Assert.NotNull(table.Find(Id(1)[..12]));
    }

    [Fact]
    public void It_is_asked_for_once_and_again_while_nobody_could_be_asked()
    {
        var table = new ContainerTable();
        var asked = 0;
        table.Ask = entry =>
        {
            entry.Knowledge = ++asked < 3 ? ContainerKnowledge.Unasked : ContainerKnowledge.Asked;
        };
        for (var i = 0; i < 10; i++)
        {
            table.Of(Cgroup(1));
        }

        Assert.Equal(3, asked);
    }

    [Fact]
    public void What_is_told_of_a_container_that_is_gone_does_not_take_the_place_of_more()
    {
        var table = new ContainerTable();
        var little = new ContainerRecord { Id = Id(1)[..12], FullId = Id(1), Type = ContainerType.Docker, IsPartial = true, Image = "nginx" };
        Assert.Equal("", table.Learn(little)!.Facts!.Record.Name);
        Assert.Equal("web", table.Learn(little with { Name = "web" })!.Facts!.Record.Name);
        Assert.Equal("web", table.Learn(little)!.Facts!.Record.Name);
        var whole = little with { Name = "web", ImageTag = "1", User = "app", IsPartial = false };
        Assert.Equal("app", table.Learn(whole)!.Facts!.Record.User);
        Assert.Equal("app", table.Learn(little with { Name = "web", ImageTag = "1" })!.Facts!.Record.User);
        Assert.Equal("2", table.Learn(whole with { Name = "renamed", ImageTag = "2" })!.Facts!.Record.ImageTag);
    }

    [Fact]
    public void What_nobody_answers_any_more_is_asked_again()
    {
        var table = new ContainerTable { Ask = static entry => entry.Knowledge = ContainerKnowledge.Asked, AskUsers = static (_, _) => true };
        var entry = table.Of(Cgroup(1));
        table.Executed(entry, 10, uid: 1000, 2_000_000_000);
        Assert.True(entry.IsPending);
        table.ForgetQuestions();
        Assert.Equal((false, ContainerKnowledge.Unasked), (entry.IsPending, entry.Knowledge));
        table.Of(Cgroup(1));
        Assert.True(entry.IsPending);
    }

    [Fact]
    public void What_the_cgroup_says_alone_needs_no_asking()
    {
        var table = new ContainerTable { Ask = static _ => Assert.Fail("Nobody is to be asked.") };
        var entry = table.Of("cpu=/lxc.payload.web01/init.scope\0"u8);
        Assert.Equal((ContainerType.Lxc, "web01"), (entry.Facts!.Record.Type, entry.Facts.Record.Id));
        Assert.Same(table.Host, table.Of("cpu=/user.slice\0"u8));
    }

    [Fact]
    public void Where_one_container_is_given_all_threads_are_in_it()
    {
        var table = new ContainerTable();
        table.UseStatic(new ContainerRecord { Id = "sidecar", FullId = "sidecar", Name = "app", Type = ContainerType.Static });
        Assert.Equal("app", table.Of("cpu=/\0"u8).Facts!.Record.Name);
    }

    [Fact]
    public void What_looks_like_containerd_s_is_of_the_host_until_that_confirms_it()
    {
        var table = new ContainerTable();
        var entry = table.Of("cpu=/default/web\0"u8);
        Assert.True(entry.IsHost);
        table.Learn(new ContainerRecord { Id = "web", FullId = "web", Name = "web", Type = ContainerType.Containerd });
        Assert.False(entry.IsHost);
        Assert.Equal("web", Encoding.UTF8.GetString(entry.Id));
    }

    private static string Id(int number) => string.Concat(Enumerable.Repeat($"{number:x4}", 16));

    private static byte[] Cgroup(int number) => Encoding.UTF8.GetBytes($"cpu=/docker/{Id(number)}\0");
}
