using System.Text;
using Saker.Detector.Containers;

namespace Saker.Detector.State;

/// <summary>
/// The containers that threads run or ran in, by id, with what runtimes said of them. One writer. Bounded: when it is full, the one
/// that was left by its threads first makes room; when none was left, a new one has its id and is asked for nothing.
/// </summary>
/// <param name="limit">Containers that are kept at most.</param>
internal sealed class ContainerTable(int limit = ContainerTable.MaxContainers)
{
    /// <summary>Containers that are kept at most when nobody says otherwise.</summary>
    public const int MaxContainers = 10_000;

    private const int MaxIdBytes = 64;

    private readonly Dictionary<string, ContainerEntry> entries = new(StringComparer.Ordinal);
    private readonly PriorityQueue<ContainerEntry, long> left = new();
    private long departures;

    /// <summary>What threads outside any container have.</summary>
    public ContainerEntry Host { get; } = ContainerEntry.OfHost();

    /// <summary>The one container that all threads are in, where the configuration says so; null mostly.</summary>
    public ContainerEntry? Static { get; private set; }

    /// <summary>Asks runtimes for a container; null where there are none to ask, as for captures.</summary>
    public Action<ContainerEntry>? Ask { get; set; }

    /// <summary>Told of each container whose first process ends; null for nobody.</summary>
    public Action<ContainerEntry>? Ended { get; set; }

    /// <summary>Whether cgroups of a kind are taken for containers.</summary>
    public Predicate<CgroupKind> Recognises { get; set; } = static _ => true;

    /// <summary>Reads the users of a container in which a process has run exec; null where that cannot be, as for captures.</summary>
    /// <remarks>True when there will be an answer.</remarks>
    public Func<ContainerEntry, long, bool>? AskUsers { get; set; }

    /// <summary>Pods that they belong to.</summary>
    public PodTable Pods { get; } = new();

    /// <summary>Containers in the table.</summary>
    public int Count => entries.Count;

    /// <summary>Containers of which a record is there.</summary>
    public int Known { get; private set; }

    /// <summary>Containers that were not kept because the table was full.</summary>
    public long LeftOut { get; private set; }

    /// <summary>All containers, in no order.</summary>
    public IEnumerable<ContainerEntry> All => entries.Values;

    /// <summary>The container that a thread's cgroups name; that of the host when they name none.</summary>
    public ContainerEntry Of(ReadOnlySpan<byte> cgroups)
    {
        if (Static is { } only)
        {
            return only;
        }

        var named = ContainerIdentity.Find(cgroups);
        if (named.Id.IsEmpty || named.Id.Length > MaxIdBytes || !Recognises(named.Kind))
        {
            return Host;
        }

        Span<char> text = stackalloc char[MaxIdBytes];
        var length = Encoding.Latin1.GetChars(ShortOf(named.Id, named.Kind), text);
        var key = text[..length];
        if (entries.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(key, out var known))
        {
            if (known.Knowledge == ContainerKnowledge.Unasked)
            {
                Ask?.Invoke(known);
            }

            FindPod(known, cgroups);
            return known;
        }

        var entry = new ContainerEntry(ShortOf(named.Id, named.Kind), named.Id, named.Kind);
        FindPod(entry, cgroups);
        if (!MakeRoom())
        {
            LeftOut++;
            return entry;
        }

        entries.Add(key.ToString(), entry);
        Leave(entry); // until a thread holds it
        if (RecordOf(entry) is { } record)
        {
            Learn(entry, record);
        }
        else
        {
            Ask?.Invoke(entry);
        }

        return entry;
    }

    /// <summary>The container of that id; null when it is not known.</summary>
    public ContainerEntry? Find(ReadOnlySpan<byte> id)
    {
        Span<char> text = stackalloc char[MaxIdBytes];
        return id.Length <= MaxIdBytes && entries.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(text[..Encoding.Latin1.GetChars(id, text)], out var entry) ? entry : null;
    }

    /// <summary>The container of that id; null when it is not known.</summary>
    public ContainerEntry? Find(string id) => entries.GetValueOrDefault(id);

    /// <summary>Takes what a runtime said. The container need not have been seen yet.</summary>
    /// <returns>The container; null when there is no room for it.</returns>
    public ContainerEntry? Learn(ContainerRecord record)
    {
        if (record.Id.Length is 0 or > MaxIdBytes)
        {
            return null;
        }

        if (!entries.TryGetValue(record.Id, out var entry))
        {
            if (!MakeRoom())
            {
                LeftOut++;
                return null;
            }

            entry = new ContainerEntry(Encoding.Latin1.GetBytes(record.Id), Encoding.Latin1.GetBytes(record.FullId), CgroupKind.Runtime);
            entries.Add(record.Id, entry);
            Leave(entry);
        }

        Learn(entry, record);
        return entry;
    }

    /// <summary>Has all threads from now on be in one container; null for each in its own.</summary>
    public void UseStatic(ContainerRecord? record)
    {
        if (record is null)
        {
            Static = null;
            return;
        }

        Static = new ContainerEntry(Encoding.UTF8.GetBytes(record.Id), Encoding.UTF8.GetBytes(record.FullId), CgroupKind.Runtime);
        Static.Learn(new ContainerFacts(record));
    }

    /// <summary>Has the pods of containers be asked for from now on.</summary>
    /// <param name="ask">Asks for a pod; null when nobody does any longer.</param>
    public void UsePods(Action<PodEntry>? ask)
    {
        Pods.Clear();
        Pods.Ask = ask;
        foreach (var entry in entries.Values)
        {
            entry.Pod = Pods.Of(entry.PodUid);
        }
    }

