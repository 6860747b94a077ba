using System.Globalization;
using Saker.Detector.Containers;
using Saker.Detector.Events;
using Saker.Settings;
using Saker.Text;

namespace Saker.Detector.RuleTools.Scenes;

/// <summary>
/// Makes real events of what people write. A process that an event names is made by a clone and an exec before the events of the
/// scene, a descriptor by an open or a connect, a container by the record that a runtime would have told; then the event itself
/// follows with the parameters that were given, and with what the kernel would have told beside them.
/// </summary>
internal sealed class SceneBuilder
{
    private const ulong Second = 1_000_000_000, Millisecond = 1_000_000;
    
    // Beyond what people write themselves.
    private const long FirstPid = 1_000_000;

    /// <summary>When the first event happens, unless something else is said: 2026-01-01, as a day like others.</summary>
    private static readonly DateTimeOffset beginning = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly Dictionary<string, EventDefinition> ends = EventTable.All
        .Where(static definition => definition is { IsEnter: false, IsOld: false } && (definition.Category & EventCategory.Syscall) != 0
            && (definition.Flags & EventFlags.Unused) == 0 && definition.Name is not ("NA" or "syscall"))
        .GroupBy(static definition => definition.Name, StringComparer.Ordinal)
        .ToDictionary(static same => same.Key, static same => same.MaxBy(static definition => definition.Number)!, StringComparer.Ordinal);

    private readonly Dictionary<SceneProcess, PlacedProcess> byLooks = [];
    private readonly Dictionary<long, PlacedProcess> byPid = [];
    private readonly Dictionary<string, ContainerRecord> containers = new(StringComparer.Ordinal);
    private readonly SceneReader reader;
    private readonly SceneProcessWriter before;
    private PlacedProcess? last;
    private long nextPid = FirstPid;
    private ulong time = NanosecondsOf(beginning);

    public SceneBuilder()
    {
        reader = new SceneReader(this);
        before = new SceneProcessWriter(Scene, NanosecondsOf(beginning) - (60 * Second));
    }

    /// <summary>What was made.</summary>
    public Scene Scene { get; } = new();

    /// <summary>Takes a container; its whole id is returned.</summary>
    public string Use(ContainerRecord record)
    {
        var named = record with { Id = ContainerRecord.ShortIdOf(record.FullId) };
        if (!containers.TryGetValue(named.FullId, out var known) || known.Image.Length == 0)
        {
            containers[named.FullId] = named;
            before.Tell(named);
        }

        return named.FullId;
    }

    /// <summary>Adds an event, or tells what is wrong with it.</summary>
    /// <param name="section">The event.</param>
    /// <param name="defaults">Process, user and container where the event names none.</param>
    public void Add(Section section, Section defaults)
    {
        var definition = DefinitionOf(section, out var call);
        var isExec = definition is not null && IsExec(definition);
        var described = reader.Process(section, section.Has("proc") || last is null || defaults.Has("proc") ? defaults : null);
        if (described is null && last is not null && (section.Has("user") || section.Has("container")))
        {
            section.Fault(section.Has("user") ? "user" : "container", "This belongs to a process, and the event names none; write 'proc' as well.");
        }

        ReadTime(section);
        var process = described is null ? last : Place(described, isExec, section);
        if (process is null)
        {
            section.Faults.Error(section.Source, section.Join("proc"), "The first event of a case needs the process that it happens in: proc: {name: cat, parent: bash}.");
        }
        else if (definition is not null)
        {
            last = process;
            new SceneDescriptorReader(before).Open(section, process);
            Write(definition, call, process, section);
        }

        section.Find("fd");
        section.Finish();
    }

    private void Write(EventDefinition definition, int call, PlacedProcess process, Section section)
    {
        var given = Given(definition, section);
        if (given is null)
        {
            return;
        }

        var told = IsExec(definition) || IsClone(definition) ? SceneProcessWriter.ValuesOf(process, IsExec(definition)) : [];
        var defaults = new ParameterDefaults(definition, process, given, told) { Call = call, NewPid = () => nextPid++, OpenSocket = address => before.OpenSocket(process, address) };
        var values = new byte[]?[definition.Parameters.Length];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = given.GetValueOrDefault(definition.Parameters[i].Name) ?? defaults.Of(i);
        }

