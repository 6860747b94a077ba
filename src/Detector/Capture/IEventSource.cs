namespace Saker.Detector.Capture;

/// <summary>
/// Where events come from: the modern eBPF driver, a capture, later the kernel module, the legacy driver and plugins.
/// Ordering across rings is the source's; conversion of old events, parsing and everything above is shared.
/// All members but <see cref="IDisposable.Dispose"/> are called from one thread.
/// </summary>
internal interface IEventSource : IDisposable
{
    /// <summary>The engine kind as Falco's configuration names it: <c>modern_ebpf</c>, <c>replay</c>.</summary>
    string Name { get; }

    /// <summary>Attaches and starts the flow of events. Called once.</summary>
    /// <exception cref="EventSourceException">The source cannot run here; the message says why and what would help.</exception>
    void Start(SourceSettings settings);

    /// <summary>
    /// Fills <paramref name="into"/> with the next events in time order and returns how many; 0 when none came within
    /// <paramref name="wait"/>. The memory of the events stays valid until the next call of <see cref="Release"/>.
    /// </summary>
    int Read(Span<RawEvent> into, TimeSpan wait);

    /// <summary>Gives the memory of all events read so far back to the source.</summary>
    void Release();

    /// <summary>True when no event will ever come again (the end of a capture).</summary>
    bool Ended { get; }

    /// <summary>Why it ended though there should be more: a capture that is cut off or damaged; null when it did not.</summary>
    string? Fault => null;

    /// <summary>What is attached, for the log; empty before <see cref="Start"/>, and for captures.</summary>
    IReadOnlyList<string> Attached => [];

    /// <summary>What somebody should know of how the settings were understood; empty before <see cref="Start"/>.</summary>
    IReadOnlyList<string> Notes => [];

    /// <summary>What was seen and what was lost, by cause, since the start.</summary>
    SourceStatistics Statistics { get; }
}

/// <summary>One event in the wire format of the Falco drivers (header, lengths, values), in memory that its source owns.</summary>
internal readonly unsafe struct RawEvent(byte* address, int length, short cpu = -1)
{
    /// <summary>The CPU that it happened on; -1 when the source cannot tell.</summary>
    public short Cpu => cpu;

    /// <summary>The event's bytes, header included. Hostile until decoded.</summary>
    public ReadOnlySpan<byte> Bytes => new(address, length);
}

/// <summary>A source that cannot start, with a message for the person who started it.</summary>
internal sealed class EventSourceException(string message, Exception? inner = null) : Exception(message, inner);
