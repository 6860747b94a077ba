using Saker.Detector.Events;

namespace Saker.Detector.State;

/// <summary>Everything that is known of the machine: threads, descriptors, users, addresses. One writer.</summary>
internal sealed class MachineState : IDisposable
{
    /// <summary>Bytes that texts and descriptor tables may take by default.</summary>
    public const long DefaultCapBytes = 256L << 20;

    /// <summary>A state whose native memory stays under <paramref name="capBytes"/>, with at most <paramref name="maxThreads"/> threads.</summary>
    public MachineState(long capBytes = DefaultCapBytes, int maxThreads = ThreadTable.MaxThreads)
    {
        Pool = new NativePool(capBytes);
        Texts = new TextPool(Pool);
        Threads = new ThreadTable(Pool, Texts, Containers, maxThreads);
    }

    /// <summary>The memory of texts and descriptor tables.</summary>
    public NativePool Pool { get; }

    /// <summary>Texts.</summary>
    public TextPool Texts { get; }

    /// <summary>Threads and, through them, descriptors.</summary>
    public ThreadTable Threads { get; }

    /// <summary>Containers that threads run in.</summary>
    public ContainerTable Containers { get; } = new();

    /// <summary>Users and groups of the host.</summary>
    public UserTable Users { get; } = new();

    /// <summary>The host's addresses.</summary>
    public InterfaceTable Interfaces { get; } = new();

    /// <summary>When the machine began, nanoseconds since 1970; 0 when unknown, as for captures.</summary>
    public ulong BootedAt { get; set; }

    /// <summary>Reads a thread that events name but nobody knows, on a live machine; null for captures.</summary>
    public IThreadLookup? Lookup { get; set; }

    /// <summary>Names of addresses; null where none are looked up.</summary>
    public IAddressNames? AddressNames { get; set; }

    /// <summary>Threads that had to be made from an event alone.</summary>
    public long Placeholders { get; private set; }

    /// <summary>The thread of that id, looked up or made as a placeholder when it is unknown; null for ids that name no thread.</summary>
    public ThreadInfo? Resolve(long tid, ulong timestamp)
    {
        if (tid <= 0)
        {
            return null;
        }

        if (Threads.Find(tid) is { } known)
        {
            return known;
        }

        if (Lookup?.TryRead(this, tid, timestamp) == true && Threads.Find(tid) is { } found)
        {
            return found;
        }

        var placeholder = Threads.Add(tid, tid, 0);
        if (placeholder is null)
        {
            return null;
        }

        Placeholders++;
        placeholder.State = ThreadMarks.Placeholder;
        if (Lookup is null)
        {
            // A capture has told of all containers that it knows, and Falco takes the rest for the host's.
            Threads.SetContainer(placeholder, Containers.Host);
        }

        placeholder.VTid = placeholder.VPid = placeholder.SessionId = placeholder.GroupId = placeholder.VGroupId = -1;
        placeholder.Uid = placeholder.Gid = uint.MaxValue;
        Texts.Set(ref placeholder.Comm, "<NA>"u8);
        Texts.Set(ref placeholder.Exe, "<NA>"u8);
        return placeholder;
    }

    /// <summary>Sets a thread's cgroups and, from them, its container.</summary>
    public void SetCgroups(ThreadInfo thread, ReadOnlySpan<byte> cgroups)
    {
        if (cgroups.IsEmpty)
        {
            return;
        }

        Span<byte> buffer = stackalloc byte[MaxCgroups];
        var writer = new Utf8Writer(buffer);
        AddCgroups(cgroups, ref writer);
        if (thread.Cgroups.Span.SequenceEqual(writer.Written))
        {
            return;
        }

        Texts.Set(ref thread.Cgroups, writer.Written);
        Threads.SetContainer(thread, Containers.Of(writer.Written));
    }

    private const int MaxCgroups = 16 * 1024;

