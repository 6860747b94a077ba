using System.Buffers.Binary;
using System.Text;
using Saker.Detector.Engine;
using Saker.Detector.Events;
using Saker.Detector.State;
using Saker.Detector.State.Proc;

namespace Saker.Detector.Tests.State;

/// <summary>What corrects the state where an event alone would leave it wrong.</summary>
public sealed unsafe class Corrections : IDisposable
{
    private const long CloneFiles = 1, CloneThread = 8192;

    private readonly MachineState state = new();
    private readonly EventBuilder events;

    public Corrections()
    {
        events = new EventBuilder(new EventPipeline(state));
        events.Exec(10, "shell");
    }

    public void Dispose() => state.Dispose();

    [Theory]
    [InlineData(EventType.OpenEnter, EventType.OpenExit)]
    [InlineData(EventType.CreatEnter, EventType.CreatExit)]
    [InlineData(EventType.OpenatV2Enter, EventType.OpenatV2Exit)]
    [InlineData(EventType.Openat2Enter, EventType.Openat2Exit)]
    public void A_path_that_is_changed_while_a_file_is_opened_does_not_deceive(object start, object end)
    {
        events.Send((EventType)start, 10, ("dirfd", -100), ("name", "/etc/shadow"), ("flags", 1));
        events.Send((EventType)end, 10, ("fd", 3), ("dirfd", -100), ("name", "/tmp/harmless"), ("flags", 1));
        Assert.Equal("/etc/shadow", Path(10, 3));
    }

    [Fact]
    public void A_start_counts_for_its_own_end_alone()
    {
        events.Send(EventType.OpenatV2Enter, 10, ("dirfd", -100), ("name", "/gone"), ("flags", 1));
        events.Open(10, -2, "/gone");
        events.Open(10, 3, "/a");
        Assert.Equal("/a", Path(10, 3));
    }

    [Fact]
    public void A_connect_whose_address_could_not_be_read_at_its_end_has_the_one_of_its_start()
    {
        events.Send(EventType.SocketExit, 10, ("fd", 3), ("domain", 2), ("type", 1));
        events.Send(EventType.ConnectEnter, 10, ("fd", 3), ("addr", new byte[] { 2, 192, 0, 2, 1, 80, 0 }));
        events.Send(EventType.ConnectExit, 10, ("res", -115), ("fd", 3));
        Assert.Equal("0.0.0.0:0->192.0.2.1:80", Path(10, 3));
    }

    [Fact]
    public void The_ends_that_the_kernel_tells_stand_against_what_was_asked_for()
    {
        events.Send(EventType.SocketExit, 10, ("fd", 3), ("domain", 2), ("type", 1));
        events.Send(EventType.ConnectEnter, 10, ("fd", 3), ("addr", new byte[] { 2, 192, 0, 2, 9, 80, 0 }));
        events.Send(EventType.ConnectExit, 10, ("res", 0), ("fd", 3), ("tuple", new byte[] { 2, 192, 0, 2, 2, 1, 0, 192, 0, 2, 1, 80, 0 }));
        Assert.Equal("192.0.2.2:1->192.0.2.1:80", Path(10, 3));
    }

    [Fact]
    public void A_descriptor_that_came_with_a_message_is_looked_up()
    {
        long self = Environment.ProcessId;
        events.Exec(self, "tests");
        state.Lookup = new ProcScanner("/proc", TimeProvider.System);
        using var file = File.OpenRead(typeof(Corrections).Assembly.Location);
        var number = (int)file.SafeFileHandle.DangerousGetHandle();
        Receive(self, number);
        Assert.Equal(typeof(Corrections).Assembly.Location, Path(self, number));
    }

    [Fact]
    public void A_descriptor_that_came_with_a_message_is_not_what_its_number_was_before()
    {
        events.Open(10, 9, "/before");
        Receive(10, 9);
        Assert.Null(Path(10, 9));
    }

