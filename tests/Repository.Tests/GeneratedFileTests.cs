using Saker.DocGen;
using Saker.Testing;

namespace Saker.Repository.Tests;

/// <summary>Reference pages, examples and the schema come from the option records; nobody edits them.</summary>
public sealed class GeneratedFileTests
{
    [Fact]
    public async Task Generated_pages_are_current()
    {
        var stale = (await GeneratedFiles.AllAsync())
            .Where(file => ReadOrEmpty(Path.Combine(SharedData.ProjectRoot, file.Key)) != file.Value)
            .Select(file => file.Key).ToList();
        Assert.True(stale.Count == 0, $"Not current: {string.Join(", ", stale)}. Refresh them with: dotnet run --project tools/DocGen");
    }

    private static string ReadOrEmpty(string path) => File.Exists(path) ? File.ReadAllText(path) : "";
}