    /// <summary>The driver names the subsystem of block devices as cgroup v2 does; rules know it by its name of v1.</summary>
    private static void AddCgroups(ReadOnlySpan<byte> cgroups, ref Utf8Writer writer)
    {
        while (!cgroups.IsEmpty)
        {
            var pair = EventView.CutAtZero(cgroups);
            cgroups = cgroups[Math.Min(pair.Length + 1, cgroups.Length)..];
            if (pair.StartsWith("io="u8))
            {
                writer.Add("blk"u8);
            }

            writer.Add(pair);
            writer.Add((byte)0);
        }
    }

    /// <summary>Makes a path absolute as seen by a thread, from its working directory or from a directory's descriptor.</summary>
    public static unsafe ReadOnlySpan<byte> Absolute(ThreadInfo thread, ReadOnlySpan<byte> name, long directory, Span<byte> into)
    {
        if (name.StartsWith("/"u8))
        {
            return PathBuilder.Join(default, name, into);
        }

        if (directory == AtWorkingDirectory)
        {
            return PathBuilder.Join(thread.Leader.WorkingDirectory.Span, name, into);
        }

        var entry = thread.Fds.Find(directory);
        if (entry is not null)
        {
            return PathBuilder.Join(entry->Name.Span, name, into);
        }

        var writer = new Utf8Writer(into);
        writer.Add("<UNKNOWN>"u8);
        writer.Add(name);
        return writer.Written;
    }

    /// <summary>The driver's number of <c>AT_FDCWD</c>.</summary>
    public const long AtWorkingDirectory = -100;

    /// <summary>Forgets threads, descriptors and addresses; users stay. The memory is kept for reuse.</summary>
    public void Clear()
    {
        Threads.Clear();
        Containers.Clear();
        Interfaces.Clear();
    }

    /// <inheritdoc/>
    public void Dispose() => Pool.Dispose();
}

/// <summary>Reads single threads and descriptors of a live machine.</summary>
internal interface IThreadLookup
{
    /// <summary>Adds the thread to the state; false when it is gone, or when too many were asked for of late.</summary>
    bool TryRead(MachineState state, long tid, ulong timestamp);

    /// <summary>Adds a descriptor to a thread's; false when it is gone, or when too much was asked for of late.</summary>
    bool TryReadDescriptor(MachineState state, ThreadInfo thread, long number);
}

/// <summary>What an event is about: filled before the rules see it, one object for all events.</summary>
internal sealed unsafe class EventFrame
{
    /// <summary>The thread; null for events of no thread.</summary>
    public ThreadInfo? Thread { get; set; }

    /// <summary>The container that the event itself is about; null for all but the events of containers, which are about their thread's.</summary>
    public ContainerEntry? Container { get; set; }

    /// <summary>The descriptor that the event uses or made; meaningful when <see cref="HasFd"/>.</summary>
    public long Fd { get; set; }

    /// <summary>True when the event is about a descriptor.</summary>
    public bool HasFd { get; set; }

    /// <summary>What is known of <see cref="Fd"/>; null when nothing is. Holds until the state changes.</summary>
    public FdEntry* Entry { get; set; }

    /// <summary>True when the event gave the descriptor another name.</summary>
    public bool NameChanged { get; set; }

    /// <summary>The time of the first event of a call or of the kernel, nanoseconds since 1970; 0 until it has come.</summary>
    public ulong FirstTimestamp { get; set; }

    /// <summary>The time of the event before, of any kind but bookkeeping; 0 for the first.</summary>
    public ulong PreviousTimestamp { get; set; }

    /// <summary>Takes over another's values, but <see cref="Entry"/>, which holds no longer than the other's.</summary>
    public void CopyFrom(EventFrame other)
    {
        Thread = other.Thread;
        Container = other.Container;
        Fd = other.Fd;
        HasFd = other.HasFd;
        Entry = null;
        NameChanged = other.NameChanged;
        FirstTimestamp = other.FirstTimestamp;
        PreviousTimestamp = other.PreviousTimestamp;
    }

    /// <summary>Nothing is known yet.</summary>
    public void Reset()
    {
        Thread = null;
        Container = null;
        Fd = -1;
        HasFd = false;
        Entry = null;
        NameChanged = false;
    }
}

/// <summary>Applies one kind of event to the state.</summary>
internal delegate void StateHandler(MachineState state, in EventView view, EventFrame frame);
