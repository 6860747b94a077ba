using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Saker.Conditions.Fields;
using Saker.Detector.Capture;
using Saker.Detector.Engine;
using Saker.Detector.Events;
using Saker.Detector.Fields;
using Saker.Detector.State;
using Saker.Detector.Tests.State;

namespace Saker.Detector.Tests.Fields;

/// <summary>A state, events made for it, and the values of fields on each event.</summary>
internal sealed class FieldProbe : IEventConsumer, IDisposable
{
    private readonly FieldCatalogue catalogue = new(FieldSources.AddressNames);
    private readonly EventContext context = EventStream.OfSystemCalls(null).ContextFor("");
    private readonly EventPipeline pipeline;
    private FieldReference[] asked = [];
    private Func<FieldReference, string> print = static _ => "";
    private string shown = "";

    public FieldProbe()
    {
        State = new MachineState();
        pipeline = new EventPipeline(State);
        Events = new EventBuilder(pipeline, this);
    }

    public MachineState State { get; }

    /// <summary>Sends events that nothing is asked about.</summary>
    public EventBuilder Events { get; }

    /// <summary>Events that the rules got to see.</summary>
    public int Seen { get; private set; }

    /// <summary>Sends an event and gives the fields as an output line shows them, with a blank between.</summary>
    public string Show(string fields, EventType type, long tid, params (string Name, object Value)[] values) => Show(fields, Text, type, tid, values);

    /// <summary>Sends an event and gives the fields as JSON shows them, with a blank between.</summary>
    public string ShowJson(string fields, EventType type, long tid, params (string Name, object Value)[] values) => Show(fields, Json, type, tid, values);

    private string Show(string fields, Func<FieldReference, string> how, EventType type, long tid, (string Name, object Value)[] values)
    {
        asked = [.. fields.Split(' ').Select(Resolve)];
        print = how;
        Events.Send(type, tid, values);
        asked = [];
        return shown;
    }

    public void Handle(in EventView view, EventFrame frame, in RawEvent raw)
    {
        Seen++;
        context.Set(State, view, frame, raw, pipeline.Processed);
        shown = string.Join(' ', asked.Select(print));
    }

    public void Dispose()
    {
        context.Dispose();
        State.Dispose();
    }

    private FieldReference Resolve(string field)
    {
        var bracket = field.IndexOf('[', StringComparison.Ordinal);
        var name = bracket < 0 ? field : field[..bracket];
        var argument = bracket < 0 ? null : field[(bracket + 1)..^1];
        var reference = new FieldResolver(catalogue).Resolve(name, argument, out _, out var error);
        Assert.True(reference is not null, $"{field}: {error}");
        return reference;
    }

    private string Text(FieldReference field)
    {
        var writer = new Utf8Writer(new byte[EventContext.ScratchBytes]);
        ValueFormatter.WriteText(field, context.ReadShown(field), ref writer);
        return Encoding.UTF8.GetString(writer.Written);
    }

    private string Json(FieldReference field)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            ValueFormatter.WriteJson(field, context.ReadShown(field), writer);
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
