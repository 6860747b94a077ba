namespace Saker.Detector.State;

/// <summary>
/// All threads by id, with their families. Bounded: beyond the limit a new thread is not kept and counted.
/// Thread and table objects are pooled, so that a steady load of forks and exits allocates nothing.
/// </summary>
/// <param name="pool">The memory of descriptor tables.</param>
/// <param name="texts">The texts of threads.</param>
/// <param name="containers">The containers that threads run in.</param>
/// <param name="limit">Threads that are kept at most.</param>
internal sealed class ThreadTable(NativePool pool, TextPool texts, ContainerTable containers, int limit = ThreadTable.MaxThreads)
{
    /// <summary>Threads that are kept at most when nobody says otherwise.</summary>
    public const int MaxThreads = 256 * 1024;

    private readonly Dictionary<long, ThreadInfo> threads = new(4096);
    private readonly Stack<ThreadInfo> freeThreads = new(1024);
    private readonly Stack<FdTable> freeTables = new(1024);

    /// <summary>Threads in the table.</summary>
    public int Count => threads.Count;

    /// <summary>Threads that were not kept because the table was full.</summary>
    public long LeftOut { get; private set; }

    /// <summary>The thread of that id, or null.</summary>
    public ThreadInfo? Find(long tid) => threads.GetValueOrDefault(tid);

    /// <summary>Every thread, in no order.</summary>
    public Dictionary<long, ThreadInfo>.ValueCollection All => threads.Values;

    /// <summary>
    /// Adds a thread, in place of any older one of that id. With <paramref name="shared"/> it shares those descriptors,
    /// otherwise it has an empty table of its own. Null when the table is full.
    /// </summary>
    public ThreadInfo? Add(long tid, long pid, long parentTid, FdTable? shared = null)
    {
        if (Find(tid) is { } old)
        {
            Remove(old);
        }

        if (threads.Count >= limit)
        {
            LeftOut++;
            return null;
        }

        if (!freeThreads.TryPop(out var thread))
        {
            thread = new ThreadInfo();
        }

        thread.Reset();
        thread.Tid = tid;
        thread.Pid = pid;
        thread.ParentTid = parentTid;
        threads.Add(tid, thread);
        ShareTable(thread, shared);
        JoinProcess(thread);
        Link(thread, Find(parentTid));
        if (thread.IsLeader)
        {
            AdoptThreads(thread);
        }

        return thread;
    }

    /// <summary>Puts a thread into a container.</summary>
    public void SetContainer(ThreadInfo thread, ContainerEntry? container)
    {
        if (ReferenceEquals(thread.Container, container))
        {
            return;
        }

        if (container is not null)
        {
            ContainerTable.Enter(container);
        }

        if (thread.Container is { } before)
        {
            containers.Exit(before);
        }

        thread.Container = container;
    }

    /// <summary>Gives a thread a table of its own with what it saw until now (<c>unshare</c>, exec of a shared table).</summary>
    public void OwnTable(ThreadInfo thread)
    {
        var old = thread.Fds;
        if (old.Holders == 1)
        {
            return;
        }

        var own = RentTable();
        own.CopyFrom(old);
        old.Holders--;
        own.Holders = 1;
        thread.Fds = own;
    }

    /// <summary>
    /// After a list was read: threads of a process share its descriptors, for only the leader's are in such lists.
    /// </summary>
    public void ShareLeaderTables()
    {
        foreach (var thread in threads.Values)
        {
            if (ReferenceEquals(thread.Leader, thread) || ReferenceEquals(thread.Leader.Fds, thread.Fds))
            {
                continue;
            }

            ReturnTable(thread);
            ShareTable(thread, thread.Leader.Fds);
        }
    }

    /// <summary>The parent, or null when it is not known. Changes nothing, so that several may ask at once.</summary>
    public ThreadInfo? ParentOf(ThreadInfo thread) =>
        thread.Parent ?? (thread.ParentTid > 0 && Find(thread.ParentTid) is { } parent && !ReferenceEquals(parent, thread) ? parent : null);

    /// <summary>Makes a thread its parent's child when the parent came after it.</summary>
    public void LinkToParent(ThreadInfo thread)
    {
        if (thread.Parent is null)
        {
            Link(thread, ParentOf(thread));
        }
    }

    /// <summary>Gives a thread another parent, which need not be known.</summary>
    public void SetParent(ThreadInfo thread, long parentTid)
    {
        Unlink(thread);
        thread.ParentTid = parentTid;
        Link(thread, Find(parentTid));
    }

    /// <summary>Gives the children of a thread that ends to another.</summary>
    public static void Reparent(ThreadInfo thread, ThreadInfo? reaper)
    {
        while (thread.FirstChild is { } child)
        {
            Unlink(child);
            // Nobody's child until it is told: the id of the one that ended may be another's soon.
            child.ParentTid = 0;
            if (reaper is null || ReferenceEquals(reaper, thread) || ReferenceEquals(reaper, child))
            {
                continue;
            }

            child.ParentTid = reaper.Tid;
            Link(child, reaper);
        }
    }

