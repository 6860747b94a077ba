using Saker.Detector.Events;

namespace Saker.Detector.State.Handlers;

/// <summary>
/// The starts of open, creat and connect. What a call is given lies in memory that another thread may change before the end
/// of the call is told: the start's reading stands against the end's. Rules do not see starts.
/// </summary>
internal static class EnterHandlers
{
    private const int NoParameter = -1;

    public static void Register(HandlerTable table)
    {
        Add(table, EventType.OpenEnter, OpenEnter.Name, OpenEnter.Flags);
        Add(table, EventType.CreatEnter, CreatEnter.Name, NoParameter);
        Add(table, EventType.OpenatV2Enter, OpenatV2Enter.Name, OpenatV2Enter.Flags);
        Add(table, EventType.Openat2Enter, Openat2Enter.Name, Openat2Enter.Flags);
        Add(table, EventType.ConnectEnter, ConnectEnter.Addr, NoParameter);
    }

    /// <summary>The start of a call that tells none.</summary>
    public const EventType NoStart = default;

    /// <summary>Takes what the start of a call said, once; false when it said nothing or was not seen.</summary>
    public static bool TryTake(ThreadInfo thread, EventType start, out ReadOnlySpan<byte> entered)
    {
        var isOfCall = start != NoStart && thread.EnteredType == start && !thread.Entered.IsEmpty;
        entered = isOfCall ? thread.Entered.Span : default;
        thread.EnteredType = default;
        return isOfCall;
    }

    private static void Add(HandlerTable table, EventType type, int parameter, int flags) =>
        table.AddBefore(type, (MachineState state, in EventView view, EventFrame frame) =>
        {
            if (frame.Thread is not { } thread)
            {
                return;
            }

            var isPath = type != EventType.ConnectEnter;
            state.Texts.Set(ref thread.Entered, isPath ? view.Text(parameter) : view.Parameter(parameter));
            thread.EnteredFlags = flags < 0 ? 0 : (uint)view.Unsigned(flags);
            thread.EnteredType = type;
        });
}
