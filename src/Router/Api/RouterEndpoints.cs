using System.Globalization;
using System.Reflection;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Saker.Alerts;
using Saker.Router.Options;

namespace Saker.Router.Api;

/// <summary>The router as a whole: how it stands, what is in effect, and what it would do with an alert.</summary>
internal sealed class RouterEndpoints(ApiBackend backend)
{
    private const int MaxAlertBytes = 1 << 20;
    private const int MaxBodiesAtOnce = 8;

    private static readonly string Version = typeof(RouterEndpoints).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    private int bodies;

    public void Map(RouteGroupBuilder group)
    {
        group.MapGet("/status", Status)
            .Describe("getStatus", "How the router stands", "Version, time since the start, data directory, addresses, the alert log, how many outputs stand how, and why alerts cannot be taken if they cannot.", ClientRole.Viewer)
            .Refuses(StatusCodes.Status409Conflict);
        group.MapGet("/configuration", ShowConfiguration)
            .Describe("getConfiguration", "The configuration in effect", "Every setting with its source; secrets are masked. It shows paths, addresses and names of clients, so that a viewer does not get it. Answers 304 to `If-None-Match` with the present `ETag`.", ClientRole.Admin)
            .Produces<ConfigurationView>().Produces(StatusCodes.Status304NotModified).Refuses(StatusCodes.Status409Conflict);
        // As delegates: with a context alone and a task they would be taken for handlers whose result means nothing.
        group.MapPost("/route", (Delegate)RouteAsync)
            .Describe("routeAlert", "What the router would do with an alert", "The body is one alert as JSON, of up to 1 MiB. Says for each output whether it would get the alert, and why not; nothing is stored or sent.", ClientRole.Viewer)
            .Accepts<JsonElement>("application/json", "*/*").Refuses(StatusCodes.Status400BadRequest, StatusCodes.Status408RequestTimeout, StatusCodes.Status409Conflict, StatusCodes.Status413PayloadTooLarge, StatusCodes.Status503ServiceUnavailable);
        group.MapPost("/test", (Delegate)TestAsync)
            .Describe("sendTestAlert", "Send a test alert", "Stores the test alert, which passes every minimum priority, and waits up to 10 seconds to say what each output did with it.", ClientRole.Operator)
            .Refuses(StatusCodes.Status409Conflict, StatusCodes.Status503ServiceUnavailable);
    }

    private RunningRouter Router => backend.Router ?? throw Problems.NoRouter();

    private Ok<StatusView> Status()
    {
        var router = Router;
        var outputs = OutputList.Of(router.Delivery.Status).Outputs;
        return TypedResults.Ok(new StatusView
        {
            Version = Version,
            Started = router.Started,
            UptimeSeconds = Math.Round((backend.Clock.GetUtcNow() - router.Started).TotalSeconds, 3),
            DataDirectory = router.DataDirectory,
            Addresses = router.Addresses(),
            Fault = router.Fault(),
            Log = LogView.Of(router.Log.Status),
            DeadLetters = backend.Letters.Count,
            Outputs = new OutputCounts(Count(OutputState.Healthy), Count(OutputState.Failing), Count(OutputState.Blocked), Count(OutputState.Paused)),
            LastReload = ReloadView.Of(router.Configuration().LastReload),
        });

        int Count(OutputState state) => outputs.Count(output => output.State == state);
    }

    private IResult ShowConfiguration(HttpContext context) =>
        ApiEndpoints.Tagged(context, ConfigurationView.Of(Router.Configuration().Configuration), ApiForms.Plain.ConfigurationView);

    private async Task<Ok<TestAnswer>> TestAsync(HttpContext context)
    {
        var (answer, reason) = await Router.Test(context.RequestAborted);
        return answer is null ? throw Problems.Unavailable($"The alert cannot be kept at present: {reason}.", TimeSpan.FromSeconds(5)) : TypedResults.Ok(answer);
    }

    private async Task<Ok<RouteAnswer>> RouteAsync(HttpContext context)
    {
        var router = Router;
        var running = router.Configuration();
        var options = running.Configuration.Router;
        try
        {
            if (Interlocked.Increment(ref bodies) > MaxBodiesAtOnce)
            {
                throw Problems.Unavailable("Too many alerts are looked at at once.", TimeSpan.FromSeconds(1));
            }

            var body = await ReadAsync(context, options.Http);
            if (!AlertReader.TryRead(body.Span, out var alert, out _, out var error, options.Http.MaxDepth))
            {
                throw Problems.BadBody($"The body is no alert: {error}.");
            }

            var answer = AlertRoute.Explain(alert!, running, router.Delivery.Status, out var fault);
            return answer is null ? throw Problems.BadBody($"The alert would not be taken: {fault}.") : TypedResults.Ok(answer);
        }
        finally
        {
            Interlocked.Decrement(ref bodies);
        }
    }

    private async Task<ReadOnlyMemory<byte>> ReadAsync(HttpContext context, HttpOptions options)
    {
        var most = (int)Math.Min(MaxAlertBytes, options.MaxBodySize.Bytes);
        using var timeout = new CancellationTokenSource(options.ReadTimeout, backend.Clock);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, context.RequestAborted);
        using var body = new MemoryStream();
        var part = new byte[16 << 10];
        try
        {
            while (await context.Request.Body.ReadAsync(part, ended.Token) is var read and > 0)
            {
                await body.WriteAsync(part.AsMemory(0, read), ended.Token);
                if (body.Length > most)
                {
                    throw Problems.TooLarge(string.Create(CultureInfo.InvariantCulture, $"The body has more than {most} bytes; send one alert."));
                }
            }
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            throw Problems.TooSlow("The body did not come in time (http.readtimeout).");
        }

        return body.GetBuffer().AsMemory(0, (int)body.Length);
    }
}
