using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http.HttpResults;
using Saker.Router.Delivery;
using Saker.Router.Options;
using Saker.Router.Reload;

namespace Saker.Router.Api;

/// <summary>
/// What happens, as it happens. Each listener looks at the router once a second and is told what differs from what it was told before: one that
/// reads slowly is told less often, and nothing is kept for it.
/// </summary>
internal sealed class EventEndpoints(ApiBackend backend)
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    public static readonly TimeSpan HeartbeatAfter = TimeSpan.FromSeconds(15);
    public static readonly TimeSpan DepthAfter = TimeSpan.FromSeconds(10);
    private const int MaxListeners = 64;

    private int listeners;

    public void Map(RouteGroupBuilder group) => group.MapGet("/events", Listen)
        .Describe(
            "listenToEvents",
            "What happens, as server-sent events",
            "First an event `output` for each output; then `output` when one stands otherwise (at once) or has another depth (every 10 seconds at most), `removed` when one is gone from the configuration, `reload` when the configuration was read again, and `heartbeat` after 15 quiet seconds. `Last-Event-ID` is not needed: what counts is how things stand.",
            ClientRole.Viewer)
        .Refuses(StatusCodes.Status409Conflict, StatusCodes.Status503ServiceUnavailable);

    private ServerSentEventsResult<ApiEvent> Listen(HttpContext context)
    {
        var router = backend.Router ?? throw Problems.NoRouter();
        if (Interlocked.Increment(ref listeners) > MaxListeners)
        {
            Interlocked.Decrement(ref listeners);
            throw Problems.Unavailable($"{MaxListeners} clients listen already.", TimeSpan.FromSeconds(30));
        }

        context.Response.OnCompleted(() =>
        {
            Interlocked.Decrement(ref listeners);
            return Task.CompletedTask;
        });
        return TypedResults.ServerSentEvents(EventsAsync(() => router.Delivery.Status, () => router.Configuration().LastReload, backend.Clock, router.Stopping, context.RequestAborted));
    }

    /// <summary>The events until the client is gone or the router stops.</summary>
    public static async IAsyncEnumerable<SseItem<ApiEvent>> EventsAsync(
        Func<IReadOnlyList<OutputStatus>> outputs, Func<LastReload?> lastReload, TimeProvider clock, CancellationToken stopping, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stopping, cancellationToken);
        using var timer = new PeriodicTimer(Interval, clock);
        var told = new Dictionary<string, (OutputView View, long At)>(StringComparer.Ordinal);
        var reload = lastReload();
        var last = clock.GetTimestamp();
        do
        {
            if (lastReload() is { } read && read != reload)
            {
                reload = read;
                yield return Item("reload", new ApiEvent { At = read.At, Reload = ReloadView.Of(read) });
            }

            var present = outputs();
            foreach (var view in present.Select(OutputView.Of))
            {
                if (told.TryGetValue(view.Name, out var before) && !IsNews(view, before))
                {
                    continue;
                }

                told[view.Name] = (view, clock.GetTimestamp());
                yield return Item("output", new ApiEvent { At = clock.GetUtcNow(), Output = view });
            }

            foreach (var gone in told.Keys.Except(present.Select(static status => status.Name)).ToList())
            {
                told.Remove(gone);
                yield return Item("removed", new ApiEvent { At = clock.GetUtcNow(), Removed = gone });
            }

            if (clock.GetElapsedTime(last) >= HeartbeatAfter)
            {
                yield return Item("heartbeat", new ApiEvent { At = clock.GetUtcNow() });
            }
        }
        while (await NextAsync(timer, ended.Token));

        bool IsNews(OutputView now, (OutputView View, long At) before) =>
            now.State != before.View.State || now.LastError != before.View.LastError || (now.Depth != before.View.Depth && clock.GetElapsedTime(before.At) >= DepthAfter);

        SseItem<ApiEvent> Item(string type, ApiEvent data)
        {
            last = clock.GetTimestamp();
            return new SseItem<ApiEvent>(data, type);
        }
    }

    private static async ValueTask<bool> NextAsync(PeriodicTimer timer, CancellationToken ended)
    {
        try
        {
            return await timer.WaitForNextTickAsync(ended);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
