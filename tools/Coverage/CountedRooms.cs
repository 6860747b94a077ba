using System.Text.Json;

namespace Saker.Coverage;

/// <summary>What the tests ran of one room.</summary>
/// <param name="Name">The room: its folder below <c>src</c>.</param>
/// <param name="Lines">Lines that can be run.</param>
/// <param name="LinesRun">Those that were.</param>
/// <param name="Branches">Ways that a decision can go.</param>
/// <param name="BranchesRun">Those that were gone.</param>
internal sealed record CountedRoom(string Name, int Lines, int LinesRun, int Branches, int BranchesRun)
{
    /// <summary>The share of lines that were run, in percent.</summary>
    public double LineShare => Share(LinesRun, Lines);

    /// <summary>The share of branches that were gone, in percent.</summary>
    public double BranchShare => Share(BranchesRun, Branches);

    private static double Share(int part, int whole) => whole == 0 ? 100 : 100.0 * part / whole;
}

/// <summary>Adds up coverlet's JSON (module, file, class, method, lines with hits) by room.</summary>
internal static class CountedRooms
{
    // Programs and families of outputs: there the folders are the rooms.
    private static readonly string[] houses = ["Detector", "Router", "Outputs"];

    /// <summary>The rooms, by name.</summary>
    /// <param name="file">The report.</param>
    /// <param name="source">The folder <c>src</c>; files elsewhere are left out.</param>
    public static IReadOnlyList<CountedRoom> Read(string file, string source)
    {
        using var report = JsonDocument.Parse(File.ReadAllBytes(file));
        var rooms = new SortedDictionary<string, CountedRoom>(StringComparer.Ordinal);
        foreach (var document in report.RootElement.EnumerateObject().SelectMany(static module => module.Value.EnumerateObject()))
        {
            if (RoomOf(Path.GetRelativePath(source, document.Name)) is not { } name)
            {
                continue;
            }

            var methods = document.Value.EnumerateObject().SelectMany(static type => type.Value.EnumerateObject()).Select(static method => method.Value).ToList();
            var lines = methods.SelectMany(static method => method.GetProperty("Lines").EnumerateObject()).Select(static line => line.Value.GetInt64()).ToList();
            var branches = methods.SelectMany(static method => method.GetProperty("Branches").EnumerateArray()).Select(static branch => branch.GetProperty("Hits").GetInt64()).ToList();
            var room = rooms.GetValueOrDefault(name) ?? new CountedRoom(name, 0, 0, 0, 0);
            rooms[name] = room with
            {
                Lines = room.Lines + lines.Count,
                LinesRun = room.LinesRun + lines.Count(static hits => hits > 0),
                Branches = room.Branches + branches.Count,
                BranchesRun = room.BranchesRun + branches.Count(static hits => hits > 0),
            };
        }

        return [.. rooms.Values];
    }

    private static string? RoomOf(string path)
    {
        var parts = path.Split(Path.DirectorySeparatorChar);
        return parts[0] == ".." || Path.IsPathRooted(path) ? null
            : parts.Length > 2 && houses.Contains(parts[0], StringComparer.Ordinal) ? $"{parts[0]}/{parts[1]}"
            : parts[0];
    }
}
