using Saker.Conditions.Compilation;
using Saker.Conditions.Fields;
using Saker.Conditions.Values;
using Saker.Detector.Capture;
using Saker.Detector.Events;
using Saker.Detector.Fields;
using Saker.Detector.State;
using Saker.Rules;

namespace Saker.Detector.Engine;

/// <summary>
/// Tries opens of regular files out on the rules: for which paths and ways of access one can match, be it the open itself or a later
/// call on its descriptor. What fields say of a sample, the fields' own readers tell; whatever else a condition asks for counts as
/// what suits it.
/// </summary>
internal sealed unsafe class OpenTrial : IEventConsumer, IDisposable
{
    private const int MaxRegions = 2048;
    private const long Descriptor = 77;
    private const long Made = 78;
    private const long NoFile = -2; // ENOENT
    private const long NoSocket = -88; // ENOTSOCK
    private const uint CreateFlag = 4;
    private const string SampleDirectory = "/saker";
    private const string Sample = SampleDirectory + "/sample";

    /// <summary>The events of opens.</summary>
    public static IReadOnlyList<EventType> Opens { get; } = [EventType.OpenExit, EventType.CreatExit, EventType.OpenatV2Exit, EventType.Openat2Exit];

    private static readonly Way[] ways = [.. new[] { false, true }.SelectMany(static fails => Enumerable.Range(0, 6).Select(bit => new Way((OpenClasses)(1 << bit), fails)))];
    private static readonly ParameterType[] descriptors = [ParameterType.Fd, ParameterType.Fd32, ParameterType.FdList];

    // With an empty path they are about what is open, be it no directory.
    private static readonly EventType[] takingEmptyPaths = [EventType.LinkatV2Exit, EventType.FchownatExit, EventType.ExecveatExit];

    // What they say of an open is the same for all with that way of access, if both succeed or fail. The latter are sure of one outcome alone.
    private static readonly HashSet<string> ofAccess = ["evt.is_open_read", "evt.is_open_write", "evt.failed", "evt.count.error", "fd.type", "fd.typechar"];
    private static readonly HashSet<string> ofSuccess = ["evt.res"], ofFailure = ["fd.num"];

    // The same for opens that make no file.
    private static readonly HashSet<string> ofMaking = ["evt.is_open_exec", "evt.is_open_create"];

    private readonly MachineState state = new(maxThreads: 1024);
    private readonly EventPipeline pipeline;
    private readonly EventTypeIndex types;
    private readonly RuleMatcher matcher;
    private readonly EventContext context;
    private readonly IReadOnlyList<PathRegion> regions;
    private readonly KnowledgeCases eachRegion;
    private readonly FieldKnowledge[] paths, directories;
    private readonly OpenClasses[] wanted, wantedFailed;
    private long thread = 1;
    private int type;
    private IReadOnlyList<FieldReference> asked = [];
    private List<FieldKnowledge> read = [];

    /// <param name="stream">The stream of system calls.</param>
    /// <param name="matcher">Its rules.</param>
    public OpenTrial(EventStream stream, RuleMatcher matcher)
    {
        pipeline = new EventPipeline(state);
        types = stream.Types;
        this.matcher = matcher;
        context = stream.ContextFor("");
        regions = PathTexts.Regions(matcher.Rules.Select(static rule => rule.Condition), IsPath, static field => field.Definition.Name == "fd.directory", MaxRegions);
        eachRegion = new KnowledgeCases(regions.Count);
        paths = [.. regions.Select(FieldKnowledge.In)];
        directories = [.. regions.Select(FieldKnowledge.DirectoryIn)];
        wanted = new OpenClasses[regions.Count];
        wantedFailed = new OpenClasses[regions.Count];
    }

    private readonly record struct Way(OpenClasses Class, bool Fails);

    /// <summary>The opens that nobody can want.</summary>
    public OpensLeftOut Find()
    {
        foreach (var open in Opens)
        {
            TryOpens(EventTable.Find((int)open)!);
        }

        foreach (var definition in EventTable.All.Where(definition => definition is { IsOld: false, IsEnter: false } && Array.Exists(definition.Parameters.ToArray(), static parameter => descriptors.Contains(parameter.Type))))
        {
            if (!Opens.Contains((EventType)definition.Number) && TryCallsOn(definition) is { } keeper)
            {
                Array.Fill(wanted, OpenClasses.All);
                return new OpensLeftOut(Regions()) { Keeper = (keeper.Name, definition.Name) };
            }
        }

        return new OpensLeftOut(Regions());
    }

