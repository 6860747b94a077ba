using Xunit;

namespace Saker.Testing;

/// <summary>
/// Files of Falco's and Falcosidekick's own (rule files, old captures, charts), which lie outside of the project: in <c>../shared</c>,
/// or where SAKER_SHARED says. Who clones the project alone has none of them. What was recorded is <see cref="RecordedData"/>.
/// </summary>
public static class SharedData
{
    private const string None = "none";

    /// <summary>
    /// The path of such a file or folder. Without it the test is skipped. In CI (CI=true) it fails, unless SAKER_SHARED=none says
    /// that the project is tested alone.
    /// </summary>
    public static string Path(params string[] parts)
    {
        if (Exists(parts))
        {
            return At(parts);
        }

        if (Choice != None && Environment.GetEnvironmentVariable("CI") == "true")
        {
            Assert.Fail($"There is no {At(parts)}, and CI wants it (docs/developing.md).");
        }

        Assert.Skip($"Needs {System.IO.Path.Combine(parts)}, which is not part of Saker (docs/developing.md says where to put it).");
        return At(parts);
    }

    /// <summary>Whether it is there, for tests that do less without it.</summary>
    public static bool Exists(params string[] parts) => Choice != None && (File.Exists(At(parts)) || Directory.Exists(At(parts)));

    /// <summary>The project's own root: the folder that holds <c>Router.sln</c>.</summary>
    public static string ProjectRoot { get; } = FindProjectRoot();

    private static string? Choice => Environment.GetEnvironmentVariable("SAKER_SHARED");

    private static string At(string[] parts) =>
        System.IO.Path.GetFullPath(System.IO.Path.Combine([string.IsNullOrEmpty(Choice) ? System.IO.Path.Combine(ProjectRoot, "..", "shared") : Choice, .. parts]));

    private static string FindProjectRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "Router.sln")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException($"No Router.sln above {AppContext.BaseDirectory}.");
    }
}
