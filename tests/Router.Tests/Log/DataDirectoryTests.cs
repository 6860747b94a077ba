using System.Diagnostics.CodeAnalysis;
using Saker.Router.Log;

namespace Saker.Router.Tests.Log;

public sealed class DataDirectoryTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("saker-").FullName;

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public void A_second_router_is_told_who_holds_the_directory()
    {
        using (DataDirectory.Open(root))
        {
            var error = Assert.Throws<DataDirectoryException>(() => DataDirectory.Open(root));
            Assert.Contains($"process {Environment.ProcessId}", error.Message, StringComparison.Ordinal);
        }

        DataDirectory.Open(root).Dispose();
    }

    [Fact]
    public void A_directory_that_cannot_be_made_is_named_with_a_cure()
    {
        var file = Path.Combine(root, "file");
        File.WriteAllText(file, "");
        var error = Assert.Throws<DataDirectoryException>(() => DataDirectory.Open(Path.Combine(file, "below")));
        Assert.Contains("--data-dir", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    [SuppressMessage("Interoperability", "CA1416", Justification = "The mode is asked for on Unix only.")]
    public async Task The_log_works_on_real_files_that_nobody_else_may_read()
    {
        using var directory = DataDirectory.Open(root);
        await using (var log = LogFixture.Open(directory.Files, directory: directory.Log))
        {
            await LogFixture.FillAsync(log, 200);
        }

        await using var again = LogFixture.Open(directory.Files, directory: directory.Log);
        Assert.Equal((200, 0), LogFixture.ReadAll(again));
        var segment = Assert.Single(Directory.GetFiles(directory.Log));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(segment));
        }
    }
}
