using Saker.Detector.Events;
using Saker.Detector.Fields;
using Saker.Detector.State;
using Saker.Detector.State.Handlers;
using Saker.Rules;

namespace Saker.Detector.Engine;

/// <summary>
/// Which events must be looked at at once, for rules or their alerts read what later events may change: descriptors beside the one
/// that the event is about (arguments that are descriptors, paths from a directory's descriptor, lists of descriptors), and figures of
/// memory. Names of addresses count among them, for the event thread alone asks for them.
/// </summary>
internal sealed class ImmediateEvents
{
    private static readonly int[][] directories = DirectoriesOfAll();

    private readonly Reading[] byType;

    /// <param name="matcher">The rules.</param>
    /// <param name="types">The types of events.</param>
    public ImmediateEvents(RuleMatcher matcher, EventTypeIndex types)
    {
        byType = new Reading[types.Names.Count];
        var definitions = EventTable.All.ToLookup(static definition => definition.Name, StringComparer.Ordinal);
        EventDefinition[] ofOthers = [EventTable.Find((int)EventType.GenericExit)!, EventTable.Find((int)EventType.AsynceventEnter)!];
        foreach (var rule in matcher.Rules)
        {
            var fields = rule.Fields.ToList();
            foreach (var type in rule.EventTypes ?? Enumerable.Range(0, byType.Length))
            {
                var told = definitions.Contains(types.Names[type]) ? definitions[types.Names[type]] : ofOthers;
                byType[type] |= fields.Aggregate(Reading.None, (reading, field) => reading | ReadingOf((DetectorField)field, told));
            }
        }
    }

    [Flags]
    private enum Reading : byte
    {
        None = 0,

        /// <summary>What later events may change.</summary>
        Changing = 1,

        /// <summary>A path, which may begin at a directory's descriptor.</summary>
        Path = 2,
    }

    /// <summary>Whether an event is one of them.</summary>
    /// <param name="type">Its type, as rules count them.</param>
    /// <param name="view">The event.</param>
    /// <param name="frame">What it is about.</param>
    public unsafe bool Include(int type, in EventView view, EventFrame frame)
    {
        if ((uint)type >= (uint)byType.Length || (byType[type] & Reading.Changing) != 0)
        {
            return true;
        }

        // A descriptor that was not made has the path that it was to be made of as its name.
        return ((byType[type] & Reading.Path) != 0 || (frame.HasFd && frame.Entry is null)) && BeginsAtDescriptor(view);
    }

    private static bool BeginsAtDescriptor(in EventView view)
    {
        foreach (var directory in directories[(int)view.Type])
        {
            if (view.Signed(directory, MachineState.AtWorkingDirectory) != MachineState.AtWorkingDirectory)
            {
                return true;
            }
        }

        return false;
    }

    private static int[][] DirectoriesOfAll()
    {
        var all = new int[EventTable.Count][];
        for (var number = 0; number < all.Length; number++)
        {
            all[number] = EventTable.Find(number) is { } definition
                ? [.. definition.Parameters.ToArray().Select(static parameter => parameter.Directory).Where(static directory => directory >= 0).Distinct()]
                : [];
        }

        return all;
    }

    private static Reading ReadingOf(DetectorField field, IEnumerable<EventDefinition> definitions) => field.Definition.Name switch
    {
        "evt.arg" or "evt.rawarg" => definitions.SelectMany(definition => definition.Parameters.ToArray().Where((parameter, at) => field.Index == at || field.Argument == parameter.Name))
            .Aggregate(Reading.None, static (reading, parameter) => reading | ReadingOf(parameter.Type)),
        "evt.args" or "evt.info" => Reading.Changing,
        var name when MemoryHandlers.Figures.Contains(name) || FieldCatalogue.AddressNames.Contains(name) || FieldCatalogue.IsOfAllDescriptors(name) => Reading.Changing,
        var name when name.StartsWith("fs.path.", StringComparison.Ordinal) => Reading.Path,
        _ => Reading.None,
    };

    private static Reading ReadingOf(ParameterType type) => type switch
    {
        ParameterType.Fd or ParameterType.Fd32 or ParameterType.FdList => Reading.Changing,
        ParameterType.FsPath or ParameterType.FsRelPath => Reading.Path,
        _ => Reading.None,
    };
}
