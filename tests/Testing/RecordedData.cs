using System.IO.Compression;
using System.Text;
using Xunit;

namespace Saker.Testing;

/// <summary>What was recorded from Falco and Falcosidekick on inputs of our own: <c>tests/Data</c>, which every clone has.</summary>
public static class RecordedData
{
    /// <summary>The path of a recorded file or folder, for those who read it as it is. For text see <see cref="Lines"/>.</summary>
    public static string Path(params string[] parts)
    {
        var path = At(parts);
        Assert.True(File.Exists(path) || Directory.Exists(path), Missing(path));
        return path;
    }

    /// <summary>The content of a recorded file, unpacked where it is kept as <c>NAME.gz</c>.</summary>
    public static byte[] Bytes(params string[] parts)
    {
        var path = At(parts);
        if (File.Exists(path))
        {
            return File.ReadAllBytes(path);
        }

        Assert.True(File.Exists(path + ".gz"), Missing(path));
        using var packed = new GZipStream(File.OpenRead(path + ".gz"), CompressionMode.Decompress);
        using var content = new MemoryStream();
        packed.CopyTo(content);
        return content.ToArray();
    }

    /// <summary>The lines of a recorded text, unpacked where it is kept as <c>NAME.gz</c>. Only a line feed ends a line: other ends may stand inside.</summary>
    public static string[] Lines(params string[] parts) =>
        Encoding.UTF8.GetString(Bytes(parts)).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static string At(string[] parts) => System.IO.Path.Combine([SharedData.ProjectRoot, "tests", "Data", .. parts]);

    private static string Missing(string path) =>
        $"{path} is not there: a recording that a test reads gets a line in eng/recorded-data.py, and is committed (tests/Data/README.md).";
}
