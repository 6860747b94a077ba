using System.Text;
using Saker.Detector.Engine;
using Saker.Detector.Events;
using Saker.Detector.State;
using Saker.Detector.State.Proc;

namespace Saker.Detector.Tests.State;

public sealed unsafe class Families : IDisposable
{
    private const long CloneFiles = 1, CloneThread = 8192;

    private readonly MachineState state = new();
    private readonly EventBuilder events;

    public Families()
    {
        events = new EventBuilder(new EventPipeline(state));
        events.Exec(10, "shell");
    }

    public void Dispose() => state.Dispose();

    [Fact]
    public void After_vfork_the_parent_that_returns_late_does_not_overwrite_what_the_child_ran()
    {
        events.Send(EventType.VforkV20Exit, 11, ("res", 0), ("tid", 11), ("pid", 11), ("ptid", 10), ("comm", "shell"), ("vtid", 11), ("vpid", 11));
        events.Exec(11, "child");
        events.Clone(10, 11, comm: "shell", type: EventType.VforkV20Exit);
        Assert.Equal("child", Name(11));
        Assert.Equal(10, events.Find(11)!.ParentTid);
    }

    [Fact]
    public void A_fork_copies_descriptors_and_neither_side_sees_what_the_other_opens()
    {
        events.Open(10, 3, "/a");
        events.Clone(10, 11);
        events.Open(11, 4, "/b");
        events.Open(10, 5, "/c");
        Assert.Equal(2, events.Find(10)!.Fds.Count);
        Assert.Equal(2, events.Find(11)!.Fds.Count);
        Assert.Equal("/a", Path(11, 3));
        Assert.Null(Path(10, 4));
    }

    [Fact]
    public void Threads_with_clone_files_share_descriptors_even_after_one_ended()
    {
        events.Clone(10, 12, CloneFiles | CloneThread);
        events.Open(12, 3, "/shared");
        Assert.Equal("/shared", Path(10, 3));
        events.Send(EventType.ProcexitV1Enter, 12, ("reaper_tid", 0));
        Assert.Null(events.Find(12));
        Assert.Equal("/shared", Path(10, 3));
        Assert.Equal(1, events.Find(10)!.LivingThreads);
    }

    [Fact]
    public void Exec_closes_what_is_marked_and_keeps_the_rest()
    {
        const long closeOnExec = 4096;
        events.Open(10, 3, "/kept");
        events.Open(10, 4, "/closed", 1 | closeOnExec);
        events.Send(EventType.FcntlExit, 10, ("res", 5), ("fd", 3), ("cmd", 26));
        events.Exec(10, "next");
        Assert.Equal("/kept", Path(10, 3));
        Assert.Null(Path(10, 4));
        Assert.Null(Path(10, 5));
    }

    [Fact]
    public void Children_of_a_process_that_ends_go_to_its_reaper()
    {
        events.Exec(1, "init");
        events.Clone(10, 11);
        events.Clone(11, 12);
        events.Send(EventType.ProcexitV1Enter, 11, ("reaper_tid", 1));
        Assert.Null(events.Find(11));
        Assert.Equal(1, state.Threads.ParentOf(events.Find(12)!)!.Tid);
    }

    [Fact]
    public void A_leader_that_ends_stays_until_its_last_thread_is_gone()
    {
        events.Clone(10, 12, CloneFiles | CloneThread);
        events.Send(EventType.ProcexitV1Enter, 10, ("reaper_tid", 0));
        Assert.NotNull(events.Find(10));
        events.Send(EventType.ProcexitV1Enter, 12, ("reaper_tid", 0));
        Assert.Null(events.Find(10));
        Assert.Equal(0, state.Threads.Count);
    }

    [Fact]
    public void An_id_that_is_used_again_is_another_process()
    {
        events.Clone(10, 11);
        events.Exec(11, "first");
        events.Exec(20, "other");
        events.Clone(20, 11, comm: "other"); // the end of the first was lost
        Assert.Equal("other", Name(11));
        Assert.Equal(20, events.Find(11)!.ParentTid);
    }

    [Fact]
    public void Calls_that_fail_change_nothing()
    {
        events.Open(10, -2, "/none");
        events.Send(EventType.Dup2Exit, 10, ("res", -9), ("oldfd", 3), ("newfd", 4));
        events.Send(EventType.ChdirExit, 10, ("res", -2), ("path", "/nowhere"));
        Assert.Equal(0, events.Find(10)!.Fds.Count);
        Assert.True(events.Find(10)!.WorkingDirectory.IsEmpty);
    }

    [Theory]
    [InlineData("memory=/docker/0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", "0123456789ab")]
    [InlineData("=/system.slice/docker-0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef.scope", "0123456789ab")]
    [InlineData("cpu=/kubepods/besteffort/pod1a2b/0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", "0123456789ab")]
    [InlineData("cpu=/kubepods.slice/kubepods-pod1.slice/cri-containerd-0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef.scope", "0123456789ab")]
    [InlineData("cpu=/kubepods.slice/crio-0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef.scope/container", "0123456789ab")]
    [InlineData("cpu=/machine.slice/libpod-0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef.scope", "0123456789ab")]
    [InlineData("cpu=/machine.slice/libpod-conmon-0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef.scope", "host")]
    [InlineData("cpu=/system.slice/ssh.service", "host")]
    public void The_container_comes_from_the_cgroup(string cgroup, string id)
    {
        events.Exec(10, "x", ("cgroups", Encoding.UTF8.GetBytes(cgroup + "\0")));
        Assert.Equal(id, Encoding.UTF8.GetString(events.Find(10)!.Container!.Id));
    }

    [Fact]
    public void The_running_machine_is_read_from_proc()
    {
        var scanner = new ProcScanner("/proc", TimeProvider.System);
        Assert.True(scanner.ScanAll(state) > 1);
        var self = events.Find(Environment.ProcessId);
        Assert.NotNull(self);
        Assert.Equal(Environment.ProcessPath, Encoding.UTF8.GetString(self.ExePath.Span));
        Assert.NotNull(state.Threads.ParentOf(self));
        Assert.True(self.Fds.Count > 2);
        Assert.True(self.LivingThreads > 1);
        Assert.EndsWith("/", Encoding.UTF8.GetString(self.WorkingDirectory.Span), StringComparison.Ordinal);
    }

    [Fact]
    public void Memory_at_its_cap_loses_texts_and_not_the_program()
    {
        using var small = new MachineState(1 << 20);
        var many = new EventBuilder(new EventPipeline(small));
        many.Exec(10, "x");
        for (var fd = 0; fd < 20_000; fd++)
        {
            many.Open(10, fd, "/" + new string('p', 200) + fd);
        }

        Assert.True(small.Pool.Refused > 0);
        Assert.True(small.Pool.ReservedBytes <= 1 << 20);
    }

    private string? Name(long tid) => Encoding.UTF8.GetString(events.Find(tid)!.Comm.Span);

    private string? Path(long tid, long fd)
    {
        var entry = events.Find(tid)!.Fds.Find(fd);
        return entry is null ? null : Encoding.UTF8.GetString(entry->Name.Span);
    }
}
