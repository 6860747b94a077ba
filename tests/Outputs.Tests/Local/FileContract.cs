using System.Text.Json;
using Saker.Alerts;
using Saker.Outputs.Testing;

namespace Saker.Outputs.Tests.Local;

public sealed class FileContract() : LocalOutputContract(Registrations.Of("file")), IDisposable
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

    [Theory]
    [InlineData("rename")]
    [InlineData("remove")]
    [InlineData("remove with its folder")]
    [InlineData("exchange")]
    [InlineData("empty")]
    public async Task What_others_do_to_the_file_is_noticed_before_the_next_alert(string what)
    {
        await using var router = ConfiguredRouter.Load(ConfiguredRouter.Yaml("file", Config(("format", "text"))));
        await DeliverAsync(router.Output, SampleAlerts.Full with { Rule = "First" });
        var aside = Path.Combine(folder.FullName, "aside");
        switch (what)
        {
            case "rename":
                File.Move(Target, aside);
                break;
            case "remove":
                File.Delete(Target);
                break;
            case "remove with its folder":
                folder.Delete(recursive: true);
                break;
            case "exchange":
                await File.WriteAllTextAsync(aside, "another's line\n", TestContext.Current.CancellationToken);
                File.Move(aside, Target, overwrite: true);
                break;
            case "empty":
                await using (var emptied = new FileStream(Target, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
                {
                    emptied.SetLength(0);
                }

                break;
        }

        Assert.Equal(DeliveryStatus.Delivered, (await DeliverAsync(router.Output, SampleAlerts.Full with { Rule = "Second" })).Status);
        var lines = await File.ReadAllLinesAsync(Target, TestContext.Current.CancellationToken);
        Assert.Contains("Second", lines[^1], StringComparison.Ordinal);
        Assert.Equal(what == "exchange" ? ["another's line", lines[^1]] : [lines[^1]], lines);
        if (what == "rename")
        {
            Assert.Contains("First", Assert.Single(await File.ReadAllLinesAsync(aside, TestContext.Current.CancellationToken)), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_line_that_was_broken_off_by_a_crash_ends_before_the_next_begins()
    {
        await File.WriteAllTextAsync(Target, "whole\nbro", TestContext.Current.CancellationToken);
        await using var router = ConfiguredRouter.Load(ConfiguredRouter.Yaml("file", MinimalConfig));
        await DeliverAsync(router.Output, SampleAlerts.Full);
        var lines = await File.ReadAllLinesAsync(Target, TestContext.Current.CancellationToken);
        Assert.Equal(["whole", "bro"], lines[..2]);
        Assert.StartsWith("{", Assert.Single(lines[2..]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_full_device_is_a_retry_that_says_so()
    {
        await using var router = ConfiguredRouter.Load(ConfiguredRouter.Yaml("file", Config(("path", "/dev/full"), ("sync", "true"))));
        var result = await DeliverAsync(router.Output, SampleAlerts.Full);
        Assert.Equal((DeliveryStatus.Retry, "file /dev/full: it cannot be written: No space left on device"), (result.Status, result.Reason));
    }

    [Fact]
    public async Task A_disk_that_fills_up_in_the_middle_of_a_line_keeps_none_of_it()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Only root can mount a small disk.");
        var mounted = Path.Combine(folder.FullName, "disk");
        Directory.CreateDirectory(mounted);
        await RunAsync("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", mounted);
        try
        {
            var target = Path.Combine(mounted, "alerts.jsonl");
            await using var router = ConfiguredRouter.Load(ConfiguredRouter.Yaml("file", Config(("path", target))));
            var alert = SampleAlerts.Full with { Output = new string('x', 30_000) };
            await DeliverAsync(router.Output, alert);
            await DeliverAsync(router.Output, alert);
            var result = await DeliverAsync(router.Output, alert);
            Assert.Equal(DeliveryStatus.Retry, result.Status);
            Assert.Contains("No space left on device", result.Reason, StringComparison.Ordinal);
            Assert.Equal(DeliveryStatus.Delivered, (await DeliverAsync(router.Output, SampleAlerts.Full)).Status);
            Assert.All(await File.ReadAllLinesAsync(target, TestContext.Current.CancellationToken), static line => JsonDocument.Parse(line).Dispose());
        }
        finally
        {
            await RunAsync("umount", "--lazy", mounted);
        }
    }

    [Fact]
    public async Task A_named_pipe_gets_whole_lines_and_nobody_waits_for_its_reader()
    {
        await RunAsync("mkfifo", Target);
        await using var router = ConfiguredRouter.Load(ConfiguredRouter.Yaml("file", MinimalConfig));
        var nobody = await DeliverAsync(router.Output, SampleAlerts.Full);
        Assert.Equal((DeliveryStatus.Retry, $"file {Target}: it cannot be opened: nobody reads this pipe"), (nobody.Status, nobody.Reason));

        await using var pipe = new FileStream(Target, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
        using var reader = new StreamReader(pipe);
        var large = SampleAlerts.Full with { Output = new string('x', 100_000) };
        var full = await DeliverAsync(router.Output, large);
        Assert.Equal((DeliveryStatus.Retry, $"file {Target}: it cannot be written: its reader does not keep up"), (full.Status, full.Reason));
        var line = reader.ReadLineAsync(TestContext.Current.CancellationToken).AsTask();
        var later = full;
        while (later.Status != DeliveryStatus.Delivered)
        {
            await Task.Delay(10, TestContext.Current.CancellationToken);
            later = await DeliverAsync(router.Output, large);
        }

        JsonDocument.Parse((await line)!).Dispose();
        await DeliverAsync(router.Output, SampleAlerts.Full with { Rule = "Next" });
        Assert.Contains("Next", await reader.ReadLineAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = System.Diagnostics.Process.Start(program, arguments);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, process.ExitCode);
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