        defaults.Took(values);
        Scene.Events.Add(WireEvent.Write(definition, time, process.Tid, values));
        time += Millisecond;
    }

    /// <summary>The parameters that were written, by name; null after a fault.</summary>
    private Dictionary<string, byte[]>? Given(EventDefinition definition, Section section)
    {
        var given = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        if (section.Find("params") is not { } node)
        {
            return given;
        }

        if (node is not ConfigMap map)
        {
            section.Faults.Error(node.Source, section.Join("params"), "Parameters belong here, by their names: params: {name: /etc/shadow, flags: O_RDONLY}.");
            return null;
        }

        var good = true;
        foreach (var entry in map.Entries)
        {
            var path = $"{section.Join("params")}.{entry.Key}";
            var index = definition.Find(entry.Key);
            if (index < 0)
            {
                var names = definition.Parameters.ToArray().Select(static parameter => parameter.Name).ToList();
                section.Faults.Error(entry.KeySource, path, $"'{definition.Name}' has no such parameter, but {string.Join(", ", names)}{NearestWord.Hint(entry.Key, names)}");
                good = false;
            }
            else if (entry.Value is not ConfigScalar { IsNull: true })
            {
                if (ParameterText.Encode(definition.Parameters[index], entry.Value, reader.Users, out var problem) is { } bytes)
                {
                    given[entry.Key] = bytes;
                }
                else
                {
                    section.Faults.Error(entry.Value.Source, path, problem);
                    good = false;
                }
            }
        }

        return good ? given : null;
    }

    private static EventDefinition? DefinitionOf(Section section, out int call)
    {
        call = 0;
        if (section.Required("event", "the name of the event, as in evt.type: event: openat.") is not { } name)
        {
            return null;
        }

        if (ends.TryGetValue(name, out var definition))
        {
            return definition;
        }

        // Calls without an event of their own come as their names alone.
        if (EventTable.SystemCalls.FirstOrDefault(known => known.Name == name) is { Name: not null } generic)
        {
            call = generic.Number;
            return EventTable.Find((int)EventType.GenericExit);
        }

        var hint = NearestWord.Hint(name, ends.Keys.Concat(EventTable.SystemCalls.Select(static known => known.Name)));
        section.Fault("event", $"'{name}' is no event of a system call{hint} 'saker-detector events' lists them.");
        return null;
    }

    private PlacedProcess Place(SceneProcess looks, bool isExec, Section? section)
    {
        var known = looks.Pid is { } pid ? byPid.GetValueOrDefault(pid) : byLooks.GetValueOrDefault(looks);
        if (known is not null)
        {
            if (known.Looks != looks && !isExec)
            {
                section?.Fault("proc", $"The process {known.Tid} was described otherwise before; give it another 'pid', or let it change by an 'execve'.");
            }

            known.Looks = looks;
            return known;
        }

        var parent = looks.Parent is null ? null : Place(looks.Parent, isExec: false, section);
        while (looks.Pid is null && byPid.ContainsKey(nextPid))
        {
            nextPid++;
        }

        var placed = new PlacedProcess(looks.Pid ?? nextPid++, looks, parent);
        byLooks[looks] = placed;
        byPid[placed.Tid] = placed;
        before.Make(placed, isExec);
        return placed;
    }

    private void ReadTime(Section section)
    {
        if (section.Text("time") is not { } text)
        {
            return;
        }

        if (!DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var given) || given < beginning.AddYears(-50))
        {
            section.Fault("time", $"'{text}' is no time; write it as 2026-01-31T12:00:00.5Z.");
        }
        else if (NanosecondsOf(given) < time && Scene.Events.Count > 0)
        {
            section.Fault("time", $"'{text}' is before the event above; events stand in the order in which they happen.");
        }
        else
        {
            time = NanosecondsOf(given);
        }
    }

    private static ulong NanosecondsOf(DateTimeOffset moment) => (ulong)(moment - DateTimeOffset.UnixEpoch).Ticks * 100;

    private static bool IsExec(EventDefinition definition) => (EventType)definition.Number is EventType.ExecveV19Exit or EventType.ExecveatExit;

    private static bool IsClone(EventDefinition definition) =>
        (EventType)definition.Number is EventType.CloneV20Exit or EventType.Clone3Exit or EventType.ForkV20Exit or EventType.VforkV20Exit;
}
