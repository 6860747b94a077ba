using Xunit;

namespace Saker.Testing;

/// <summary>Recorded facts that lie beside the project in <c>../shared</c>. Who clones the project alone has none of it.</summary>
public static class SharedData
{
    /// <summary>The path of a recorded file or folder. Without it the test is skipped, and in CI (CI=true) it fails.</summary>
    public static string Path(params string[] parts)
    {
        var path = System.IO.Path.Combine([Root, .. parts]);
        if (File.Exists(path) || Directory.Exists(path))
        {
            return path;
        }

        var message = $"The recorded data '{System.IO.Path.Combine(parts)}' is not beside the project (looked in {Root}).";
        if (Environment.GetEnvironmentVariable("CI") == "true")
        {
            Assert.Fail(message);
        }

        Assert.Skip(message);
        return path;
    }

    /// <summary>The project's own root: the folder that holds <c>Router.sln</c>.</summary>
    public static string ProjectRoot { get; } = FindProjectRoot();

    private static string Root => System.IO.Path.GetFullPath(System.IO.Path.Combine(ProjectRoot, "..", "shared"));

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