    public void Handle(in EventView view, EventFrame frame, in RawEvent raw)
    {
        context.Set(state, view, frame, raw, number: 1); // no rule that comes here depends on which
        type = types.Of(view);
        read = [.. asked.Select(Read)];
    }

    public void Dispose()
    {
        context.Dispose();
        state.Dispose();
    }

    private OpenRegion[] Regions() => [.. regions.Select((region, i) => new OpenRegion(region.Beginning, wanted[i], wantedFailed[i]))];

    private FieldKnowledge Read(FieldReference field) => context.Read(field) is var value && value.Kind == ValueKind.List ? FieldKnowledge.Unknown : FieldKnowledge.Of(value);

    private static bool IsPath(FieldReference field) =>
        field.Definition.Name is "fd.name" or "fd.nameraw" or "evt.arg" or "evt.rawarg" || field.Definition.Name.StartsWith("fs.path.", StringComparison.Ordinal);

    /// <summary>Which opens a rule about opens can match.</summary>
    private void TryOpens(EventDefinition definition)
    {
        var conditions = ConditionsOf(definition).ConvertAll(static asking => asking.Condition);
        asked = [.. conditions.SelectMany(static condition => condition.Fields).Distinct()];
        foreach (var way in ways)
        {
            var sample = ReadOpen(definition, way);
            var known = asked.Index().Select(pair => (Field: pair.Item, Knowledge: OfOpen(pair.Item, sample[pair.Index], way)))
                .Where(static pair => pair.Knowledge is not null).ToDictionary(static pair => pair.Field, static pair => pair.Knowledge);
            foreach (var condition in conditions)
            {
                foreach (var (region, canHold) in condition.WhereItCanHold(eachRegion, known.GetValueOrDefault).Index())
                {
                    (way.Fails ? wantedFailed : wanted)[region] |= canHold ? way.Class : OpenClasses.None;
                }
            }
        }
    }

    private FieldKnowledge[]? OfOpen(FieldReference field, FieldKnowledge sample, Way way) => field.Definition.Name switch
    {
        "fd.directory" when sample.Equals(FieldKnowledge.Of(SampleDirectory)) => directories,
        _ when IsPath(field) && IsSample(sample) => paths,
        var name when IsSure(name, way) => [sample],
        _ => null,
    };

    /// <summary>Whether what a field says of a sample it says of all opens like it.</summary>
    private static bool IsSure(string field, Way way) =>
        ofAccess.Contains(field) || (way.Fails ? ofFailure : ofSuccess).Contains(field) || (ofMaking.Contains(field) && way.Class < OpenClasses.Creating);

    /// <summary>Which files a rule about other calls can match by their descriptor. Gives the rule that can match without it being known which file that is.</summary>
    private Rule? TryCallsOn(EventDefinition definition)
    {
        var asking = ConditionsOf(definition);
        asked = [.. asking.SelectMany(static one => one.Fields).Distinct()];
        if (asked.Count == 0)
        {
            return null;
        }

        var ofFile = ReadCall(definition, isKnown: true);
        var ofUnknown = ReadCall(definition, isKnown: false);
        var reading = new HashSet<FieldReference>();
        var unknown = new Dictionary<FieldReference, FieldKnowledge[]>();
        var known = new Dictionary<FieldReference, FieldKnowledge[]?>();
        foreach (var (index, field) in asked.Index())
        {
            if (!ofFile[index].Equals(ofUnknown[index]) || IsOfList(field, definition))
            {
                reading.Add(field);
                unknown[field] = [OfUnknown(field, ofUnknown[index])];
                known[field] = OfFile(field, ofFile[index]);
            }
            else if (field.Definition.Name == "evt.failed" && WantsSocket(definition))
            {
                unknown[field] = [ofUnknown[index]];
                known[field] = [ofFile[index]];
            }
        }

        foreach (var (rule, condition, _) in asking.Where(one => one.Fields.Any(reading.Contains)))
        {
            if (condition.WhereItCanHold(new KnowledgeCases(1), unknown.GetValueOrDefault)[0])
            {
                return rule;
            }

            foreach (var (index, canHold) in condition.WhereItCanHold(eachRegion, known.GetValueOrDefault).Index())
            {
                wanted[index] |= canHold ? OpenClasses.All : OpenClasses.None;
            }
        }

        return null;
    }

    /// <summary>Without the file nothing is known but what follows from the type of the event: mostly that there is no value.</summary>
    private static FieldKnowledge OfUnknown(FieldReference field, FieldKnowledge sample) =>
        sample.Equals(FieldKnowledge.Absent) || field.Definition.Name is "fd.type" or "fd.typechar" || IsPath(field) ? sample : FieldKnowledge.Unknown;

