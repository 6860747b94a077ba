using Saker.Detector.Containers;
using Saker.Detector.Events;

namespace Saker.Detector.State.Handlers;

/// <summary>
/// What events tell of containers: a record in JSON, in an event of its own in captures up to Falco 0.42 and as an
/// asynchronous event named <c>container</c> since; one named <c>container_removed</c> has the record once more.
/// </summary>
internal static class ContainerHandlers
{
    private const int JsonParameter = 0;

    public static void Register(HandlerTable table)
    {
        table.AddBefore(EventType.ContainerJsonV2Enter, static (MachineState state, in EventView view, EventFrame frame) => Learn(state, view.Parameter(JsonParameter), frame));
        table.AddBefore(EventType.AsynceventEnter, Asynchronous);
    }

    private static void Asynchronous(MachineState state, in EventView view, EventFrame frame)
    {
        var name = view.Text(AsynceventEnter.Name);
        if (name.SequenceEqual(ContainerEventWriter.ToldUtf8) || name.SequenceEqual(ContainerEventWriter.RemovedUtf8))
        {
            Learn(state, view.Parameter(AsynceventEnter.Data), frame);
        }
    }

    private static void Learn(MachineState state, ReadOnlySpan<byte> json, EventFrame frame)
    {
        if (ContainerJson.Read(json) is { } record)
        {
            frame.Container = state.Containers.Learn(record);
        }
    }
}
