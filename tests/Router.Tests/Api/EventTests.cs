using System.Net.ServerSentEvents;
using Microsoft.Extensions.Time.Testing;
using Saker.Router.Api;
using Saker.Router.Delivery;
using Saker.Router.Reload;

namespace Saker.Router.Tests.Api;

/// <summary>The stream of events says what changed, and that nothing did.</summary>
public sealed class EventTests : IAsyncDisposable
{
    private readonly FakeTimeProvider clock = new();
    private readonly CancellationTokenSource stopping = new();
    private readonly Dictionary<string, OutputStatus> outputs = [];
    private IAsyncEnumerator<SseItem<ApiEvent>>? events;
    private LastReload? reload;

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        if (events is not null)
        {
            await events.DisposeAsync();
        }

        stopping.Dispose();
    }

    [Fact]
    public async Task First_come_all_outputs_and_then_what_changes()
    {
        Set("a");
        Set("b");
        Assert.Equal("output a healthy 0", await NextAsync());
        Assert.Equal("output b healthy 0", await NextAsync());
        Set("b", error: "no");
        Assert.Equal("output b failing 0", await NextAsync());
        Set("b", error: "no", blocked: true);
        Assert.Equal("output b blocked 0", await NextAsync());
        Set("b", error: "no", blocked: true, paused: true);
        Assert.Equal("output b paused 0", await NextAsync());
        outputs.Remove("b");
        Assert.Equal("removed b", await NextAsync());
        reload = new LastReload(clock.GetUtcNow(), "SIGHUP", "applied") { Changes = ["removed b"] };
        Assert.Equal("reload applied", await NextAsync());
    }

    [Fact]
    public async Task Another_depth_is_told_now_and_then_and_a_heartbeat_when_all_is_quiet()
    {
        var began = clock.GetUtcNow();
        Set("a");
        Assert.Equal("output a healthy 0", await NextAsync());
        Set("a", depth: 5);
        Assert.Equal("output a healthy 5", await NextAsync());
        Assert.Equal(EventEndpoints.DepthAfter, clock.GetUtcNow() - began);
        began = clock.GetUtcNow();
        Assert.Equal("heartbeat", await NextAsync());
        Assert.Equal(EventEndpoints.HeartbeatAfter, clock.GetUtcNow() - began);
    }

    [Fact]
    public async Task It_ends_with_the_router()
    {
        Set("a");
        await NextAsync();
        await stopping.CancelAsync();
        Assert.False(await events!.MoveNextAsync());
    }

    private void Set(string name, long depth = 0, string? error = null, bool blocked = false, bool paused = false) => outputs[name] = new OutputStatus
    {
        Name = name,
        Type = "scripted",
        Depth = depth,
        OldestAge = TimeSpan.Zero,
        LastError = error,
        BlockedSince = blocked ? clock.GetUtcNow() : null,
        PausedSince = paused ? clock.GetUtcNow() : null,
        Breaker = "Closed",
        Counters = new OutputCounters(name),
    };

    // The clock goes on second by second, and only while nothing is told.
    private async Task<string> NextAsync()
    {
        events ??= EventEndpoints.EventsAsync(() => [.. outputs.Values], () => reload, clock, stopping.Token, CancellationToken.None).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        var moving = events.MoveNextAsync().AsTask();
        while (!moving.IsCompleted)
        {
            await Task.WhenAny(moving, Task.Delay(50, TestContext.Current.CancellationToken));
            if (!moving.IsCompleted)
            {
                clock.Advance(EventEndpoints.Interval);
            }
        }

        Assert.True(await moving);
        var item = events.Current;
        return item.EventType switch
        {
            "output" => $"output {item.Data.Output!.Name} {item.Data.Output.State.ToString().ToLowerInvariant()} {item.Data.Output.Depth}",
            "removed" => $"removed {item.Data.Removed}",
            "reload" => $"reload {item.Data.Reload!.Result}",
            _ => item.EventType,
        };
    }
}
