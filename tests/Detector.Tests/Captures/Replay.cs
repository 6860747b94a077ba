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

    private readonly List<(nint Address, int Length, short Cpu)> events = [];
    private readonly byte[] file;

    public Replay(string capture)
    {
        file = File.ReadAllBytes(SharedData.Path("falco", "captures", capture + ".scap"));
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
