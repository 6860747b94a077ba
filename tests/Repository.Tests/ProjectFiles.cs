using Saker.Testing;

namespace Saker.Repository.Tests;

/// <summary>The files of a clone: all but what git keeps and what a build or a run makes.</summary>
internal static class ProjectFiles
{
    private static readonly string[] Skipped = [".git", "artifacts", "data", "obj", "bin", "node_modules", "TestResults", ".vs", ".idea"];
    private static readonly string[] TextEnds = [".md", ".cs", ".c", ".h", ".sh", ".py", ".yaml", ".yml", ".props", ".csproj", ".txt", ".globalconfig"];

    /// <summary>Their paths from the project's root, in order.</summary>
    public static IReadOnlyList<string> All { get; } =
        [.. In(new DirectoryInfo(SharedData.ProjectRoot)).Select(static file => Path.GetRelativePath(SharedData.ProjectRoot, file.FullName)).Order(StringComparer.Ordinal)];

    /// <summary>Those that people write and read, but for recordings.</summary>
    public static IEnumerable<string> Text =>
        All.Where(static file => TextEnds.Contains(Path.GetExtension(file)) && (!file.StartsWith("tests/Data/", StringComparison.Ordinal) || file.EndsWith(".md", StringComparison.Ordinal)));

    /// <summary>Files and folders at the root.</summary>
    public static IReadOnlySet<string> Top { get; } = All.Select(static file => file.Split('/')[0]).ToHashSet();

    private static IEnumerable<FileInfo> In(DirectoryInfo folder) => folder.EnumerateFiles()
        .Concat(folder.EnumerateDirectories().Where(static inner => !Skipped.Contains(inner.Name)).SelectMany(In));
}
