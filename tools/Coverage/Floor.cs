using System.Globalization;

namespace Saker.Coverage;

/// <summary>The least that tests must run of a room, in percent.</summary>
/// <param name="Lines">Of its lines.</param>
/// <param name="Branches">Of its branches.</param>
internal sealed record Floor(int Lines, int Branches)
{
    private const string Head = "room\tlines\tbranches";

    /// <summary>A floor just below what was counted: the order of threads moves it by a line or two.</summary>
    public static Floor Below(CountedRoom room) => new(Lower(room.LineShare), Lower(room.BranchShare));

    /// <summary>Reads the table: room, lines, branches, with tabs between.</summary>
    public static IReadOnlyDictionary<string, Floor> Read(string file) => File.ReadLines(file).Skip(1).Select(static line => line.Split('\t'))
        .ToDictionary(static row => row[0], static row => new Floor(Number(row[1]), Number(row[2])), StringComparer.Ordinal);

    /// <summary>Writes the table.</summary>
    public static void Write(string file, IEnumerable<CountedRoom> rooms) =>
        File.WriteAllLines(file, [Head, .. rooms.Select(static room => (room.Name, Floor: Below(room))).Select(static row => $"{row.Name}\t{row.Floor.Lines}\t{row.Floor.Branches}")]);

    private static int Lower(double share) => Math.Max(0, (int)share - 2);

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
