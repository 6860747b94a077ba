using System.Globalization;
using Xunit;

namespace Saker.Testing;

/// <summary>Counts what agrees with Falcosidekick's recordings of everything but outputs: <c>test.sh</c> says it in its last lines.</summary>
public static class RecordedCases
{
    /// <summary>Notes the cases of one recording.</summary>
    /// <param name="output">Gets the line for people.</param>
    /// <param name="kind">What was recorded, as people call it.</param>
    /// <param name="agreeing">Cases that agree.</param>
    /// <param name="compared">Cases that are to agree.</param>
    /// <param name="notTo">Cases that are not to, each with a line in docs/falcosidekick-differences.md.</param>
    public static void Note(ITestOutputHelper output, string kind, int agreeing, int compared, int notTo)
    {
        output.WriteLine($"{agreeing} of {compared} agree, {notTo} are not to.");
        var folder = Directory.CreateDirectory(Path.Combine(SharedData.ProjectRoot, "artifacts", "recorded", "cases")).FullName;
        File.WriteAllText(Path.Combine(folder, $"{kind}.txt"), string.Create(CultureInfo.InvariantCulture, $"{agreeing} {compared} {notTo}\n"));
    }
}
