using Saker.Detector.Containers;
using Saker.Detector.Events;

namespace Saker.Detector.State.Handlers;

/// <summary>
/// What a capture tells of containers: a record in JSON, in an event of its own in captures up to Falco 0.42 and as an
/// asynchronous event named <c>container</c> since.
/// </summary>
internal static class ContainerHandlers
{
    private const int JsonParameter = 0;

    public static void Register(HandlerTable table)
    {
        table.AddBefore(EventType.ContainerJsonV2Enter, static (MachineState state, in EventView view, EventFrame _) => Tell(state, view.Parameter(JsonParameter)));
        table.AddBefore(EventType.AsynceventEnter, Asynchronous);
    }

    private static void Asynchronous(MachineState state, in EventView view, EventFrame frame)
    {
        if (view.Text(AsynceventEnter.Name).SequenceEqual("container"u8))
        {
            Tell(state, view.Parameter(AsynceventEnter.Data));
        }
    }

    private static void Tell(MachineState state, ReadOnlySpan<byte> json)
    {
        if (state.ContainerTold is { } told && ContainerJson.Read(json) is { } record)
        {
            told(record);
        }
    }
}
