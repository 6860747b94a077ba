using System.Globalization;
using Saker.Testing;

namespace Saker.Outputs.Tests.Recorded;

/// <summary>Counts recorded cases: <c>test.sh</c> adds up what each configuration left in <c>artifacts/recorded</c>, and says it in its last lines.</summary>
internal static class RecordedTally
{
    /// <summary>Notes a configuration of an output.</summary>
    /// <param name="output">Gets the line for people.</param>
    /// <param name="type">The output.</param>
    /// <param name="variant">The configuration.</param>
    /// <param name="agreeing">Cases that agree.</param>
    /// <param name="compared">Cases that were compared.</param>
    /// <param name="leftOut">Cases that are not to agree, each with a reason in the test.</param>
    public static void Note(ITestOutputHelper output, string type, string variant, int agreeing, int compared, int leftOut)
    {
        output.WriteLine($"{type}/{variant}: {agreeing} of {compared} agree, {leftOut} are not to.");
        var folder = Directory.CreateDirectory(Path.Combine(SharedData.ProjectRoot, "artifacts", "recorded")).FullName;
        File.WriteAllText(Path.Combine(folder, $"{type}.{variant}.txt"), string.Create(CultureInfo.InvariantCulture, $"{agreeing} {compared} {leftOut}\n"));
    }
}
