using System.Text.RegularExpressions;
using Saker.Testing;

namespace Saker.Repository.Tests;

/// <summary>What tests read: recordings lie in <c>tests/Data</c>, and only other people's files lie outside.</summary>
public sealed partial class RecordedDataTests
{
    /// <summary>
    /// What may be read from outside: Falco's charts, its rules and what comes of them, its old captures and what comes of those
    /// (by a variable's name), and the recordings themselves, to be compared.
    /// </summary>
    private static readonly string[] Outside =
        ["charts(/.*)?", "falco/rules.*", "falco/expected/alerts", "falco/captures(/(cat_write|open-multiple-files).scap)?", "falco/expected", "sidekick/alerts"];

    [Fact]
    public void Tests_read_recordings_from_the_clone()
    {
        var wrong = Directory.EnumerateFiles(Path.Combine(SharedData.ProjectRoot, "tests"), "*.cs", SearchOption.AllDirectories)
            .SelectMany(static file => FromOutside().Matches(File.ReadAllText(file)).Select(match => (File: Path.GetFileName(file), Call: match.Value)))
            .Where(static found => !Array.Exists(Outside, allowed => Regex.IsMatch(Folder(found.Call), $"^{allowed}$")))
            .Select(static found => $"{found.File}: {found.Call}");
        Assert.Empty(wrong);
    }

    [Fact]
    public async Task The_committed_recordings_are_those_that_were_made()
    {
        var recordings = Path.GetFullPath(Path.Combine(SharedData.Path("sidekick", "alerts"), "..", ".."));
        await using var check = ProcessRunner.Start("python3", [Path.Combine(SharedData.ProjectRoot, "eng", "recorded-data.py"), "--check", recordings]);
        Assert.True(await check.WaitForExitAsync(TimeSpan.FromMinutes(2)) == 0, string.Join('\n', check.Lines));
    }

    private static string Folder(string call) => string.Join('/', Word().Matches(call).Select(static word => word.Groups[1].Value));

    // The words up to the first that is not written out.
    [GeneratedRegex("""SharedData\.Path\((\s*"[^"]*"\s*,?)*""")]
    private static partial Regex FromOutside();

    [GeneratedRegex("\"([^\"]*)\"")]
    private static partial Regex Word();
}
