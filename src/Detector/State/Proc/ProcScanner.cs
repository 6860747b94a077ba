using System.Buffers.Text;
using System.Globalization;

namespace Saker.Detector.State.Proc;

/// <summary>
/// Reads threads and descriptors of the running machine from /proc: all at the start, and single ones that events name but
/// nobody knows, at a bounded rate. To be used after the source has begun to deliver: what a thread does from then on comes
/// as events, and older events than the reading are ignored for it.
/// </summary>
/// <param name="proc">The folder, with <c>HOST_ROOT</c> in front when that is set.</param>
/// <param name="clock">Tells when a thread was read, and bounds the rate.</param>
internal sealed class ProcScanner(string proc, TimeProvider clock) : IThreadLookup
{
    /// <summary>Single threads and descriptors that are looked up in a second at most.</summary>
    public const int LookupsPerSecond = 500;

    /// <summary>Descriptors that are read of one process at most.</summary>
    public const int MaxDescriptors = 4096;

    private readonly ProcFile file = new();
    private readonly SocketList sockets = new();
    private long second;
    private int lookups;

    /// <summary>Threads and descriptors that were not looked up because too many were asked for.</summary>
    public long LookupsRefused { get; private set; }

    /// <summary>Reads all processes with their threads and descriptors. Returns how many threads were read.</summary>
    public int ScanAll(MachineState state)
    {
        sockets.Load(proc);
        int count = 0;
        foreach (long pid in Numbers(proc))
        {
            if (!ReadThread(state, pid, pid))
                continue;
            count++;
            foreach (long tid in Numbers($"{proc}/{pid}/task"))
                if (tid != pid && ReadThread(state, pid, tid))
                    count++;
        }
        sockets.Clear();
        return count;
    }

    /// <inheritdoc/>
    public bool TryRead(MachineState state, long tid, ulong timestamp)
    {
        if (!MayLookUp())
            return false;
        long pid = ReadPid(tid);
        if (pid <= 0)
            return false;
        if (pid != tid && state.Threads.Find(pid) is null)
            ReadThread(state, pid, pid);
        return ReadThread(state, pid, tid);
    }

    /// <inheritdoc/>
    public bool TryReadDescriptor(MachineState state, ThreadInfo thread, long number) =>
        MayLookUp() && ReadDescriptor(state, $"{proc}/{thread.Pid}/task/{thread.Tid}", thread, number);

    private bool MayLookUp()
    {
        long now = clock.GetUtcNow().ToUnixTimeSeconds();
        if (now != second)
            (second, lookups) = (now, 0);
        if (++lookups <= LookupsPerSecond)
            return true;
        LookupsRefused++;
        return false;
    }

    private static List<long> Numbers(string folder)
    {
        var numbers = new List<long>();
        try
        {
            foreach (string entry in Directory.EnumerateFileSystemEntries(folder))
                if (long.TryParse(Path.GetFileName(entry.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out long number))
                    numbers.Add(number);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            // The process ended meanwhile.
        }
        return numbers;
    }

    private long ReadPid(long tid) => StatusFile.Number(file.Read($"{proc}/{tid}/status"), "Tgid:"u8);

    private bool ReadThread(MachineState state, long pid, long tid)
    {
        // What happens while this reads may be seen or not, and is applied again when its event comes.
        ulong since = Now();
        string folder = $"{proc}/{pid}/task/{tid}";
        var stat = StatFile.Parse(file.Read($"{folder}/stat"));
        if (stat.StartTicks == 0)
            return false;
        if (state.Threads.Find(tid) is { } known)
        {
            // An entry made by events is newer than /proc, unless it has another start: then the id was used again.
            if (known.StartTicks == stat.StartTicks || (known.StartTicks == 0 && known.CloneTime != 0))
                return true;
        }
        var status = file.Read($"{folder}/status");
        if (status.IsEmpty)
            return false;
        var shared = tid == pid ? null : state.Threads.Find(pid)?.Fds;
        if (state.Threads.Add(tid, pid, StatusFile.Number(status, "PPid:"u8), shared) is not { } thread)
            return false;
        thread.ScannedAt = since;
        thread.StartTicks = stat.StartTicks;
        StatusFile.Apply(status, thread, state);
        thread.SessionId = stat.Session;
        thread.GroupId = stat.Group;
        thread.VGroupId = thread.VPid == thread.Pid ? stat.Group : StatusFile.Last(file.Read($"{folder}/status"), "NSpgid:"u8);
        thread.Tty = (uint)stat.Tty;
        thread.MajorFaults = stat.MajorFaults;
        thread.MinorFaults = stat.MinorFaults;
        ReadProgram(state, folder, thread);
        if (shared is null)
            ReadDescriptors(state, folder, thread);
        return true;
    }

    private void ReadProgram(MachineState state, string folder, ThreadInfo thread)
    {
        var texts = state.Texts;
        var command = file.Read($"{folder}/cmdline");
        int end = command.IndexOf((byte)0);
        texts.Set(ref thread.Exe, end < 0 ? command : command[..end]);
        texts.Set(ref thread.Args, end < 0 ? default : command[(end + 1)..]);
        texts.Set(ref thread.Environment, file.Read($"{folder}/environ"));
        var program = file.ReadLink($"{folder}/exe");
        texts.Set(ref thread.ExePath, program.EndsWith(" (deleted)"u8) ? program[..^10] : program);
        if (program.StartsWith("/memfd:"u8))
            thread.State |= ThreadMarks.ExeFromMemfd;
        Handlers.ProcessHandlers.SetWorkingDirectory(state, thread, file.ReadLink($"{folder}/cwd"));
        texts.Set(ref thread.Root, file.ReadLink($"{folder}/root"));
        state.SetCgroups(thread, CgroupFile.ToPairs(file.Read($"{folder}/cgroup"), stackalloc byte[8192]));
        var login = file.Read($"{folder}/loginuid");
        thread.LoginUid = Utf8Parser.TryParse(login, out uint uid, out _) ? uid : uint.MaxValue;
        thread.FdLimit = LimitsFile.OpenFiles(file.Read($"{folder}/limits"));
    }

    private void ReadDescriptors(MachineState state, string folder, ThreadInfo thread)
    {
        int count = 0;
        foreach (long number in Numbers($"{folder}/fd"))
        {
            if (++count > MaxDescriptors)
                break;
            ReadDescriptor(state, folder, thread, number);
        }
    }

    private bool ReadDescriptor(MachineState state, string folder, ThreadInfo thread, long number)
    {
        var target = file.ReadLink($"{folder}/fd/{number}");
        if (target.IsEmpty)
            return false;
        DescriptorLink.Apply(state, thread, number, target, FdInfoFile.Flags(file.Read($"{folder}/fdinfo/{number}")), sockets);
        return true;
    }

    private ulong Now() => (ulong)(clock.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100;
}
