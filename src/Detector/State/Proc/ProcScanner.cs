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

    /// <summary>Descriptors that are read of one process at most: as many as are kept.</summary>
    public const int MaxDescriptors = FdTable.MaxEntries;

    private readonly ProcFile file = new();
    private readonly SocketList sockets = new();
    private long second;
    private int lookups;

    /// <summary>Threads and descriptors that were not looked up because too many were asked for.</summary>
    public long LookupsRefused { get; private set; }

    /// <summary>Reads all processes with their threads and descriptors. Returns how many threads were read.</summary>
    public int ScanAll(MachineState state) => ScanAll(state, null);

    /// <summary>
    /// Reads everything again after events were lost: what is known already is brought up to date.
    /// <paramref name="missing"/> gets the threads that are no longer there; they stay until the caller removes them.
    /// </summary>
    public void Refresh(MachineState state, List<long> missing)
    {
        var seen = new HashSet<long>();
        ScanAll(state, seen);
        foreach (var thread in state.Threads.All)
        {
            if (!seen.Contains(thread.Tid))
            {
                missing.Add(thread.Tid);
            }
        }
    }

    /// <summary>Whether there is such a thread now.</summary>
    public bool Exists(long tid) => ReadPid(tid) > 0;

    private int ScanAll(MachineState state, HashSet<long>? refreshed)
    {
        sockets.Load(proc);
        var count = 0;
        foreach (var pid in Numbers(proc))
        {
            if (!ReadThread(state, pid, pid, refreshed is not null))
            {
                continue;
            }

            count++;
            refreshed?.Add(pid);
            foreach (var tid in Numbers($"{proc}/{pid}/task"))
            {
                if (tid == pid || !ReadThread(state, pid, tid, refreshed is not null))
                {
                    continue;
                }

                count++;
                refreshed?.Add(tid);
            }
        }

        sockets.Clear();
        return count;
    }

    /// <inheritdoc/>
    public bool TryRead(MachineState state, long tid, ulong timestamp)
    {
        if (!MayLookUp())
        {
            return false;
        }

        var pid = ReadPid(tid);
        if (pid <= 0)
        {
            return false;
        }

        if (pid != tid && state.Threads.Find(pid) is null)
        {
            ReadThread(state, pid, pid);
        }

        return ReadThread(state, pid, tid);
    }

    /// <inheritdoc/>
    public bool TryReadDescriptor(MachineState state, ThreadInfo thread, long number) =>
        MayLookUp() && ReadDescriptor(state, $"{proc}/{thread.Pid}/task/{thread.Tid}", thread, number);

    private bool MayLookUp()
    {
        var now = clock.GetUtcNow().ToUnixTimeSeconds();
        if (now != second)
        {
            (second, lookups) = (now, 0);
        }

        if (++lookups <= LookupsPerSecond)
        {
            return true;
        }

        LookupsRefused++;
        return false;
    }

    private static List<long> Numbers(string folder)
    {
        var numbers = new List<long>();
        try
        {
            foreach (var entry in Directory.EnumerateFileSystemEntries(folder))
            {
                if (long.TryParse(Path.GetFileName(entry.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                {
                    numbers.Add(number);
                }
            }
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            // The process ended meanwhile.
        }

        return numbers;
    }

    private long ReadPid(long tid) => StatusFile.Number(file.Read($"{proc}/{tid}/status"), "Tgid:"u8);

    /// <param name="state">Gets the thread.</param>
    /// <param name="pid">Its process.</param>
    /// <param name="tid">The thread.</param>
    /// <param name="refresh">Whether a thread that is known already is read again.</param>
    private bool ReadThread(MachineState state, long pid, long tid, bool refresh = false)
    {
        // What happens while this reads may be seen or not, and is applied again when its event comes.
        var since = Now();
        var folder = $"{proc}/{pid}/task/{tid}";
        var stat = StatFile.Parse(file.Read($"{folder}/stat"));
        if (stat.StartTicks == 0)
        {
            return false;
        }

        var known = state.Threads.Find(tid);
        // An entry made by events is newer than /proc, unless it has another start: then the id was used again.
        var isSame = known is not null && (known.StartTicks == stat.StartTicks || (known.StartTicks == 0 && known.CloneTime != 0));
        if (isSame && !refresh)
        {
            return true;
        }

        var status = file.Read($"{folder}/status");
        if (status.IsEmpty)
        {
            return false;
        }

        var shared = tid == pid ? null : state.Threads.Find(pid)?.Fds;
        var parent = StatusFile.Number(status, "PPid:"u8);
        var thread = isSame ? known : state.Threads.Add(tid, pid, parent, shared);
        if (thread is null)
        {
            return false;
        }
        // /proc names the parent's process; which of its threads it was, only events tell.
        if (isSame && state.Threads.ParentOf(thread)?.Pid != parent)
        {
            state.Threads.SetParent(thread, parent);
        }

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
        {
            ReadDescriptors(state, folder, thread);
        }

        return true;
    }

    private void ReadProgram(MachineState state, string folder, ThreadInfo thread)
    {
        var texts = state.Texts;
        var command = file.Read($"{folder}/cmdline");
        var end = command.IndexOf((byte)0);
        texts.Set(ref thread.Exe, end < 0 ? command : command[..end]);
        texts.Set(ref thread.Args, end < 0 ? default : command[(end + 1)..]);
        texts.Set(ref thread.Environment, file.Read($"{folder}/environ"));
        var program = file.ReadLink($"{folder}/exe");
        texts.Set(ref thread.ExePath, DescriptorLink.WithoutDeleted(program));
        if (program.StartsWith("/memfd:"u8))
        {
            thread.State |= ThreadMarks.ExeFromMemfd;
        }

        Handlers.ProcessHandlers.SetWorkingDirectory(state, thread, file.ReadLink($"{folder}/cwd"));
        texts.Set(ref thread.Root, file.ReadLink($"{folder}/root"));
        state.SetCgroups(thread, CgroupFile.ToPairs(file.Read($"{folder}/cgroup"), stackalloc byte[8192]));
        if (thread.Container is { } container && thread.Tid == thread.Pid)
        {
            state.Containers.LookUpUser(container, thread.Pid, thread.Uid, thread.ScannedAt);
        }

        var login = file.Read($"{folder}/loginuid");
        thread.LoginUid = Utf8Parser.TryParse(login, out uint uid, out _) ? uid : uint.MaxValue;
        thread.FdLimit = LimitsFile.OpenFiles(file.Read($"{folder}/limits"));
    }

    private void ReadDescriptors(MachineState state, string folder, ThreadInfo thread)
    {
        var numbers = Numbers($"{folder}/fd");
        // A process on its way out shows none, whatever it had: what it did before is still to be told.
        if (numbers.Count is > 0 and <= MaxDescriptors)
        {
            RemoveClosed(thread.Fds, numbers);
        }

        foreach (var number in numbers.Take(MaxDescriptors))
        {
            ReadDescriptor(state, folder, thread, number);
        }
    }

    private unsafe bool ReadDescriptor(MachineState state, string folder, ThreadInfo thread, long number)
    {
        var target = file.ReadLink($"{folder}/fd/{number}");
        if (target.IsEmpty)
        {
            return false;
        }
        // Events tell more of what they opened than the link does.
        if (!DescriptorLink.IsStill(thread.Fds.Find(number), target))
        {
            DescriptorLink.Apply(state, thread, number, target, FdInfoFile.Flags(file.Read($"{folder}/fdinfo/{number}")), sockets);
        }

        return true;
    }

    private static unsafe void RemoveClosed(FdTable table, List<long> open)
    {
        if (table.Count == 0)
        {
            return;
        }

        var numbers = open.ToHashSet();
        for (var slot = 0; (slot = table.Next(slot)) >= 0; slot++)
        {
            var number = table.At(slot)->Number;
            if (numbers.Contains(number))
            {
                continue;
            }

            table.Remove(number);
            slot--; // the next one may have moved here
        }
    }

    private ulong Now() => (ulong)(clock.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100;
}
