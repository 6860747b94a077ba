using Saker.Detector.Capture;
using Saker.Detector.Scap;
using Saker.Detector.State;
using Saker.Testing;

namespace Saker.Detector.Tests.Captures;

/// <summary>A capture that is read, written, and read again is the same.</summary>
public sealed class Rewriting
{
    [Theory]
    [InlineData("live-files", false)]
    [InlineData("live-procs", true)]
    [InlineData("live-net", false)]
    [InlineData("live-32bit", true)]
    public void Events_and_state_survive(string capture, bool compress)
    {
        var original = File.ReadAllBytes(RecordedData.Path("falco", "captures", capture + ".scap"));
        using var before = new MachineState();
        using var first = Open(original, before);
        var written = new MemoryStream();
        var events = new List<(short Cpu, byte[] Bytes)>();
        using (var writer = new CaptureWriter(written, compress))
        {
            writer.Machine(new CapturedMachine(2, 1 << 30, 32_768, "elsewhere", 5));
            new StateListWriter(writer).Write(before);
            foreach (var raw in All(first))
            {
                events.Add((raw.Cpu, raw.Bytes));
                unsafe
                {
                    fixed (byte* address = raw.Bytes)
                    {
                        writer.Event(new RawEvent(address, raw.Bytes.Length, raw.Cpu));
                    }
                }
            }
        }

        Assert.True(events.Count > 800);

        using var after = new MachineState();
        using var second = Open(written.ToArray(), after);
        Assert.Equal("elsewhere", second.Machine.Hostname);
        Assert.Equal(before.Threads.Count, after.Threads.Count);
        Assert.All(before.Threads.All, thread => Assert.Equal(Describe(thread), Describe(after.Threads.Find(thread.Tid)!)));
        Assert.True(before.Threads.All.Sum(static thread => thread.Fds.Count) > 50);
        Assert.Equal(Users(before), Users(after));
        Assert.Equal(before.Interfaces.All, after.Interfaces.All);
        var i = 0;
        foreach (var (cpu, bytes) in All(second))
        {
            Assert.Equal(events[i].Cpu, cpu);
            // A block is padded to 4 bytes; the event's own length says where it ends.
            Assert.True(bytes.AsSpan().SequenceEqual(events[i].Bytes) || bytes.AsSpan().StartsWith(Own(events[i].Bytes)), $"event {i}");
            i++;
        }

        Assert.Equal(events.Count, i);
    }

    [Fact]
    public void A_capture_that_breaks_off_is_valid_up_to_its_last_block()
    {
        var original = File.ReadAllBytes(RecordedData.Path("falco", "captures", "live-net.scap"));
        using var state = new MachineState();
        using var source = Open(original, state);
        var written = new MemoryStream();
        using (var writer = new CaptureWriter(written, compress: false))
        {
            new StateListWriter(writer).Write(state);
        }

        using var half = new MachineState();
        using var again = new CaptureSource(new MemoryStream(written.ToArray()), half);
        again.Start(new SourceSettings { SystemCalls = new HashSet<int>() });
        Assert.Equal(0, again.Read(new RawEvent[8], TimeSpan.Zero));
        Assert.True(again.Ended);
        Assert.Equal(state.Threads.Count, half.Threads.Count);
    }

    [Fact]
    public void Threads_that_are_not_chosen_are_left_out_with_all_that_is_theirs()
    {
        var original = File.ReadAllBytes(RecordedData.Path("falco", "captures", "live-procs.scap"));
        using var state = new MachineState();
        using var source = Open(original, state);
        var one = state.Threads.All.First(static thread => thread.IsLeader && thread.Fds.Count > 2);
        var other = state.Threads.All.First(thread => thread.Environment.Span.Length > 20 && !thread.Environment.Span.SequenceEqual(one.Environment.Span));
        var written = new MemoryStream();
        using (var writer = new CaptureWriter(written, compress: false))
        {
            new StateListWriter(writer).Write(state, thread => ReferenceEquals(thread, one));
        }

        using var left = new MachineState();
        using var again = Open(written.ToArray(), left);
        Assert.Equal(Describe(one), Describe(Assert.Single(left.Threads.All)));
        Assert.Equal(-1, written.ToArray().AsSpan().IndexOf(other.Environment.Span));
    }

    private static CaptureSource Open(byte[] capture, MachineState state)
    {
        var source = new CaptureSource(new MemoryStream(capture), state);
        source.Start(new SourceSettings { SystemCalls = new HashSet<int>() });
        return source;
    }

    private static IEnumerable<(short Cpu, byte[] Bytes)> All(CaptureSource source)
    {
        var batch = new RawEvent[256];
        for (int count; (count = source.Read(batch, TimeSpan.Zero)) > 0; source.Release())
        {
            for (var i = 0; i < count; i++)
            {
                yield return (batch[i].Cpu, batch[i].Bytes.ToArray());
            }
        }
    }

    private static ReadOnlySpan<byte> Own(byte[] bytes) => bytes.AsSpan(0, (int)BitConverter.ToUInt32(bytes, 16));

    private static List<string> Users(MachineState state) =>
        [.. state.Users.AllUsers.Select(static user => $"{user.Uid} {user.Gid} {Text(user.Name)} {Text(user.Home)} {Text(user.Shell)}").Concat(state.Users.AllGroups.Select(static group => $"{group.Gid} {Text(group.Name)}")).Order(StringComparer.Ordinal)];

    private static string Text(ReadOnlySpan<byte> bytes) => System.Text.Encoding.Latin1.GetString(bytes);

    private static unsafe string Describe(ThreadInfo thread)
    {
        var fds = new List<string>();
        for (var slot = 0; (slot = thread.Fds.Next(slot)) >= 0; slot++)
        {
            var fd = thread.Fds.At(slot);
            fds.Add($"{fd->Number} {fd->Kind} {fd->Protocol} {fd->State} {fd->OpenFlags} {fd->Device} {fd->Inode} {Text(fd->Name.Span)} {fd->SourcePort} {fd->DestinationPort} {Text(fd->Source)} {Text(fd->Destination)}");
        }

        return string.Join('|',
            thread.Tid, thread.Pid, thread.ParentTid, thread.SessionId, thread.GroupId, thread.VTid, thread.VPid, thread.VGroupId,
            Text(thread.Comm.Span), Text(thread.Exe.Span), Text(thread.ExePath.Span), Text(thread.Args.Span), Text(thread.Environment.Span),
            Text(thread.Leader.WorkingDirectory.Span), Text(thread.Cgroups.Span), Text(thread.Root.Span), Text(thread.Container?.Id),
            thread.Uid, thread.Gid, thread.LoginUid, thread.Tty, thread.CapInheritable, thread.CapPermitted, thread.CapEffective,
            thread.ExeInode, thread.ExeChangeTime, thread.ExeModifyTime, thread.FdLimit, thread.VmSize, thread.VmRss, thread.VmSwap,
            thread.MajorFaults, thread.MinorFaults, thread.PidNamespaceStart, thread.State, string.Join('/', fds.Order(StringComparer.Ordinal)));
    }
}