    /// <summary>A thread holds the container.</summary>
    public static void Enter(ContainerEntry entry)
    {
        entry.Threads++;
        entry.LeftAt = 0;
    }

    /// <summary>A thread holds it no longer.</summary>
    public void Exit(ContainerEntry entry)
    {
        if (--entry.Threads == 0 && entry.Kind != CgroupKind.None)
        {
            Leave(entry);
        }
    }

    /// <summary>A process has run exec in a container: from then on its root is the container's, and its users can be read.</summary>
    /// <param name="entry">The container.</param>
    /// <param name="pid">The process.</param>
    /// <param name="uid">Its user.</param>
    /// <param name="time">When that was, nanoseconds since 1970.</param>
    public void Executed(ContainerEntry entry, long pid, uint uid, ulong time)
    {
        entry.LastPid = pid;
        entry.Execs++;
        LookUpUser(entry, pid, uid, time);
    }

    /// <summary>Has a container's users be read when one of a process is not known: at first, and again later, for they may have been changed.</summary>
    /// <param name="entry">The container.</param>
    /// <param name="pid">The process.</param>
    /// <param name="uid">Its user.</param>
    /// <param name="time">The time, nanoseconds since 1970.</param>
    public void LookUpUser(ContainerEntry entry, long pid, uint uid, ulong time)
    {
        if (AskUsers is null || entry.IsHost || entry.AreUsersAsked || entry.Users?.User(uid) is not null
            || !entry.UserReads.TryBegin(uid, entry.Users is null, time))
        {
            return;
        }

        entry.AreUsersAsked = AskUsers(entry, pid);
        if (!entry.AreUsersAsked)
        {
            entry.UserReads.Forget();
        }
    }

    /// <summary>Nobody answers any more what was asked: it is to be asked again.</summary>
    public void ForgetQuestions()
    {
        foreach (var entry in entries.Values)
        {
            entry.AreUsersAsked = false;
            if (entry.Knowledge is ContainerKnowledge.Asked or ContainerKnowledge.NobodyToAsk)
            {
                entry.Knowledge = ContainerKnowledge.Unasked;
            }
        }
    }

    /// <summary>Forgets all containers.</summary>
    public void Clear()
    {
        entries.Clear();
        left.Clear();
        Known = 0;
    }

    private void Learn(ContainerEntry entry, ContainerRecord record)
    {
        // Of a container that is gone by the time it is asked about, a runtime has little to tell; what it told before holds.
        if (record.IsPartial && entry.Facts is { Record: var told } && (!told.IsPartial || record.Name.Length == 0))
        {
            return;
        }

        Known += entry.Facts is null ? 1 : 0;
        entry.Learn(new ContainerFacts(record));
        if (entry.PodUid.Length == 0)
        {
            entry.PodUid = entry.Facts!.Labels.Find("io.kubernetes.pod.uid"u8) ?? [];
            entry.Pod = Pods.Of(entry.PodUid);
        }
    }

    /// <summary>The pod that a thread's cgroups name.</summary>
    private void FindPod(ContainerEntry entry, ReadOnlySpan<byte> cgroups)
    {
        if (entry.PodUid.Length == 0)
        {
            Span<byte> buffer = stackalloc byte[PodIdentity.Length];
            var uid = PodIdentity.Find(cgroups, buffer);
            if (uid.IsEmpty)
            {
                return;
            }

            entry.PodUid = uid.ToArray();
            entry.Pod = Pods.Of(uid);
        }
        else if (entry.Pod is { } pod)
        {
            Pods.AskAgain(pod);
        }
    }

    private void Leave(ContainerEntry entry)
    {
        entry.LeftAt = ++departures;
        left.Enqueue(entry, entry.LeftAt);
        // Each time a container is left it stands in the queue once more; old places are passed over, and swept when they prevail.
        if (left.Count > (2 * limit) + 64)
        {
            Sweep();
        }
    }

    private void Sweep()
    {
        left.Clear();
        foreach (var entry in entries.Values)
        {
            if (entry.LeftAt > 0)
            {
                left.Enqueue(entry, entry.LeftAt);
            }
        }
    }

    private bool MakeRoom()
    {
        while (entries.Count >= limit)
        {
            if (!left.TryDequeue(out var oldest, out var at))
            {
                return false;
            }

            if (oldest.LeftAt != at || !entries.Remove(Encoding.Latin1.GetString(oldest.OwnId)))
            {
                continue;
            }

            Known -= oldest.Facts is null ? 0 : 1;
        }

        return true;
    }

    private static ReadOnlySpan<byte> ShortOf(ReadOnlySpan<byte> id, CgroupKind kind) =>
        kind is CgroupKind.Runtime or CgroupKind.Candidate ? id[..Math.Min(id.Length, ContainerRecord.ShortLength)] : id;

    /// <summary>The record of a container whose cgroup says all that there is to know.</summary>
    private static ContainerRecord? RecordOf(ContainerEntry entry)
    {
        ContainerType? type = entry.Kind switch
        {
            CgroupKind.Lxc => ContainerType.Lxc,
            CgroupKind.LibvirtLxc => ContainerType.LibvirtLxc,
            CgroupKind.Bpm => ContainerType.Bpm,
            CgroupKind.SystemdNspawn => ContainerType.SystemdNspawn,
            _ => null,
        };
        var id = Encoding.UTF8.GetString(entry.OwnFullId);
        return type is { } named
            ? new ContainerRecord { Id = id, FullId = id, Type = named, Name = named == ContainerType.SystemdNspawn ? id : "" }
            : null;
    }
}
