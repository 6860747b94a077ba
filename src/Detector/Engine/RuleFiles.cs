using System.Text;
using Saker.Rules.Yaml;

namespace Saker.Detector.Engine;

/// <summary>Reads rule files from the disk.</summary>
internal static class RuleFiles
{
    private const long MaxBytes = 16 * 1024 * 1024;

    /// <summary>The files of paths; of a folder its <c>.yaml</c> and <c>.yml</c> files in the order of their names.</summary>
    /// <param name="paths">Files and folders.</param>
    /// <returns>The files; one that cannot be read is there with its fault.</returns>
    public static IReadOnlyList<RuleFile> Read(IEnumerable<string> paths)
    {
        var files = new List<RuleFile>();
        foreach (var path in paths)
        {
            try
            {
                foreach (var file in Expand([path]))
                {
                    files.Add(ReadFile(file));
                }
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                files.Add(RuleFile.Unreadable(path, exception.Message));
            }
        }

        return files;
    }

    /// <summary>The paths of files and folders, with the files of a folder in its place.</summary>
    public static IEnumerable<string> Expand(IEnumerable<string> paths) =>
        paths.SelectMany(static path => Directory.Exists(path) ? InFolder(path) : [path]);

    private static IEnumerable<string> InFolder(string folder) =>
        Directory.EnumerateFiles(folder).Where(static file => Path.GetExtension(file) is ".yaml" or ".yml").Order(StringComparer.Ordinal);

    private static RuleFile ReadFile(string path)
    {
        using var stream = File.OpenRead(path);
        if (stream.Length > MaxBytes)
        {
            return RuleFile.Unreadable(path, $"A rule file has at most {MaxBytes >> 20} MiB.");
        }

        using var reader = new StreamReader(stream, Encoding.UTF8);
        return new RuleFile(path, reader.ReadToEnd());
    }
}
