using System.Net;
using System.Text;
using Saker.Detector.Scap;
using Saker.Detector.State;

namespace Saker.Detector.Tests.Captures;

/// <summary>The lists at a capture's start, in all the versions that they have had.</summary>
public sealed class OldLists : IDisposable
{
    private readonly MachineState state = new();

    public void Dispose() => state.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public void Processes(int version)
    {
        var list = new ListWriter();
        foreach (var tid in (long[])[10, -1, 11])
        {
            Process(list, version, tid);
        }

        StateLists.ReadProcesses(list.U8(0).U8(0).Written, state, version);
        Assert.Equal(2, state.Threads.Count);
        foreach (var thread in state.Threads.All)
        {
            Assert.Equal(("cat", "/bin/cat", "-v\0", 1000u, 50u), (Text(thread.Comm), Text(thread.Exe), Text(thread.Args), thread.Uid, thread.Gid));
            Assert.Equal("/home/", Text(thread.WorkingDirectory));
            Assert.Equal(version >= 2 ? (5000u, 6UL) : (0u, 0UL), (thread.VmSize, thread.MinorFaults));
            Assert.Equal(version >= 3 ? "A=1\0" : "", Text(thread.Environment));
            Assert.Equal(version >= 4 ? (3L, 2L, "cpu=/\0") : (-1, -1, ""), (thread.VTid, thread.VPid, Text(thread.Cgroups)));
            Assert.Equal(version >= 5 ? "/root" : "", Text(thread.Root));
            Assert.Equal(version >= 6 ? 7 : -1, thread.SessionId);
            Assert.Equal(version >= 7 ? "/usr/bin/cat" : "", Text(thread.ExePath));
            Assert.Equal(version >= 8 ? 8 : -1, thread.VGroupId);
            Assert.Equal((-1, uint.MaxValue, 0UL), (thread.GroupId, thread.LoginUid, thread.CapEffective));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Processes_of_the_present_version_without_and_with_what_came_into_their_middle(bool grown)
    {
        var list = new ListWriter();
        var entry = new ListWriter();
        Process(entry, 9, 10);
        if (grown)
        {
            entry.U64(99).U32(88);
        }

        entry.U32(1001).U8(1).U64(1).U64(2).U64(3);
        if (grown)
        {
            entry.U8(1).U64(4);
        }

        StateLists.ReadProcesses(list.U32((uint)entry.Written.Length + 4).Bytes(entry.Written).Written, state);
        var thread = Assert.Single(state.Threads.All);
        Assert.Equal((1001u, 3UL, 7L), (thread.LoginUid, thread.CapEffective, thread.SessionId));
        Assert.Equal(grown ? (99UL, 88u, 4UL) : (0UL, 0u, 0UL), (thread.PidNamespaceStart, thread.Tty, thread.ExeInode));
    }

    [Fact]
    public void Interfaces()
    {
        var list = new ListWriter();
        Interface(list, 1, "10.0.0.1");
        Interface(list, 2, "fe80::1");
        Interface(list, 3, "10.0.0.2");
        Interface(list, 4, "fe80::2");
        StateLists.ReadInterfaces(list.Written, state, hasLengths: false);
        Assert.All(["10.0.0.1", "fe80::1", "10.0.0.2", "fe80::2"], (string address) => Assert.True(state.Interfaces.Contains(IPAddress.Parse(address).GetAddressBytes()), address));
        Assert.Equal(4, state.Interfaces.All.Count);
    }

    [Fact]
    public void Users()
    {
        var list = new ListWriter();
        list.U8(0).U32(1).U32(2).Text("daemon"u8).Text("/"u8).Text("/bin/sh"u8);
        list.U8(1).U32(2).Text("wheel"u8);
        list.U8(0).U32(3).U32(4).Text("www"u8).Text("/var"u8).Text(""u8);
        StateLists.ReadUsers(list.Written, state, hasLengths: false);
        Assert.Equal(("daemon", "www", "wheel"), (
            Encoding.UTF8.GetString(state.Users.User(1)!.Name), Encoding.UTF8.GetString(state.Users.User(3)!.Name), Encoding.UTF8.GetString(state.Users.Group(2)!.Name)));
    }

    [Fact]
    public unsafe void Descriptors()
    {
        state.Threads.Add(10, 10, 1);
        var list = new ListWriter().I64(10);
        list.I64(0).U64(7).U8((byte)FdKind.File).Text("/dev/null"u8);
        list.I64(1).U64(8).U8((byte)FdKind.FileV2).U32(1).Text("/tmp/a"u8);
        list.I64(3).U64(9).U8((byte)FdKind.Ipv4Server).Bytes([127, 0, 0, 1]).U16(80).U8((byte)SocketProtocol.Tcp);
        list.I64(4).U64(9).U8((byte)FdKind.UnixSocket).U64(1).U64(2).Text("/run/x"u8);
        DescriptorLists.Read(list.Written, state, hasLengths: false);
        var fds = state.Threads.Find(10)!.Fds;
        Assert.Equal(4, fds.Count);
        Assert.Equal("/dev/null", Text(fds.Find(0)->Name));
        Assert.Equal((1u, 0u, "/tmp/a"), (fds.Find(1)->OpenFlags, fds.Find(1)->Device, Text(fds.Find(1)->Name)));
        Assert.Equal("/run/x", Text(fds.Find(4)->Name));
    }

    private static void Process(ListWriter list, int version, long tid)
    {
        list.I64(tid).I64(tid).I64(1);
        _ = version >= 6 ? list.I64(7) : list;
        _ = version >= 8 ? list.I64(8) : list;
        list.Text("cat"u8).Text("/bin/cat"u8);
        _ = version >= 7 ? list.Text("/usr/bin/cat"u8) : list;
        list.Text("-v\0"u8).Text("/home"u8).I64(1024).U32(0).U32(1000).U32(50);
        _ = version >= 2 ? list.U32(5000).U32(4000).U32(0).U64(5).U64(6) : list;
        _ = version >= 3 ? list.Text("A=1\0"u8) : list;
        _ = version >= 4 ? list.I64(3).I64(2).Text("cpu=/\0"u8) : list;
        _ = version >= 5 ? list.Text("/root"u8) : list;
    }

    private static void Interface(ListWriter list, ushort type, string address)
    {
        var bytes = IPAddress.Parse(address).GetAddressBytes();
        list.U16(type).U16(4).Bytes(bytes).Bytes(bytes).Bytes(bytes);
        _ = type is 1 or 2 ? list.U64(1000) : list;
        list.Bytes("eth0"u8);
    }

    private static string Text(Detector.State.Text text) => Encoding.UTF8.GetString(text.Span);
}
