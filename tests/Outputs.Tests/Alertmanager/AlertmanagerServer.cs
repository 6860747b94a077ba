using System.Globalization;
using System.Text.Json;
using Saker.Outputs.Testing;
using Saker.Testing;

namespace Saker.Outputs.Tests.Alertmanager;

/// <summary>Alerts in a real Alertmanager, from Debian's package, on a free port of 127.0.0.1.</summary>
public sealed class AlertmanagerServer : IAsyncDisposable
{
    private const string Program = "/usr/bin/prometheus-alertmanager";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("saker-am-");
    private readonly int port = LoopbackServer.ClosedPort();
    private readonly HttpClient client = new();
    private ProcessRunner? process;

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        if (process is not null)
        {
            await process.DisposeAsync();
        }

        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task What_is_posted_is_there_with_its_labels_and_once()
    {
        await StartAsync();
        await using var tested = TestedOutput.Create(Registrations.Of("alertmanager"), new Dictionary<string, string?> { ["hostport"] = $"http://127.0.0.1:{port}" });
        foreach (var (name, alert) in SampleAlerts.All)
        {
            var recent = alert with { Time = Alerts.AlertTime.From(TimeProvider.System.GetUtcNow()) };
            Assert.True((await tested.DeliverAsync(recent)).Status == DeliveryStatus.Delivered, name);
            Assert.True((await tested.DeliverAsync(recent)).Status == DeliveryStatus.Delivered, name); // sent again, it is the same alert
        }

        var alerts = await AlertsAsync();
        var full = Assert.Single(alerts, static alert => Label(alert, "proc_cmdline") == "bash -i" && Label(alert, "priority") == "Warning" && Label(alert, "hostname") == "node-1"
            && Label(alert, "alertname") == "Terminal shell in container" && Annotation(alert).StartsWith("19:18:08.831575297: Warning A shell", StringComparison.Ordinal));
        Assert.Equal(("syscall", "container,shell", "warning", "falco"), (Label(full, "eventsource"), Label(full, "tags"), Label(full, "severity"), Label(full, "source")));
        Assert.Contains(alerts, static alert => Label(alert, "list") == "[1,\"a\",null]");
    }

    [Fact]
    public async Task One_that_is_down_beside_it_is_told_and_holds_nothing_up()
    {
        await StartAsync();
        await using var tested = TestedOutput.Create(Registrations.Of("alertmanager"), new Dictionary<string, string?> { ["hostport"] = $"http://127.0.0.1:{port},http://127.0.0.1:{LoopbackServer.ClosedPort()}" });
        var result = await tested.DeliverAsync();
        Assert.Equal(DeliveryStatus.Retry, result.Status);
        Assert.Contains("nobody listens there", result.Reason, StringComparison.Ordinal);
        Assert.Single(await AlertsAsync());
    }

    private static string? Label(JsonElement alert, string name) => alert.GetProperty("labels").TryGetProperty(name, out var value) ? value.GetString() : null;

    private static string Annotation(JsonElement alert) => alert.GetProperty("annotations").GetProperty("description").GetString()!;

    private async Task<List<JsonElement>> AlertsAsync()
    {
        var json = await client.GetStringAsync(new Uri($"http://127.0.0.1:{port}/api/v2/alerts"), TestContext.Current.CancellationToken);
        using var document = JsonDocument.Parse(json);
        return [.. document.RootElement.EnumerateArray().Select(static alert => alert.Clone())];
    }

    private async Task StartAsync()
    {
        Assert.SkipUnless(File.Exists(Program), "Alertmanager is not installed (apt-get install prometheus-alertmanager).");
        var configuration = Path.Combine(folder.FullName, "am.yml");
        await File.WriteAllTextAsync(configuration, "route: {receiver: none}\nreceivers: [{name: none}]\n", TestContext.Current.CancellationToken);
        process = ProcessRunner.Start(Program,
        [
            $"--config.file={configuration}", $"--storage.path={folder.FullName}", string.Create(CultureInfo.InvariantCulture, $"--web.listen-address=127.0.0.1:{port}"), "--cluster.listen-address=",
        ]);
        await process.WaitForLineAsync("Listening on", Patience);
    }
}