    private FieldKnowledge[]? OfFile(FieldReference field, FieldKnowledge sample) => field.Definition.Name switch
    {
        "fd.directory" => directories,
        "fd.type" or "fd.typechar" => [sample],
        _ when IsPath(field) && IsSample(sample) => paths,
        _ => null,
    };

    /// <summary>Whether a call wants a socket, and fails on files.</summary>
    private static bool WantsSocket(EventDefinition definition) => (definition.Category & EventCategory.Net) != 0 && (definition.Flags & EventFlags.CreatesFd) == 0;

    /// <summary>Whether a field shows a list of descriptors, of which there is no sample.</summary>
    private static bool IsOfList(FieldReference field, EventDefinition definition) =>
        field.Definition.Name is "evt.arg" or "evt.args" or "evt.info" && Array.Exists(definition.Parameters.ToArray(), static parameter => parameter.Type == ParameterType.FdList);

    private static bool IsSample(FieldKnowledge knowledge) => knowledge.Equals(FieldKnowledge.Of(Sample));

    /// <summary>The rules about a type of event, their conditions for it, and what those and the alerts read.</summary>
    private List<(Rule Rule, CompiledCondition Condition, IReadOnlyList<FieldReference> Fields)> ConditionsOf(EventDefinition definition)
    {
        // The index knows a type by an event of it.
        asked = [];
        Process(definition, new byte[]?[definition.Parameters.Length]);
        return [.. matcher.RulesOf(type).Zip(matcher.ConditionsOf(type), static (rule, condition) => (rule, condition, (IReadOnlyList<FieldReference>)[.. condition.Fields, .. rule.AlertFields]))];
    }

    private List<FieldKnowledge> ReadOpen(EventDefinition definition, Way way)
    {
        thread++;
        return Open(definition, way.Class, way.Fails ? NoFile : Descriptor);
    }

    private List<FieldKnowledge> ReadCall(EventDefinition definition, bool isKnown)
    {
        thread++;
        if (isKnown)
        {
            Open(EventTable.Find((int)EventType.OpenExit)!, OpenClasses.Read, Descriptor);
        }

        return Process(definition, [.. definition.Parameters.ToArray().Select((parameter, position) => SampleOf(definition, parameter.Type, position))]);
    }

    private List<FieldKnowledge> Open(EventDefinition definition, OpenClasses open, long result)
    {
        var making = open >= OpenClasses.Creating;
        var access = ((int)open / (making ? (int)OpenClasses.Creating : 1)) switch { 1 => 1u, 2 => 2u, _ => 3u };
        var values = new byte[]?[definition.Parameters.Length];
        values[0] = WireEvent.Number(ParameterType.Fd, result);
        values[definition.Find("name")] = WireEvent.Text(Sample);
        if (definition.Find("flags") is var flags and >= 0)
        {
            values[flags] = WireEvent.Number(definition.Parameters[flags].Type, access | (making ? CreateFlag : 0));
        }

        return Process(definition, values);
    }

    private List<FieldKnowledge> Process(EventDefinition definition, IReadOnlyList<byte[]?> values)
    {
        var bytes = WireEvent.Write(definition, (ulong)pipeline.Processed + 1, thread, values);
        (type, read) = (-1, []);
        fixed (byte* address = bytes) // pinned for good
        {
            pipeline.Process(new RawEvent(address, bytes.Length), this);
        }

        return type >= 0 ? read : throw new InvalidOperationException($"A sample of {definition.Name} did not come through.");
    }

    private static byte[]? SampleOf(EventDefinition definition, ParameterType type, int position)
    {
        if (position == definition.ResultParameter || (position == definition.FdParameter && (definition.Flags & EventFlags.CreatesFd) != 0))
        {
            return WireEvent.Number(type, (definition.Flags & EventFlags.CreatesFd) != 0 ? Made : WantsSocket(definition) ? NoSocket : 0);
        }

        return type switch
        {
            ParameterType.CharBuf or ParameterType.FsPath or ParameterType.FsRelPath => WireEvent.Text(""),
            ParameterType.Fd or ParameterType.Fd32 => WireEvent.Number(type, IsDirectory(definition, position) ? MachineState.AtWorkingDirectory : Descriptor),
            _ => WireEvent.SizeOf(type) > 0 ? WireEvent.Number(type, 0) : null,
        };
    }

    private static bool IsDirectory(EventDefinition definition, int position) =>
        !takingEmptyPaths.Contains((EventType)definition.Number) && Array.Exists(definition.Parameters.ToArray(), parameter => parameter.Directory == position);
}
