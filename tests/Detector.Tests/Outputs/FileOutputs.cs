using System.Text;
using Saker.Detector.Outputs;

namespace Saker.Detector.Tests.Outputs;

public sealed class FileOutputs : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("saker-").FullName;

    private string Path => System.IO.Path.Combine(folder, "alerts");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_file_that_is_moved_away_or_removed_is_begun_anew(bool keepOpen)
    {
        await using var output = new FileOutput(Path, keepOpen);
        await WriteAsync(output, "one");
        File.Move(Path, Path + ".1");
        await WriteAsync(output, "two");
        File.Delete(Path);
        await WriteAsync(output, "three");
        await File.WriteAllTextAsync(Path + ".new", "another's\n", TestContext.Current.CancellationToken);
        File.Move(Path + ".new", Path, overwrite: true);
        await WriteAsync(output, "four");
        Assert.Equal("one\n", await ReadAsync(Path + ".1"));
        Assert.Equal("another's\nfour\n", await ReadAsync(Path));
    }

    [Fact]
    public async Task A_signal_opens_the_file_anew_and_what_stands_in_it_stays()
    {
        await using var output = new FileOutput(Path, keepOpen: true);
        await WriteAsync(output, "one");
        output.Reopen();
        await WriteAsync(output, "two");
        Assert.Equal("one\ntwo\n", await ReadAsync(Path));
    }

    [Fact]
    public async Task A_full_disk_is_a_fault_and_no_alert_counts_as_written()
    {
        await using var output = new FileOutput("/dev/full", keepOpen: true);
        await Assert.ThrowsAsync<IOException>(() => WriteAsync(output, "one"));
        await Assert.ThrowsAsync<IOException>(() => WriteAsync(output, "two"));
    }

    [Fact]
    public async Task A_folder_that_is_not_there_is_a_fault_until_it_is()
    {
        var path = System.IO.Path.Combine(folder, "later", "alerts");
        await using var output = new FileOutput(path, keepOpen: true);
        await Assert.ThrowsAnyAsync<IOException>(() => WriteAsync(output, "one"));
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        await WriteAsync(output, "one");
        Assert.Equal("one\n", await ReadAsync(path));
    }

    private static async Task WriteAsync(FileOutput output, string line) =>
        await output.WriteAsync(new AlertLine(Encoding.UTF8.GetBytes(line), IsJson: false), TestContext.Current.CancellationToken);

    // Others may have it open.
    private static async Task<string> ReadAsync(string path)
    {
        await using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
    }
}
