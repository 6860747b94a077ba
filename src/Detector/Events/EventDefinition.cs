using System.Text;

namespace Saker.Detector.Events;

/// <summary>One row of the driver's event table.</summary>
internal sealed class EventDefinition(
    int number, bool isEnter, string name, EventCategory category, EventFlags flags, ParameterDefinition[] parameters)
{
    /// <summary>The event type's number on the wire.</summary>
    public int Number { get; } = number;

    /// <summary>True for the event at a call's start.</summary>
    public bool IsEnter { get; } = isEnter;

    /// <summary>The name that rules use: <c>openat</c>.</summary>
    public string Name { get; } = name;

    /// <summary><see cref="Name"/> as bytes at a fixed address.</summary>
    public byte[] Utf8Name { get; } = PinnedBytes.Of(name);

    /// <summary>What the event is about.</summary>
    public EventCategory Category { get; } = category;

    /// <summary>What it does to state and descriptors.</summary>
    public EventFlags Flags { get; } = flags;

    /// <summary>The parameters, in wire order.</summary>
    public ReadOnlySpan<ParameterDefinition> Parameters => parameters;

    /// <summary>Bytes of a parameter's length on the wire.</summary>
    public int LengthSize { get; } = (flags & EventFlags.LargePayload) != 0 ? sizeof(uint) : sizeof(ushort);

    /// <summary>Position of the descriptor that the event uses; -1 when it uses none.</summary>
    public int FdParameter { get; } = FindFd(flags, parameters);

    /// <summary>Position of the call's result; -1 when it has none.</summary>
    public int ResultParameter { get; } = FindResult(isEnter, parameters);

    /// <summary>True for a call of the old style, or one never sent.</summary>
    public bool IsOld => (Flags & EventFlags.OldVersion) != 0;

    /// <summary>The position of a parameter by name; -1 when there is none.</summary>
    public int Find(string parameter)
    {
        for (var i = 0; i < parameters.Length; i++)
        {
            if (parameters[i].Name == parameter)
            {
                return i;
            }
        }

        return -1;
    }

    private static int FindFd(EventFlags flags, ParameterDefinition[] parameters)
    {
        if ((flags & (EventFlags.UsesFd | EventFlags.CreatesFd | EventFlags.DestroysFd)) == 0)
        {
            return -1;
        }
        // A descriptor that was made is the result, which comes first; one that is used is the first of type FD. fcntl and
        // splice are about another than the first.
        var first = Array.FindIndex(parameters, static p => p.Type == ParameterType.Fd);
        var preferred = Array.FindIndex(parameters, static p => p is { Name: "fd_out", Type: ParameterType.Fd });
        if ((flags & EventFlags.CreatesFd) == 0 && first == 0)
        {
            preferred = Array.FindIndex(parameters, 1, static p => p.Type == ParameterType.Fd);
        }

        if (first < 0 && (flags & EventFlags.CreatesFd) != 0)
        {
            return 0; // the result, which is not typed as a descriptor
        }

        return preferred >= 0 ? preferred : first;
    }

    private static int FindResult(bool isEnter, ParameterDefinition[] parameters)
    {
        if (isEnter || parameters.Length == 0)
        {
            return -1;
        }

        return parameters[0] is { Name: "res" } or { Name: "fd", Type: ParameterType.Fd } or { Type: ParameterType.Uid or ParameterType.Gid } ? 0 : -1;
    }
}

/// <summary>A parameter of an event type.</summary>
internal sealed class ParameterDefinition(string name, ParameterType type, PrintFormat format, FlagTable? table, int directory)
{
    /// <summary>The name that rules use: <c>flags</c> in <c>evt.arg.flags</c>.</summary>
    public string Name { get; } = name;

    /// <summary><see cref="Name"/> as bytes at a fixed address.</summary>
    public byte[] Utf8Name { get; } = PinnedBytes.Of(name);

    /// <summary>The encoding.</summary>
    public ParameterType Type { get; } = type;

    /// <summary>How a number is printed.</summary>
    public PrintFormat Format { get; } = format;

    /// <summary>Names of flags or of values; null when there are none.</summary>
    public FlagTable? Table { get; } = table;

    /// <summary>For a relative path, the position of the descriptor of the directory it starts from; -1 otherwise.</summary>
    public int Directory { get; } = directory;
}

/// <summary>Names of a set of flags or of an enumeration, in the driver's order and values.</summary>
internal sealed class FlagTable(string name, (byte[] Name, uint Value)[] entries)
{
    /// <summary>The table's name.</summary>
    public string Name { get; } = name;

    /// <summary>Names and values.</summary>
    public ReadOnlySpan<(byte[] Name, uint Value)> Entries => entries;

    /// <summary>The name of exactly that value; empty when there is none.</summary>
    public ReadOnlySpan<byte> NameOf(uint value)
    {
        foreach (var entry in entries)
        {
            if (entry.Value == value)
            {
                return entry.Name;
            }
        }

        return default;
    }
}

/// <summary>Bytes that the collector never moves, so that field values may point at them.</summary>
internal static class PinnedBytes
{
    /// <summary>A text in UTF-8, at a fixed address.</summary>
    public static byte[] Of(string text) => Of(Encoding.UTF8.GetBytes(text));

    /// <summary>A copy at a fixed address.</summary>
    public static byte[] Of(ReadOnlySpan<byte> bytes)
    {
        var pinned = GC.AllocateUninitializedArray<byte>(bytes.Length, pinned: true);
        bytes.CopyTo(pinned);
        return pinned;
    }
}
