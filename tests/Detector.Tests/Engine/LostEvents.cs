using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Saker.Detector.Capture;
using Saker.Detector.Configuration;
using Saker.Detector.Engine;
using Saker.Detector.Outputs;

namespace Saker.Detector.Tests.Engine;

/// <summary>What is done when events are lost.</summary>
public sealed class LostEvents
{
    private static readonly SourceStatistics Thousand = new() { Seen = 1000, DroppedRingFull = 242, DroppedOther = 5, DroppedBusy = 3 };

    private readonly FakeTimeProvider clock = new(new DateTimeOffset(2026, 11, 24, 10, 0, 0, TimeSpan.Zero));

    [Fact]
    public async Task A_loss_is_an_alert_with_the_figures_and_as_often_as_the_rate_allows()
    {
        var alerts = await AlertsAsync(new(), actions =>
        {
            actions.Check(Thousand, default);
            actions.Check(Thousand with { Seen = 2000, DroppedRingFull = 500 }, Thousand);
            clock.Advance(TimeSpan.FromSeconds(31));
            actions.Check(Thousand with { Seen = 2000, DroppedRingFull = 500 }, Thousand);
            Assert.False(actions.MustExit);
        });
        Assert.Equal(2, alerts.Count);
        Assert.Equal("Falco internal: syscall event drop", alerts[0].GetProperty("rule").GetString());
        Assert.Equal("Falco internal: syscall event drop. 250 system calls dropped in last second.", alerts[0].GetProperty("output").GetString());
        Assert.Equal("Debug", alerts[0].GetProperty("priority").GetString());
        Assert.Equal("internal", alerts[0].GetProperty("source").GetString());
        Assert.Equal(
            """{"ebpf_enabled":"1","n_drops":"250","n_drops_buffer_total":"242","n_drops_bug":"5","n_drops_busy":"3","n_drops_scratch_map":"0","n_evts":"1000"}""",
            alerts[0].GetProperty("output_fields").GetRawText());
        Assert.Contains(". 258 system calls dropped", alerts[1].GetProperty("output").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Little_that_is_lost_and_actions_without_alert_send_none()
    {
        Assert.Empty(await AlertsAsync(new() { Threshold = 0.3 }, actions => actions.Check(Thousand, default)));
        Assert.Empty(await AlertsAsync(new(), actions => actions.Check(new() { Seen = 1000 }, default)));
        Assert.Empty(await AlertsAsync(new() { Actions = ["ignore"] }, actions => actions.Check(Thousand, default)));
    }

    [Fact]
    public async Task A_simulated_loss_is_an_alert_too() =>
        Assert.Single(await AlertsAsync(new() { SimulateDrops = true }, static actions => actions.Check(new() { Seen = 1000 }, default)));

    [Fact]
    public async Task Exit_ends_the_detector() => Assert.Empty(await AlertsAsync(new() { Actions = ["exit"] }, static actions =>
    {
        actions.Check(new() { Seen = 1000 }, default);
        Assert.False(actions.MustExit);
        actions.Check(Thousand, default);
        Assert.True(actions.MustExit);
    }));

    private async Task<List<JsonElement>> AlertsAsync(SyscallEventDropsOptions settings, Action<DropActions> act)
    {
        var consumer = new KeptLines();
        await using (var queue = new OutputQueue(consumer, new QueueSettings { Capacity = 10 }, TimeProvider.System, NullLogger.Instance))
        {
            act(new DropActions(new DetectorOptions { JsonOutput = true, SyscallEventDrops = settings }, "here", [queue], clock, NullLogger.Instance));
            Assert.Equal(0, await queue.StopAsync(TimeSpan.Zero, CancellationToken.None));
        }

        return [.. consumer.Lines.Select(static line => JsonDocument.Parse(line).RootElement)];
    }
}
