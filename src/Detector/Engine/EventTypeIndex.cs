using Saker.Detector.Containers;
using Saker.Detector.Events;

namespace Saker.Detector.Engine;

/// <summary>
/// The event types as rules name them. Several numbers of the driver share one name (open and its older forms), and the one
/// generic event stands for many system calls, so rules count names and not numbers.
/// </summary>
internal sealed class EventTypeIndex
{
    private readonly int[] byNumber = new int[EventTable.Count];
    private readonly int[] bySystemCall;
    private readonly int told;
    private readonly int removed;

    public EventTypeIndex()
    {
        var names = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var definition in EventTable.All)
        {
            byNumber[definition.Number] = IndexOf(names, definition.Name);
        }

        var calls = EventTable.SystemCalls.ToList();
        bySystemCall = new int[calls.Max(static call => call.Number) + 1];
        Array.Fill(bySystemCall, byNumber[(int)EventType.GenericExit]); // numbers between those of calls name none
        foreach (var (number, name) in calls)
        {
            bySystemCall[number] = IndexOf(names, name);
        }

        told = IndexOf(names, ContainerEventWriter.Told);
        removed = IndexOf(names, ContainerEventWriter.Removed);
        Names = [.. names.OrderBy(static pair => pair.Value).Select(static pair => pair.Key)];
    }

    /// <summary>The names, in the order of their index.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The index of an event's type.</summary>
    public int Of(in EventView view) => view.Type is EventType.GenericExit or EventType.AsynceventEnter ? OfNamed(view) : byNumber[(int)view.Type];

    /// <summary>Of an event whose type alone does not name it.</summary>
    private int OfNamed(in EventView view)
    {
        if (view.Type == EventType.GenericExit)
        {
            return EventTable.GenericCall(view) is var call && (uint)call < (uint)bySystemCall.Length ? bySystemCall[call] : byNumber[(int)view.Type];
        }

        var name = view.Text(AsynceventEnter.Name);
        return name.SequenceEqual(ContainerEventWriter.ToldUtf8) ? told : name.SequenceEqual(ContainerEventWriter.RemovedUtf8) ? removed : byNumber[(int)view.Type];
    }

    private static int IndexOf(Dictionary<string, int> names, string name)
    {
        if (!names.TryGetValue(name, out var index))
        {
            names.Add(name, index = names.Count);
        }

        return index;
    }
}
