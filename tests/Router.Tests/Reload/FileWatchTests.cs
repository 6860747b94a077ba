using Microsoft.Extensions.Time.Testing;
using Saker.Router.Reload;
using Saker.Router.Tests.Delivery;
using Saker.Settings;

namespace Saker.Router.Tests.Reload;

public sealed class FileWatchTests : IAsyncDisposable
{
    private readonly FakeTimeProvider _clock = new();
    private readonly CancellationTokenSource _stop = new();
    private int _looks;
    private int _changes;
    private volatile string _present = "one";
    private volatile string _loaded = "one";
    private volatile bool _isOn = true;
    private Task _watching = Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watching;
        _stop.Dispose();
    }

    [Fact]
    public async Task A_change_is_told_once_and_only_when_the_file_has_come_to_rest()
    {
        Start();
        _present = "half";
        await LookAsync();
        _present = "two";
        await LookAsync();
        Assert.Equal(0, _changes);
        await LookAsync(times: 3);
        Assert.Equal(1, _changes);
        _loaded = "two";
        await LookAsync(times: 2);
        Assert.Equal(1, _changes);
        _present = "one"; // back to what was there before is a change as well
        await LookAsync(times: 2);
        Assert.Equal(2, _changes);
    }

    [Fact]
    public async Task Nothing_is_told_while_watching_is_off()
    {
        _isOn = false;
        Start();
        _present = "two";
        _clock.Advance(TimeSpan.FromSeconds(1));
        _clock.Advance(TimeSpan.FromSeconds(1));
        _isOn = true;
        await LookAsync(times: 2);
        Assert.Equal(1, _changes);
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

    private void Start() => _watching = new FileWatch(Look, () => _loaded, () => Interlocked.Increment(ref _changes), _clock).RunAsync(() => _isOn, _stop.Token);

    private string Look()
    {
        var seen = _present;
        Interlocked.Increment(ref _looks);
        return seen;
    }

    private async Task LookAsync(int times = 1)
    {
        for (var i = 0; i < times; i++)
        {
            // A tick that finds the watch still at work would be merged with the next one.
            var before = Volatile.Read(ref _looks);
            _clock.Advance(TimeSpan.FromSeconds(1));
            await DeliveryRig.UntilAsync(() => Volatile.Read(ref _looks) > before, "a look");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }
}
