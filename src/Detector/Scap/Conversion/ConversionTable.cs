using Saker.Detector.Events;

namespace Saker.Detector.Scap.Conversion;

/// <summary>
/// What each event type of an old capture becomes, worked out once from the event table. A parameter keeps its name through
/// the versions: it is taken from the event itself, else from the start of the same call, else it is there without a value.
/// So all that is written down here is which types went under another number, and the few names that changed.
/// </summary>
internal static class ConversionTable
{
    // Numbers that are on disk and sent no more, with what they became.
    private static readonly (ushort Old, EventType Now)[] successors =
    [
        (11, EventType.BrkV4Exit),
        (12, ExecStart),
        (13, EventType.ExecveV19Exit),
        (15, EventType.CloneV20Exit),
        (16, EventType.ProcexitV1Enter),
        (27, EventType.AcceptV5Exit),
        (57, EventType.Accept4V6Exit),
        (85, EventType.SelectExit),
        (91, EventType.IoctlV3Exit),
        (99, EventType.MkdirV2Exit),
        (101, EventType.RmdirV2Exit),
        (103, EventType.OpenatV2Exit),
        (105, EventType.LinkV2Exit),
        (107, EventType.LinkatV2Exit),
        (109, EventType.UnlinkV2Exit),
        (111, EventType.UnlinkatV2Exit),
        (125, EventType.DupV1Exit),
        (146, EventType.SchedswitchV6Enter),
        (154, ExecStart),
        (155, EventType.ExecveV19Exit),
        (157, EventType.CloneV20Exit),
        (172, ExecStart),
        (173, EventType.ExecveV19Exit),
        (183, EventType.ForkV20Exit),
        (185, EventType.VforkV20Exit),
        (214, ExecStart),
        (215, EventType.ExecveV19Exit),
        (217, EventType.CloneV20Exit),
        (219, EventType.ForkV20Exit),
        (221, EventType.VforkV20Exit),
        (ContainerInFour, EventType.ContainerJsonV2Enter),
        (230, ExecStart),
        (231, EventType.ExecveV19Exit),
        (249, EventType.Accept4V6Exit),
        (259, EventType.UmountV1Exit),
        (272, EventType.ContainerJsonV2Enter),
        (282, ExecStart),
        (283, EventType.ExecveV19Exit),
        (288, ExecStart),
        (289, EventType.ExecveV19Exit),
        (297, EventType.BpfV2Exit),
    ];

    private static readonly (EventType Type, string Now, string Before)[] renamed =
    [
        (EventType.BpfV2Exit, "fd", "res_or_fd"),
        (EventType.DupV1Exit, "oldfd", "fd"),
    ];

    // Numbers that old drivers did not tell, and that Falco takes to be 0.
    private static readonly (EventType Type, string Parameter)[] zeros =
    [
        (EventType.SocketExit, "flags"),
        (EventType.SendmmsgExit, "res"),
        (EventType.RecvmmsgExit, "res"),
        (EventType.FcntlExit, "arg"),
        (EventType.AcceptV5Exit, "queuelen"),
        (EventType.AcceptV5Exit, "queuemax"),
        (EventType.Accept4V6Exit, "queuelen"),
        (EventType.Accept4V6Exit, "queuemax"),
    ];

    private static readonly EventConversion?[] conversions = Build();
    private static readonly uint[] enough = [.. conversions.Select(static conversion => conversion?.Enough ?? 0)];

    /// <summary>
    /// The start of an exec, with the path that it was given. No driver sends it any more, but an event of its own it stays:
    /// Falco counts it.
    /// </summary>
    public const EventType ExecStart = (EventType)292;

    /// <summary>The container event of four parameters (id, type, name, image), before there was one in JSON.</summary>
    public const ushort ContainerInFour = 228;

    /// <summary>True when an event of that type with so many parameters is as current drivers send it. One look-up.</summary>
    public static bool IsCurrent(int type, uint parameters) => (uint)type >= (uint)enough.Length || enough[type] <= parameters;

    /// <summary>What becomes of an event type; null when it is current in any form.</summary>
    public static EventConversion? Find(int type) => (uint)type < (uint)conversions.Length ? conversions[type] : null;

    private static EventConversion?[] Build()
    {
        var table = new EventConversion?[EventTable.Count];
        foreach (var definition in EventTable.All)
        {
            table[definition.Number] = For(definition);
        }

        return table;
    }