    /// <summary>Another living thread of the process, for the children of one that ends; null when it was the last.</summary>
    public static ThreadInfo? Sibling(ThreadInfo thread)
    {
        var leader = thread.Leader;
        return !ReferenceEquals(leader, thread) && (leader.State & ThreadMarks.Ended) == 0 ? leader : null;
    }

    /// <summary>
    /// Takes a thread that ended out of the table. A leader with living threads stays, marked as ended; the last thread
    /// takes it along.
    /// </summary>
    public void End(ThreadInfo thread)
    {
        if ((thread.State & ThreadMarks.Ended) == 0)
        {
            thread.State |= ThreadMarks.Ended;
            thread.Leader.LivingThreads--;
        }

        var leader = thread.Leader;
        if (!ReferenceEquals(leader, thread))
        {
            Drop(thread);
        }

        if (leader.LivingThreads <= 0 && (leader.State & ThreadMarks.Ended) != 0)
        {
            Drop(leader);
        }
    }

    /// <summary>Takes a thread out at once, whatever else lives.</summary>
    public void Remove(ThreadInfo thread)
    {
        if ((thread.State & ThreadMarks.Ended) == 0)
        {
            thread.Leader.LivingThreads--;
        }

        Drop(thread);
    }

    /// <summary>The last thread of a process goes on as its leader, also when that had ended.</summary>
    public static void Revive(ThreadInfo thread)
    {
        thread.State &= ~ThreadMarks.Ended;
        thread.Leader = thread;
        thread.LivingThreads = 1;
    }

    /// <summary>Forgets every thread.</summary>
    public void Clear()
    {
        foreach (var thread in threads.Values)
        {
            thread.ReleaseTexts(texts);
            SetContainer(thread, null);
            ReturnTable(thread);
            thread.Reset();
            freeThreads.Push(thread);
        }

        threads.Clear();
    }

    private void Drop(ThreadInfo thread)
    {
        if (!threads.Remove(thread.Tid))
        {
            return;
        }

        if (thread.IsLeader)
        {
            Orphan(thread);
        }

        Reparent(thread, null);
        Unlink(thread);
        thread.ReleaseTexts(texts);
        SetContainer(thread, null);
        ReturnTable(thread);
        thread.Reset();
        freeThreads.Push(thread);
    }

    private void ShareTable(ThreadInfo thread, FdTable? shared)
    {
        thread.Fds = shared ?? RentTable();
        thread.Fds.Holders++;
    }

    private FdTable RentTable()
    {
        if (!freeTables.TryPop(out var table))
        {
            table = new FdTable(pool, texts);
        }

        table.Holders = 0;
        return table;
    }

    private void ReturnTable(ThreadInfo thread)
    {
        var table = thread.Fds;
        if (table is null || --table.Holders > 0)
        {
            return;
        }

        table.Clear();
        freeTables.Push(table);
    }

    private void JoinProcess(ThreadInfo thread)
    {
        thread.Leader = thread.IsLeader ? thread : Find(thread.Pid) ?? thread;
        thread.Leader.LivingThreads++;
        if (!thread.IsLeader && ReferenceEquals(thread.Leader, thread))
        {
            orphans++;
        }
    }

    /// <summary>Threads that came before their leader join it. Rare: only after lost events.</summary>
    private void AdoptThreads(ThreadInfo leader)
    {
        if (orphans == 0)
        {
            return;
        }

        foreach (var thread in threads.Values)
        {
            if (thread.Pid != leader.Pid || ReferenceEquals(thread.Leader, leader) || ReferenceEquals(thread, leader))
            {
                continue;
            }

            thread.Leader = leader;
            leader.LivingThreads++;
            orphans--;
        }
    }

    private int orphans;

    /// <summary>Threads that outlive their leader's entry lead themselves until it is back.</summary>
    private void Orphan(ThreadInfo leader)
    {
        if (leader.LivingThreads <= 0)
        {
            return;
        }

        foreach (var thread in threads.Values)
        {
            if (!ReferenceEquals(thread.Leader, leader) || ReferenceEquals(thread, leader))
            {
                continue;
            }

            thread.Leader = thread;
            thread.LivingThreads = 1;
            orphans++;
        }
    }

    private static void Link(ThreadInfo child, ThreadInfo? parent)
    {
        if (parent is null || ReferenceEquals(child, parent))
        {
            return;
        }

        Unlink(child);
        child.Parent = parent;
        child.NextSibling = parent.FirstChild;
        if (parent.FirstChild is { } first)
        {
            first.PreviousSibling = child;
        }

        parent.FirstChild = child;
    }

    private static void Unlink(ThreadInfo child)
    {
        if (child.PreviousSibling is { } previous)
        {
            previous.NextSibling = child.NextSibling;
        }
        else if (child.Parent is { } parent)
        {
            parent.FirstChild = child.NextSibling;
        }

        if (child.NextSibling is { } next)
        {
            next.PreviousSibling = child.PreviousSibling;
        }

        child.Parent = child.NextSibling = child.PreviousSibling = null;
    }
}
