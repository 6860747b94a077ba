using Saker.Conditions.Compilation;
using Saker.Conditions.Fields;
using Saker.Detector.Capture;
using Saker.Detector.Drivers.ModernEbpf;
using Saker.Detector.Events;
using Saker.Detector.Fields;
using Saker.Detector.State;
using Saker.Detector.State.Handlers;
using Saker.Rules;

namespace Saker.Detector.Engine;

/// <summary>
/// Tries failed calls out on the rules. An event that says no more than that a call failed, and by which error, goes the way of all
/// events; what of it can be read is read by the fields' own readers, and whatever else a condition asks for counts as what
/// suits it.
/// </summary>
internal sealed unsafe class FailedCallTrial : IEventConsumer, IDisposable
{
    private const long Thread = 1;

    // What they say is the same for all failed calls of a type with the same result. The number of the event is none of it, but no
    // rule that comes here depends on which number it is.
    private static readonly HashSet<string> ofResult = ["evt.num", "evt.dir", "evt.res", "evt.rawres", "evt.failed", "evt.count.error"];

    private readonly MachineState state = new(maxThreads: 16);
    private readonly HandlerTable handlers = new();
    private readonly EventPipeline pipeline;
    private readonly EventTypeIndex types;
    private readonly RuleMatcher matcher;
    private readonly EventContext context;
    private IReadOnlyList<CompiledCondition>? conditions;
    private bool isMatched;

    /// <param name="stream">The stream of system calls.</param>
    /// <param name="matcher">Its rules.</param>
    public FailedCallTrial(EventStream stream, RuleMatcher matcher)
    {
        pipeline = new EventPipeline(state);
        types = stream.Types;
        this.matcher = matcher;
        context = stream.ContextFor("");
    }

    /// <summary>Whether a failed call may match a rule, or changes the state.</summary>
    /// <param name="type">The event that the call is told by.</param>
    /// <param name="code">The call (<c>ppm_sc</c> code).</param>
    public bool IsWanted(ushort type, int code)
    {
        if (handlers.HeedsFailure((EventType)type))
        {
            return true;
        }

        var definition = EventTable.Find(type)!;
        var values = new byte[]?[definition.Parameters.Length];
        if ((EventType)type == EventType.GenericExit)
        {
            values[GenericExit.Id] = WireEvent.Number(definition.Parameters[GenericExit.Id].Type, code);
        }

        conditions = null;
        isMatched = false;
        for (var error = 1; error <= DriverSettings.LastError && !isMatched && conditions is not { Count: 0 }; error++)
        {
            if (definition.ResultParameter >= 0)
            {
                values[definition.ResultParameter] = WireEvent.Number(definition.Parameters[definition.ResultParameter].Type, -error);
            }

            var bytes = WireEvent.Write(definition, (ulong)error, Thread, values);
            fixed (byte* address = bytes) // pinned for good
            {
                pipeline.Process(new RawEvent(address, bytes.Length), this);
            }
        }

        return isMatched || conditions is null; // nobody has seen it
    }

    public void Handle(in EventView view, EventFrame frame, in RawEvent raw)
    {
        context.Set(state, view, frame, raw, pipeline.Processed);
        conditions ??= PossibleOf(types.Of(view), view.Definition);
        foreach (var condition in conditions)
        {
            isMatched |= condition.Evaluate(context);
            if (isMatched)
            {
                return;
            }
        }
    }

    public void Dispose()
    {
        context.Dispose();
        state.Dispose();
    }

    private List<CompiledCondition> PossibleOf(int type, EventDefinition definition) =>
        [.. matcher.ConditionsOf(type).Select(condition => condition.WhereUnknown(field => !IsOfResult(field, definition)) ?? condition).Where(static condition => !condition.IsNever)];

    private static bool IsOfResult(FieldReference field, EventDefinition definition)
    {
        var name = field.Definition.Name;
        var result = definition.ResultParameter;
        return name switch
        {
            // A descriptor that a call failed to make has no entry, whatever is known of others.
            "fd.num" => result >= 0 && result == definition.FdParameter && (definition.Flags & EventFlags.CreatesFd) != 0,
            "evt.arg" or "evt.rawarg" => result >= 0 && definition.Parameters[result].Type is ParameterType.Errno or ParameterType.Fd
                && (((DetectorField)field).Index == result || definition.Find(field.Argument ?? "") == result),
            _ => ofResult.Contains(name),
        };
    }
}