    [Theory]
    [InlineData(0UL)]
    [InlineData(15UL)]
    [InlineData(ulong.MaxValue)]
    public void Control_messages_with_any_length_are_read_within_their_bounds(ulong length)
    {
        var control = new byte[40];
        BinaryPrimitives.WriteUInt64LittleEndian(control, length);
        events.Send(EventType.RecvmsgExit, 10, ("res", 1), ("fd", 3), ("msgcontrol", control));
        Assert.Equal(0, events.Find(10)!.Fds.Count);
    }

    [Fact]
    public void Who_leaves_a_shared_table_opens_for_itself_alone()
    {
        events.Open(10, 3, "/both");
        events.Clone(10, 11, CloneFiles);
        events.Send(EventType.UnshareExit, 11, ("res", 0), ("flags", 1));
        events.Open(11, 4, "/own");
        Assert.Equal("/both", Path(11, 3));
        Assert.Equal("/own", Path(11, 4));
        Assert.Null(Path(10, 4));
    }

    [Fact]
    public void An_exec_by_a_thread_ends_the_others_and_keeps_the_process_with_its_children()
    {
        events.Clone(10, 12, CloneFiles | CloneThread);
        events.Clone(10, 13, CloneFiles | CloneThread);
        events.Clone(10, 14);
        events.Open(12, 3, "/kept");
        events.Exec(10, "next"); // thread 13 called it, and has the leader's number since
        Assert.Null(events.Find(12));
        Assert.Null(events.Find(13));
        Assert.Equal(1, events.Find(10)!.LivingThreads);
        Assert.Equal("/kept", Path(10, 3));
        Assert.Equal(10, state.Threads.ParentOf(events.Find(14)!)!.Tid);
    }

    [Fact]
    public void An_exec_by_a_thread_after_all_others_have_ended_leaves_nothing_of_its_own_number()
    {
        events.Clone(10, 12, CloneFiles | CloneThread);
        events.Clone(10, 13, CloneFiles | CloneThread);
        events.Open(12, 3, "/kept");
        events.Send(EventType.ProcexitV1Enter, 10, ("reaper_tid", 13));
        events.Send(EventType.ProcexitV1Enter, 12, ("reaper_tid", 13));
        events.Exec(10, "next");
        Assert.Null(events.Find(13));
        Assert.Equal(1, events.Find(10)!.LivingThreads);
        Assert.Equal("/kept", Path(10, 3));

        // The number of who called it is given out again, which is nobody's loss.
        events.Clone(10, 20);
        events.Clone(20, 13);
        events.Send(EventType.ProcexitV1Enter, 13, ("reaper_tid", 0));
        Assert.Equal((1, 1), (events.Find(10)!.LivingThreads, events.Find(20)!.LivingThreads));
        events.Send(EventType.ProcexitV1Enter, 10, ("reaper_tid", 0));
        Assert.Null(events.Find(10));
    }

    [Fact]
    public void Who_gets_the_number_of_a_process_that_ended_does_not_get_its_children()
    {
        events.Clone(10, 11);
        events.Clone(11, 12);
        events.Send(EventType.ProcexitV1Enter, 11, ("reaper_tid", 0));
        events.Exec(11, "another");
        Assert.Null(state.Threads.ParentOf(events.Find(12)!));
    }

    private void Receive(long tid, int number)
    {
        var control = new byte[24];
        BinaryPrimitives.WriteUInt64LittleEndian(control, 20);
        BinaryPrimitives.WriteInt32LittleEndian(control.AsSpan(8), 1);
        BinaryPrimitives.WriteInt32LittleEndian(control.AsSpan(12), 1);
        BinaryPrimitives.WriteInt32LittleEndian(control.AsSpan(16), number);
        events.Send(EventType.RecvmsgExit, tid, ("res", 1), ("fd", 3), ("msgcontrol", control));
    }

    private string? Path(long tid, long fd)
    {
        var entry = events.Find(tid)!.Fds.Find(fd);
        return entry is null ? null : Encoding.UTF8.GetString(entry->Name.Span);
    }
}
