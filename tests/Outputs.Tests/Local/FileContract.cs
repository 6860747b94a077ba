using System.Text.Json;
using Saker.Alerts;
using Saker.Outputs.Testing;

namespace Saker.Outputs.Tests.Local;

public sealed class FileContract() : LocalOutputContract("file"), IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("saker-file-");

    protected override IReadOnlyDictionary<string, string?> MinimalConfig => Config();

    private string Target => Path.Combine(folder.FullName, "alerts.jsonl");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task Every_alert_is_a_line_that_reads_back_as_the_alert()
    {
        await using var router = ConfiguredRouter.Load(ConfiguredRouter.Yaml("file", MinimalConfig));
        foreach (var (_, alert) in SampleAlerts.All)
        {
            Assert.Equal(DeliveryStatus.Delivered, (await DeliverAsync(router.Output, alert)).Status);
        }

        var lines = await File.ReadAllLinesAsync(Target, TestContext.Current.CancellationToken);
        Assert.Equal(SampleAlerts.All.Count, lines.Length);
        foreach (var (line, (_, alert)) in lines.Zip(SampleAlerts.All))
        {
            Assert.True(AlertReader.TryRead(System.Text.Encoding.UTF8.GetBytes(line), out var read, out _, out var error), error);
            Assert.Equal(alert.OutputFields, read!.OutputFields);
            Assert.Equal((alert.Output, alert.Rule, alert.Uuid, alert.Time), (read.Output, read.Rule, read.Uuid, read.Time));
        }
    }

    [Fact]
    public async Task Parallel_appends_keep_lines_whole_and_dispose_gives_the_file_free()
    {
        await using var router = ConfiguredRouter.Load(ConfiguredRouter.Yaml("file", MinimalConfig));
        await Parallel.ForAsync(0, 64, async (_, _) => await DeliverAsync(router.Output, SampleAlerts.Full));
        await router.Output.DisposeAsync();
        await using var alone = new FileStream(Target, FileMode.Open, FileAccess.Read, FileShare.None);
        using var reader = new StreamReader(alone);
        var lines = (await reader.ReadToEndAsync(TestContext.Current.CancellationToken)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(64, lines.Length);
        Assert.All(lines, static line => JsonDocument.Parse(line).Dispose());
    }

    [Fact]
    public async Task Rotation_is_by_size_and_keeps_a_bounded_number_of_files()
    {
        await using var router = ConfiguredRouter.Load(ConfiguredRouter.Yaml("file", Config(("maxsizemb", "1"), ("maxfiles", "2"))));
        var alert = SampleAlerts.Full with { Output = new string('x', 400_000) };
        for (var i = 0; i < 9; i++)
        {
            await DeliverAsync(router.Output, alert);
        }

        var files = folder.GetFiles().OrderBy(static f => f.Name, StringComparer.Ordinal).ToArray();
        Assert.Equal(["alerts.jsonl", "alerts.jsonl.1", "alerts.jsonl.2"], files.Select(static f => f.Name));
        Assert.All(files, static f => Assert.InRange(f.Length, 1, 1 << 20));
    }

    [Fact]
    public async Task A_failure_of_the_disk_is_a_retry_and_mends_itself()
    {
        Directory.CreateDirectory(Target);
        await using var router = ConfiguredRouter.Load(ConfiguredRouter.Yaml("file", MinimalConfig));
        Assert.Equal(DeliveryStatus.Retry, (await DeliverAsync(router.Output, SampleAlerts.Full)).Status);
        Directory.Delete(Target);
        Assert.Equal(DeliveryStatus.Delivered, (await DeliverAsync(router.Output, SampleAlerts.Full)).Status);
    }

    private static async Task<DeliveryResult> DeliverAsync(IOutput output, Alert alert) =>
        (await output.DeliverAsync([alert], TestContext.Current.CancellationToken))[0];

    private Dictionary<string, string?> Config(params (string Key, string Value)[] more)
    {
        var config = new Dictionary<string, string?> { ["path"] = Target };
        foreach (var (key, value) in more)
        {
            config[key] = value;
        }

        return config;
    }
}
