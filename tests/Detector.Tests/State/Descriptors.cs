using Saker.Detector.Events;
using Saker.Detector.State.Proc;
using Saker.Detector.Tests.Fields;

namespace Saker.Detector.Tests.State;

/// <summary>Which argument of a call is the descriptor that it is about, and which path becomes a descriptor's name.</summary>
public sealed class Descriptors : IDisposable
{
    private readonly FieldProbe probe = new();

    public Descriptors() => probe.Events.Exec(10, "cat", ("cwd", "/home/u/"));

    public void Dispose() => probe.Dispose();

    [Fact]
    public void A_file_that_is_opened_by_its_handle_has_its_own_name_and_not_that_of_the_mount()
    {
        probe.Events.Send(EventType.OpenatV2Enter, 10, ("dirfd", -100), ("name", "/mnt"), ("flags", 1));
        probe.Events.Open(10, 3, "/mnt");
        Assert.Equal("/etc/shadow 4 /etc/shadow", probe.Show("fd.name fd.num evt.arg.path", EventType.OpenByHandleAtExit, 10,
            ("fd", 4), ("mountfd", 3), ("flags", 1), ("path", "/etc/shadow")));
        Assert.Equal("/etc/shadow", probe.Show("fd.name", EventType.ReadExit, 10, ("res", 1), ("fd", 4)));
        Assert.Equal("/mnt", probe.Show("fd.name", EventType.FstatExit, 10, ("res", 0), ("fd", 3)));
    }

    [Theory]
    [InlineData(0, "false false")]
    [InlineData(1, "true false")]
    [InlineData(2, "false true")]
    public void Creat_tells_the_layer_of_an_overlay_as_the_other_opens_do(int flags, string layers) =>
        Assert.Equal("/home/u/new " + layers, probe.Show("fd.name fd.is_upper_layer fd.is_lower_layer", EventType.CreatExit, 10,
            ("fd", 4), ("name", "new"), ("creat_flags", flags)));

    [Theory]
    [InlineData(EventType.SendfileExit, "out_fd", "in_fd")]
    [InlineData(EventType.SpliceExit, "fd_out", "fd_in")]
    [InlineData(EventType.CopyFileRangeExit, "fdout", "fdin")]
    public void A_call_with_two_descriptors_is_about_the_one_that_is_written(object type, string about, string other)
    {
        probe.Events.Open(10, 3, "/read");
        probe.Events.Open(10, 4, "/written");
        Assert.Equal("4 /written", probe.Show("fd.num fd.name", (EventType)type, 10, ("res", 1), (other, 3), (about, 4)));
    }

    [Fact]
    public void A_call_from_a_directory_is_about_that()
    {
        probe.Events.Open(10, 3, "/dir", 1025);
        foreach (var definition in EventTable.All.Where(static d => !d.IsOld && !d.IsEnter && d.Find("dirfd") >= 0 && (d.Flags & EventFlags.UsesFd) != 0))
        {
            Assert.Equal($"{definition.Name} 3 /dir", probe.Show("evt.type fd.num fd.name", (EventType)definition.Number, 10, ("res", 0), ("dirfd", 3)));
        }
    }

    [Fact]
    public void A_process_with_thousands_of_descriptors_is_read_whole()
    {
        var files = new List<FileStream>();
        try
        {
            for (var i = 0; i < 5000; i++)
            {
                files.Add(new FileStream("/dev/null", FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0));
            }

            new ProcScanner("/proc", TimeProvider.System).ScanAll(probe.State);
            Assert.True(probe.State.Threads.Find(Environment.ProcessId)!.Fds.Count > 5000);
        }
        catch (IOException full) when (full.Message.Contains("Too many open files", StringComparison.Ordinal))
        {
            Assert.Skip("This machine allows a process fewer open files.");
        }
        finally
        {
            files.ForEach(static file => file.Dispose());
        }
    }

    [Fact]
    public void Every_call_that_uses_a_descriptor_has_the_argument_for_it()
    {
        var without = EventTable.All.Where(static d => !d.IsOld && (d.Flags & (EventFlags.UsesFd | EventFlags.CreatesFd | EventFlags.DestroysFd)) != 0
            && (d.FdParameter < 0 || (d.FdParameter > 0 && d.Parameters[d.FdParameter].Type != ParameterType.Fd))).Select(static d => d.Name);
        Assert.Empty(without);
    }
}