    private static EventConversion? For(EventDefinition definition)
    {
        var number = definition.Number;
        if (SuccessorOf(number) is { } successor)
        {
            return Rewritten(definition, successor, uint.MaxValue);
        }

        if ((EventType)number is ExecStart or EventType.ConnectEnter)
        {
            return new EventConversion { Keeps = true, Passes = true, Enough = uint.MaxValue };
        }

        if (definition.IsOld)
        {
            // Only the start of a call can be left; it says something when it has parameters.
            return new EventConversion { Keeps = definition.Parameters.Length > 0, Enough = uint.MaxValue };
        }

        var isManaged = (definition.Flags & EventFlags.ConverterManaged) != 0 && !definition.IsEnter;
        return isManaged ? Rewritten(definition, definition, (uint)definition.Parameters.Length) : null;
    }

    private static EventDefinition? SuccessorOf(int number)
    {
        var now = Array.Find(successors, pair => pair.Old == number).Now;
        return now == default ? null : EventTable.Find((int)now);
    }

    private static EventConversion Rewritten(EventDefinition from, EventDefinition to, uint enough)
    {
        var start = from.IsEnter ? null : SuccessorOf(from.Number - 1) ?? EventTable.Find(from.Number - 1);
        return new EventConversion
        {
            Target = to,
            Start = start?.Number ?? EventConversion.NoStart,
            Enough = enough,
            Sources = [.. to.Parameters.ToArray().Select(parameter => SourceOf(parameter, from, start, to))],
        };
    }

    private static ParameterSource SourceOf(ParameterDefinition parameter, EventDefinition from, EventDefinition? start, EventDefinition to)
    {
        var type = (EventType)to.Number;
        var before = Array.Find(renamed, entry => entry.Type == type && entry.Now == parameter.Name).Before ?? parameter.Name;
        var own = Find(from, parameter.Name, before);
        var ofStart = start is null ? -1 : Find(start, parameter.Name, before);
        var isZero = zeros.Contains((type, parameter.Name));
        return new ParameterSource((sbyte)own, (sbyte)ofStart, (byte)Width(parameter.Type), isZero);
    }

    private static int Find(EventDefinition definition, string name, string before) =>
        definition.Find(name) is >= 0 and var found ? found : definition.Find(before);

    /// <summary>Bytes of a number of a type; 0 for what has no fixed width.</summary>
    private static int Width(ParameterType type) => type switch
    {
        ParameterType.Int8 or ParameterType.UInt8 or ParameterType.Flags8 or ParameterType.EnumFlags8 => 1,
        ParameterType.Int16 or ParameterType.UInt16 or ParameterType.Flags16 or ParameterType.EnumFlags16 or ParameterType.SyscallId => 2,
        ParameterType.Int32 or ParameterType.UInt32 or ParameterType.Flags32 or ParameterType.EnumFlags32
            or ParameterType.Uid or ParameterType.Gid or ParameterType.Mode => 4,
        ParameterType.Int64 or ParameterType.UInt64 or ParameterType.Errno or ParameterType.Fd or ParameterType.Pid
            or ParameterType.RelTime or ParameterType.AbsTime => 8,
        _ => 0,
    };
}

/// <summary>What becomes of the events of one type.</summary>
internal sealed class EventConversion
{
    /// <summary>The type that it is rewritten to; null for the start of a call.</summary>
    public EventDefinition? Target { get; init; }

    /// <summary>The start of an event that has none.</summary>
    public const int NoStart = -1;

    /// <summary>The number of the start whose parameters complete it, or <see cref="NoStart"/>.</summary>
    public int Start { get; init; } = NoStart;

    /// <summary>Where each parameter of the target comes from.</summary>
    public ParameterSource[] Sources { get; init; } = [];

    /// <summary>True for a start whose parameters the end of the call needs.</summary>
    public bool Keeps { get; init; }

    /// <summary>True for a start that is an event of its own as well.</summary>
    public bool Passes { get; init; }

    /// <summary>From so many parameters on the event is a current one.</summary>
    public uint Enough { get; init; }
}

/// <summary>Where a parameter comes from.</summary>
/// <param name="Own">Its place in the event itself; -1 when it is not there.</param>
/// <param name="Start">Its place in the start of the call; -1 when it is not there.</param>
/// <param name="Width">Bytes that it has at most; 0 for any number.</param>
/// <param name="IsZero">True when it is 0, not absent, when neither has it.</param>
internal readonly record struct ParameterSource(sbyte Own, sbyte Start, byte Width, bool IsZero);
