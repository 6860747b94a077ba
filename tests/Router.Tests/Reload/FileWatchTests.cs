using Microsoft.Extensions.Time.Testing;
using Saker.Router.Reload;
using Saker.Router.Tests.Delivery;
using Saker.Settings;

namespace Saker.Router.Tests.Reload;

public sealed class FileWatchTests : IAsyncDisposable
{
    private readonly FakeTimeProvider clock = new();
    private readonly CancellationTokenSource stop = new();
    private int looks;
    private int changes;
    private volatile string present = "one";
    private volatile string loaded = "one";
    private volatile bool isOn = true;
    private Task watching = Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await watching;
        stop.Dispose();
    }

    [Fact]
    public async Task A_change_is_told_once_and_only_when_the_file_has_come_to_rest()
    {
        Start();
        present = "half";
        await LookAsync();
        present = "two";
        await LookAsync();
        Assert.Equal(0, changes);
        await LookAsync(times: 3);
        Assert.Equal(1, changes);
        loaded = "two";
        await LookAsync(times: 2);
        Assert.Equal(1, changes);
        present = "one"; // back to what was there before is a change as well
        await LookAsync(times: 3);
        Assert.Equal(2, changes);
    }

    [Fact]
    public async Task Nothing_is_told_while_watching_is_off()
    {
        isOn = false;
        Start();
        present = "two";
        clock.Advance(TimeSpan.FromSeconds(1));
        clock.Advance(TimeSpan.FromSeconds(1));
        isOn = true;
        await LookAsync(times: 3);
        Assert.Equal(1, changes);
    }

    [Fact]
    public void The_links_of_a_config_map_being_exchanged_is_a_change()
    {
        var folder = Directory.CreateTempSubdirectory("saker-configmap").FullName;
        foreach (var version in (string[])["v1", "v2"])
        {
            Directory.CreateDirectory(Path.Combine(folder, version));
            File.WriteAllText(Path.Combine(folder, version, "router.yaml"), $"customtags: [{version}]\n");
            File.SetLastWriteTimeUtc(Path.Combine(folder, version, "router.yaml"), DateTime.UnixEpoch);
        }

        Directory.CreateSymbolicLink(Path.Combine(folder, "..data"), "v1");
        var file = Path.Combine(folder, "router.yaml");
        File.CreateSymbolicLink(file, Path.Combine("..data", "router.yaml"));
        var before = FileFingerprint.Of(file);
        Directory.CreateSymbolicLink(Path.Combine(folder, "..data_tmp"), "v2");
        Directory.Delete(Path.Combine(folder, "..data"));
        Directory.Move(Path.Combine(folder, "..data_tmp"), Path.Combine(folder, "..data"));
        Assert.NotEqual(before, FileFingerprint.Of(file));
        Directory.Delete(folder, recursive: true);
    }

    private void Start() => watching = new FileWatch(Look, () => loaded, () => Interlocked.Increment(ref changes), clock).RunAsync(() => isOn, stop.Token);

    private string Look()
    {
        var seen = present;
        Interlocked.Increment(ref looks);
        return seen;
    }

    private async Task LookAsync(int times = 1)
    {
        for (var i = 0; i < times; i++)
        {
            // A look has begun when it is counted, and the one before has ended: who waits for three has seen what came of two.
            var before = Volatile.Read(ref looks);
            clock.Advance(TimeSpan.FromSeconds(1));
            await DeliveryRig.UntilAsync(() => Volatile.Read(ref looks) > before, "a look");
        }
    }
}
