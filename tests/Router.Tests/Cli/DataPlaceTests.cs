using Microsoft.Extensions.Logging.Abstractions;
using Saker.Router.Cli;
using Saker.Router.Configuration;
using Saker.Router.Delivery;
using Saker.Router.Hosting;
using Saker.Router.Log;
using Saker.Router.Options;
using Saker.Settings;

namespace Saker.Router.Tests.Cli;

public sealed class DataPlaceTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("saker-places").FullName;
    private readonly string closed;

    // A file in the way can be passed by no user, root included.
    public DataPlaceTests()
    {
        closed = Path.Combine(folder, "closed");
        File.WriteAllText(closed, "");
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void The_first_place_that_can_be_written_is_taken()
    {
        var usual = Directory.CreateDirectory(Path.Combine(folder, "usual")).FullName;
        Assert.Equal(DataPlaceKind.Lasting, DefaultDataDirectory.Choose(Durability.Fsync, Places(usual, "temporary")).Kind);
        Assert.False(Directory.Exists(Path.Combine(folder, "temporary")));
        Assert.Equal(DataPlaceKind.Temporary, DefaultDataDirectory.Choose(Durability.Fsync, Places("absent", "temporary")).Kind);
    }

    [Fact]
    public void Memory_is_taken_only_where_memory_is_enough()
    {
        var places = Places("absent", Path.Combine(closed, "temporary"));
        var refused = Assert.Throws<IOException>(() => DefaultDataDirectory.Choose(Durability.Fsync, places));
        Assert.Contains($"{Path.Combine(folder, "absent")} (it does not exist)", refused.Message, StringComparison.Ordinal);
        Assert.Contains("--data-dir or the variable DATA_DIR", refused.Message, StringComparison.Ordinal);
        Assert.Contains("delivery.durability: memory", refused.Message, StringComparison.Ordinal);
        Assert.Equal(new DataPlace(Path.Combine(folder, "memory"), DataPlaceKind.Memory), DefaultDataDirectory.Choose(Durability.Memory, places));
    }

    [Fact]
    public void A_place_that_others_may_enter_is_not_used()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var open = Directory.CreateDirectory(Path.Combine(folder, "temporary"), (UnixFileMode)0b111_111_111).FullName;
        File.SetUnixFileMode(open, (UnixFileMode)0b111_111_111);
        var refused = Assert.Throws<IOException>(() => DefaultDataDirectory.Choose(Durability.Fsync, Places("absent", "temporary")));
        Assert.Contains("is not this user's alone; remove it", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Sizes_fit_into_the_memory_that_there_is()
    {
        var options = MemoryBounds.Fit(new RouterOptions(), 64 << 20);
        Assert.Equal(4 << 20, options.Log.SegmentSize.Bytes);
        Assert.Equal(8 << 20, options.Log.FreeSpaceReserve.Bytes);
        var sum = options.Log.HistorySize.Bytes + options.Delivery.Backlog.Bytes + options.Delivery.DeadLetterSize.Bytes + options.Log.FreeSpaceReserve.Bytes;
        Assert.InRange(sum, 1, 64 << 20);
        Assert.Equal(new RouterOptions().Log, MemoryBounds.Fit(new RouterOptions(), 1L << 40).Log);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Questions_make_nothing(bool withFolder)
    {
        if (withFolder)
        {
            Directory.CreateDirectory(Path.Combine(folder, "usual"));
        }

        var before = Tree();
        foreach (var needsFiles in new[] { false, true })
        {
            var asked = await Assert.ThrowsAsync<IOException>(() => ControlCommands.OpenAsync(Configuration, null, Places("usual", "temporary"), needsFiles, TestContext.Current.CancellationToken));
            Assert.Contains("--data-dir or DATA_DIR", asked.Message, StringComparison.Ordinal);
            await Assert.ThrowsAsync<DirectoryNotFoundException>(() => ControlCommands.OpenAsync(Configuration, Path.Combine(folder, "usual"), [], needsFiles, TestContext.Current.CancellationToken));
        }

        using var output = new StringWriter();
        await ConfigCommand.RunAsync(Configuration, json: false, output, output);
        Assert.Equal(before, Tree());
    }

    [Fact]
    public async Task Dead_letters_are_listed_without_a_router_and_nothing_is_made()
    {
        var data = Path.Combine(folder, "temporary");
        using (var directory = DataDirectory.Open(data))
        {
            await using var letters = DeadLetters.Open(directory.Files, directory.DeadLetters, 1 << 20, 0, Durability.Os, TimeProvider.System, NullLogger<SegmentLog>.Instance);
        }

        var before = Tree();
        await using (var client = await ControlCommands.OpenAsync(Configuration, null, Places("absent", "temporary"), needsFiles: true, TestContext.Current.CancellationToken))
        {
            Assert.False(client.IsRunning);
            Assert.Equal(0, (await client.LettersAsync([("output", "a b")], TestContext.Current.CancellationToken)).Count);
            var refused = await Assert.ThrowsAsync<ControlException>(() => client.ResendAsync(7, TestContext.Current.CancellationToken));
            Assert.Contains("No router runs", refused.Message, StringComparison.Ordinal);
        }

        Assert.Equal(before, Tree());
    }

    private static RouterConfiguration Configuration => RouterConfigurationLoader.Load(null, EnvironmentVariables.None, OutputCatalogue.Default);

    private IReadOnlyList<DataPlace> Places(string usual, string temporary) =>
    [
        new(Path.Combine(folder, usual), DataPlaceKind.Lasting), new(Path.Combine(folder, temporary), DataPlaceKind.Temporary), new(Path.Combine(folder, "memory"), DataPlaceKind.Memory),
    ];

    private List<string> Tree() => [.. Directory.EnumerateFileSystemEntries(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
}
