using System.Collections.Frozen;
using System.Globalization;
using System.Reflection;
using System.Text;

namespace Saker.Detector.Events;

/// <summary>
/// The driver's event table, its flag tables and its numbers of system calls, read once from the tables beside this file
/// (written by <c>eng/event-tables.py</c>).
/// </summary>
internal static class EventTable
{
    private static readonly FrozenDictionary<string, FlagTable> flagTables = ReadFlags();
    private static readonly EventDefinition?[] events = ReadEvents();
    private static readonly byte[]?[] systemCalls = ReadSystemCalls();
    private static readonly FrozenDictionary<int, int> nativeCalls = Drivers.ModernEbpf.GenericCalls.All
        .Where(static call => call.Native64 > 0).ToFrozenDictionary(static call => call.Native64, static call => call.Code);

    /// <summary>Numbers end below this.</summary>
    public static int Count => events.Length;

    /// <summary>The definition of an event type; null for a number that the table does not have.</summary>
    public static EventDefinition? Find(int number) => (uint)number < (uint)events.Length ? events[number] : null;

    /// <summary>Every event type.</summary>
    public static IEnumerable<EventDefinition> All => events.OfType<EventDefinition>();

    /// <summary>The flag table of that name.</summary>
    public static FlagTable Flags(string name) => flagTables[name];

    /// <summary>The name of a system call by its <c>ppm_sc</c> number; empty when unknown.</summary>
    public static ReadOnlySpan<byte> SystemCall(int number) => (uint)number < (uint)systemCalls.Length ? systemCalls[number] : default;

    /// <summary>The <c>ppm_sc</c> number of the system call that a generic event is about; 0 when it is none that is known.</summary>
    public static int GenericCall(in EventView view)
    {
        var told = (int)view.Unsigned(GenericExit.Id);
        // A driver that did not know the call yet gave its number on x86-64 alone.
        return told != 0 ? told : nativeCalls.GetValueOrDefault((int)view.Unsigned(GenericExit.NativeID));
    }

    /// <summary>Numbers and names of all system calls.</summary>
    public static IEnumerable<(int Number, string Name)> SystemCalls =>
        systemCalls.Index().Where(static c => c.Item is not null).Select(static c => (c.Index, Encoding.UTF8.GetString(c.Item!)));

    /// <summary>Lines of an embedded table, split at tabs.</summary>
    public static IEnumerable<string[]> ReadRows(string resource)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(resource)
            ?? throw new InvalidOperationException($"The table {resource} is not part of the program.");
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            yield return line.Split('\t');
        }
    }

    private static FrozenDictionary<string, FlagTable> ReadFlags() => ReadRows("flags.tsv")
        .GroupBy(static row => row[0])
        .ToFrozenDictionary(static group => group.Key, static group => new FlagTable(
            group.Key,
            [.. group.Select(static row => (PinnedBytes.Of(row[1]), (uint)long.Parse(row[2], CultureInfo.InvariantCulture)))]));

    private static byte[]?[] ReadSystemCalls()
    {
        var rows = ReadRows("syscalls.tsv").Select(static row => (Number: Number(row[0]), Name: row[1])).ToList();
        var names = new byte[]?[rows.Max(static row => row.Number) + 1];
        foreach (var (number, name) in rows)
        {
            names[number] = PinnedBytes.Of(name);
        }

        return names;
    }

    private static EventDefinition?[] ReadEvents()
    {
        var rows = ReadRows("events.tsv").ToList();
        var table = new EventDefinition?[rows.Max(static row => Number(row[0])) + 1];
        foreach (var row in rows)
        {
            var number = Number(row[0]);
            table[number] = new EventDefinition(
                number,
                row[1] == "enter",
                row[2],
                Parse<EventCategory>(row[3]),
                Parse<EventFlags>(row[4]),
                [.. row[5].Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(ReadParameter)]);
        }

        return table;
    }

    private static ParameterDefinition ReadParameter(string text)
    {
        var parts = text.Split(':');
        var info = parts.Length > 3 ? parts[3] : "";
        const string relative = "DIRFD_PARAM(";
        var directory = info.StartsWith(relative, StringComparison.Ordinal) ? Number(info[relative.Length..^1]) : -1;
        return new ParameterDefinition(
            parts[0],
            Parse<ParameterType>(parts[1]),
            parts.Length > 2 ? Enum.Parse<PrintFormat>(parts[2], ignoreCase: true) : PrintFormat.Na,
            flagTables.GetValueOrDefault(info),
            directory);
    }

    private static T Parse<T>(string names) where T : struct, Enum =>
        Enum.Parse<T>(names.Replace("_", "", StringComparison.Ordinal).Replace('|', ','), ignoreCase: true);

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
