using System.Runtime.InteropServices;
using Saker.Detector.Capture;
using Saker.Detector.Engine;
using Saker.Detector.Events;
using Saker.Detector.Fields;
using Saker.Detector.Scap;
using Saker.Detector.State;
using Saker.Testing;

namespace Saker.Detector.Tests.Captures;

/// <summary>A capture whose events lie in memory, to be replayed as often as a test wants.</summary>
internal sealed unsafe class Replay : IDisposable
{
    /// <summary>The captures whose field values and matches Falco recorded.</summary>
    public static readonly string[] LiveCaptures = ["live-files", "live-procs", "live-net", "live-admin", "live-32bit"];

    /// <summary>Captures by drivers of other years, with old events in old blocks.</summary>
    public static readonly string[] OldCaptures =
    [
        "cat_write", "curl_google", "empty", "open-multiple-files", "ping_sendto", "psp_run_as_user_65534_container", "psp_write_tmp_test",
        "syscall", "test_ipv6_client",
    ];

    /// <summary>False for the capture's own bookkeeping and for the starts of calls: they are counted, but rules do not see them.</summary>
    public static bool IsShown(in EventView view) =>
        !view.IsBookkeeping && !(view.Definition.IsEnter && (view.Definition.Category & EventCategory.Syscall) != 0);

    private readonly List<(nint Address, int Length, short Cpu)> events = [];
    private readonly byte[] file;

    public Replay(string capture)
    {
        file = Bytes(capture);
        using var state = new MachineState();
        using var source = Open(state);
        var batch = new RawEvent[256];
        for (int count; (count = source.Read(batch, TimeSpan.Zero)) > 0; source.Release())
        {
            foreach (var raw in batch.AsSpan(0, count))
            {
                var copy = (nint)NativeMemory.Alloc((nuint)raw.Bytes.Length);
                raw.Bytes.CopyTo(new Span<byte>((void*)copy, raw.Bytes.Length));
                events.Add((copy, raw.Bytes.Length, raw.Cpu));
            }
        }
    }

    /// <summary>The file of a capture.</summary>
    public static byte[] Bytes(string capture) => File.ReadAllBytes(OldCaptures.Contains(capture) || capture == "live-bench"
        ? SharedData.Path("falco", "captures", capture + ".scap")
        : RecordedData.Path("falco", "captures", capture + ".scap"));

    public int Count => events.Count;

    /// <summary>The bytes of an event, from 0 on.</summary>
    public ReadOnlySpan<byte> Event(int index) => new((void*)events[index].Address, events[index].Length);

    /// <summary>A source at its start: the lists are in the state.</summary>
    public CaptureSource Open(MachineState state)
    {
        var source = new CaptureSource(new MemoryStream(file), state);
        source.Start(new SourceSettings { SystemCalls = new HashSet<int>() });
        return source;
    }

    public void Run(EventPipeline pipeline, IEventConsumer? consumer)
    {
        foreach (var (address, length, cpu) in events)
        {
            pipeline.Process(new RawEvent((byte*)address, length, cpu), consumer);
        }
    }

    /// <summary>Runs one event, from 0 on.</summary>
    public void Run(int index, EventPipeline pipeline, IEventConsumer? consumer) =>
        pipeline.Process(new RawEvent((byte*)events[index].Address, events[index].Length, events[index].Cpu), consumer);

    public void Dispose()
    {
        foreach (var (address, _, _) in events)
        {
            NativeMemory.Free((void*)address);
        }
    }
}

/// <summary>Reads some fields of each event.</summary>
internal sealed class ReadingConsumer(EventPipeline pipeline, EventContext context, Conditions.Fields.FieldReference[] fields) : IEventConsumer
{
    public long Present { get; private set; }

    public void Handle(in EventView view, EventFrame frame, in RawEvent raw)
    {
        context.Set(pipeline.State, view, frame, raw, pipeline.Processed);
        foreach (var field in fields)
        {
            if (context.Read(field).Exists)
            {
                Present++;
            }
        }
    }
}
