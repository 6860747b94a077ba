using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;
using Saker.Router.Access;
using Saker.Router.Api;
using Saker.Router.Delivery;
using Saker.Router.Enrichment;
using Saker.Router.Http;
using Saker.Router.Options;
using Saker.Router.Telemetry;
using Saker.Router.Web;
using Saker.Settings;

namespace Saker.Router.Ingest;

/// <summary>
/// The paths of the port: <c>/ping</c>, <c>/healthz</c>, <c>/metrics</c> by any method, <c>/test</c> by POST, and alerts by POST on
/// every other path; <c>/api/v1</c> is the API's. Differences from Falcosidekick stand in <c>docs/decisions/0051-http.md</c>.
/// </summary>
internal sealed class AlertEndpoints(AlertIntake intake, RouterMetrics metrics, HttpBounds bounds, TimeProvider clock)
{
    private const int MaxReportedParts = 100;

    // Requests run on the threads that wait for the sockets; what takes longer than about a millisecond goes to the thread pool.
    private const int MaxBytesOnSocketThread = 64 << 10;

    /// <summary>How the outputs stand, for <c>/healthz?verbose</c>.</summary>
    public Func<IReadOnlyList<OutputStatus>> Outputs { get; init; } = static () => [];

    /// <summary>Says what the outputs did with a test alert; null when there are none to ask.</summary>
    public TestEndpoint? Test { get; init; }

    /// <summary>Answers what is no alert by itself: the API and gRPC. Null when there is neither.</summary>
    public EndpointApplication? Application { get; init; }

    /// <summary>Bytes of bodies that may be held in memory.</summary>
    public ByteBudget Budget { get; init; } = new(bounds.MaxBufferedBytes);

    /// <summary>Lets requests in, or answers why not.</summary>
    public required Admission Admission { get; init; }

    /// <summary>Counts what is not taken.</summary>
    public required Refusals Refusals { get; init; }

    public Task HandleAsync(HttpContext context)
    {
        var path = RequestTarget.PathOf(context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget);
        if (RequestTarget.Clean(path) is var clean && clean != path)
        {
            context.Response.Headers.Location = RequestTarget.EscapePath(clean) + RequestTarget.EscapeQuery(context.Request.QueryString.Value ?? "");
            context.Response.StatusCode = StatusCodes.Status307TemporaryRedirect;
            return Task.CompletedTask;
        }

        // Kestrel answers '100-continue' itself and lets every other expectation pass.
        if (context.Request.Headers.Expect is [{ } expected] && !expected.Equals("100-continue", StringComparison.OrdinalIgnoreCase))
        {
            Refusals.Count(context, "unknown expectation");
            context.Response.StatusCode = StatusCodes.Status417ExpectationFailed;
            context.Response.Headers.Connection = "close";
            return Task.CompletedTask;
        }

        var routes = context.Features.Get<PortRoutes>();
        if (ApiEndpoints.Has(path, context.Request.Method) && !bounds.Strict && Application is { } application)
        {
            return routes is { ServesApi: false } ? NotHereAsync(context) : application.HandleAsync(context);
        }

        if (routes is not null)
        {
            if (routes.Find(path) is not { } meaning)
            {
                return NotHereAsync(context);
            }

            path = meaning;
        }

        if (GrpcRequests.Contain(context.Request) && !bounds.Strict && Application is { } grpc)
        {
            return grpc.HandleAsync(context);
        }

        return path switch
        {
            "*" when context.Request.Method == HttpMethods.Options => Task.CompletedTask,
            "/ping" => HttpAnswer.TextAsync(context, StatusCodes.Status200OK, "text/plain; charset=utf-8", "pong\n"),
            "/healthz" when context.Request.Query.ContainsKey("verbose") && !bounds.Strict => VerboseHealthAsync(context),
            "/healthz" => HealthAsync(context),
            "/metrics" => Admission.Refuse(context, Admission.Identify(context), ProtectedArea.Metrics, ClientRole.Metrics) ?? MetricsAsync(context),
            _ when context.Request.Method != HttpMethods.Post => RejectAsync(context, "not a POST", HttpAnswer.PostOnly),
            "/test" => Admission.Refuse(context, Admission.Identify(context), ProtectedArea.Test, ClientRole.Sender) ?? TestAsync(context),
            _ => AlertsAsync(context),
        };
    }

    private Task NotHereAsync(HttpContext context)
    {
        Refusals.Count(context, "path of the other port", "this path is not served on this port (tlsserver.notlspaths)");
        return HttpAnswer.TextAsync(context, StatusCodes.Status404NotFound, "text/plain; charset=utf-8", "404 page not found\n");
    }

    private Task HealthAsync(HttpContext context) => intake.Fault is { } fault
        ? HttpAnswer.JsonAsync(context, StatusCodes.Status503ServiceUnavailable, $"{{\"status\": \"unavailable\", \"reason\": {ApiForms.Text(fault)}}}")
        : HttpAnswer.JsonAsync(context, StatusCodes.Status200OK, "{\"status\": \"ok\"}");

    private Task VerboseHealthAsync(HttpContext context)
    {
        var fault = intake.Fault;
        return HttpAnswer.JsonAsync(
            context,
            fault is null ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable,
            JsonSerializer.SerializeToUtf8Bytes(HealthView.Of(fault, Outputs()), ApiForms.Plain.HealthView));
    }

    private Task MetricsAsync(HttpContext context)
    {
        context.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
        return context.Request.Method == HttpMethods.Head ? Task.CompletedTask : metrics.WriteAsync(context.Response.Body, context.RequestAborted);
    }

    private async Task TestAsync(HttpContext context)
    {
        if (Test is null || bounds.Strict)
        {
            await AnswerAsync(context, await intake.TakeAsync(TestAlert.Create(clock.GetUtcNow()), context.RequestAborted));
            return;
        }

        var (result, answer) = await Test.RunAsync(context.RequestAborted);
        await (answer is not null ? HttpAnswer.JsonAsync(context, StatusCodes.Status200OK, JsonSerializer.SerializeToUtf8Bytes(answer, ApiForms.Plain.TestAnswer)) : AnswerAsync(context, result));
    }

    private Task RejectAsync(HttpContext context, string reason, string sentence = HttpAnswer.InvalidBody)
    {
        metrics.CountRejected();
        Refusals.Count(context, reason);
        return HttpAnswer.ErrorAsync(context, StatusCodes.Status400BadRequest, sentence);
    }

    // A broken chunk, or a body that ends before its length.
    private Task BrokenAsync(HttpContext context)
    {
        metrics.CountRejected();
        Refusals.CountBroken(context, "broken body");
        return HttpAnswer.ErrorAsync(context, StatusCodes.Status400BadRequest, HttpAnswer.InvalidBody);
    }

    private Task AlertsAsync(HttpContext context)
    {
        RequestBody? arrived;
        try
        {
            arrived = RequestBody.TryRead(context.Request.BodyReader, bounds.MaxBodyBytes, !bounds.Strict, Budget);
        }
        catch (BadHttpRequestException)
        {
            return BrokenAsync(context);
        }

        // A small body has nearly always come with its head; then nothing is waited for, and no time limit is needed.
        return arrived is null ? AwaitedAlertsAsync(context) : ArrivedAlertsAsync(context, arrived);
    }

    private async Task ArrivedAlertsAsync(HttpContext context, RequestBody body)
    {
        using (body)
        {
            await TakeBodyAsync(context, body.Bytes);
        }
    }

    private async Task AwaitedAlertsAsync(HttpContext context)
    {
        using var timeout = new CancellationTokenSource(bounds.ReadTimeout, clock);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, context.RequestAborted);
        RequestBody body;
        try
        {
            body = await RequestBody.ReadAsync(context.Request.Body, bounds.MaxBodyBytes, !bounds.Strict, Budget, ended.Token);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            Refusals.Count(context, "body too slow", $"the body did not come within {DurationText.Format(bounds.ReadTimeout)} (http.readtimeout)");
            await HttpAnswer.ErrorAsync(context, StatusCodes.Status408RequestTimeout, "The body did not come in time");
            return;
        }
        catch (BadHttpRequestException)
        {
            await BrokenAsync(context);
            return;
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            // The sender is gone: nobody is there to be answered.
            Refusals.Count(context, "sender gone", "the connection was lost inside the body");
            return;
        }

        using (body)
        {
            if (body.Bytes.Length > MaxBytesOnSocketThread)
            {
                await Task.Yield();
            }

            await (body.Status switch
            {
                BodyStatus.Complete => TakeBodyAsync(context, body.Bytes),
                BodyStatus.TooLarge => TooLargeAsync(context),
                BodyStatus.NoRoom => NoRoomAsync(context),
                BodyStatus.BadGzip => RejectAsync(context, "broken gzip"),
                _ => throw new System.Diagnostics.UnreachableException($"The body status {(int)body.Status} is not known."),
            });
        }
    }

    private Task TooLargeAsync(HttpContext context)
    {
        metrics.CountRejected();
        Refusals.Count(context, "body too large", $"the body is larger than {bounds.MaxBodyBytes} bytes (http.maxbodysize)");
        return HttpAnswer.ErrorAsync(context, StatusCodes.Status413PayloadTooLarge, $"The body is larger than {bounds.MaxBodyBytes} bytes (http.maxbodysize)");
    }

    private Task NoRoomAsync(HttpContext context)
    {
        metrics.CountRefused("no memory");
        Refusals.Count(context, "no memory", "there are more bytes of bodies at once than http.maxbufferedbytes allows");
        return HttpAnswer.RetryAsync(context, "too many bodies at once", TimeSpan.FromSeconds(1));
    }

    private async Task TakeBodyAsync(HttpContext context, ReadOnlyMemory<byte> body)
    {
        var identity = Admission.Identify(context, body.Span);
        var client = identity.Client;
        if (Admission.Refuse(context, identity, ProtectedArea.Alerts, ClientRole.Sender) is { } refused)
        {
            metrics.CountRejected();
            await refused;
            return;
        }

        if (bounds.Strict || !(AlertBatch.IsLines(context.Request.ContentType) || AlertBatch.IsArray(body.Span)))
        {
            if (Admission.RefuseRate(context, client, 1) is { } tooMany)
            {
                metrics.CountRefused("rate limit");
                await tooMany;
                return;
            }

            // Kestrel makes a token for each request that is asked for one, and the log waits for a place in its queue only briefly.
            await AnswerAsync(context, await intake.TakeAsync(body, client, CancellationToken.None));
            return;
        }

        List<ReadOnlyMemory<byte>> parts;
        if (AlertBatch.IsLines(context.Request.ContentType))
        {
            parts = AlertBatch.SplitLines(body);
        }
        else if (!AlertBatch.TrySplitArray(body, out parts, out var fault))
        {
            metrics.CountRejected();
            Refusals.CountUnread(context, fault);
            await HttpAnswer.ErrorAsync(context, StatusCodes.Status400BadRequest, HttpAnswer.InvalidBody);
            return;
        }

        if (Admission.RefuseRate(context, client, parts.Count) is { } tooManyAtOnce)
        {
            metrics.CountRefused("rate limit");
            await tooManyAtOnce;
            return;
        }

        await AnswerBatchAsync(context, await TakeAsync(parts, client, context.RequestAborted));
    }

    // As few appends as can be, and all are handed to the log before the first is awaited, so that one sync covers them.
    private async Task<List<IntakeResult>> TakeAsync(List<ReadOnlyMemory<byte>> parts, Client? client, CancellationToken cancellationToken)
    {
        var batches = new List<(IntakeBatch Batch, Task Stored)>();
        for (var next = 0; next < parts.Count;)
        {
            var batch = intake.Begin();
            while (next < parts.Count && !batch.IsFull)
            {
                batch.Add(parts[next++].Span, client);
            }

            batches.Add((batch, batch.StoreAsync(cancellationToken)));
        }

        await Task.WhenAll(batches.ConvertAll(static batch => batch.Stored));
        var results = new List<IntakeResult>(parts.Count);
        foreach (var (batch, _) in batches)
        {
            results.AddRange(batch.Results);
        }

        return results;
    }

    private Task AnswerAsync(HttpContext context, IntakeResult result)
    {
        if (result.Status != IntakeStatus.Stored)
        {
            Refusals.Count(context, result);
        }

        return AnswerStatusAsync(context, result);
    }

    private static Task AnswerStatusAsync(HttpContext context, IntakeResult result)
    {
        switch (result.Status)
        {
            case IntakeStatus.Stored:
                context.Response.ContentLength = 0;
                return Task.CompletedTask;
            case IntakeStatus.Invalid:
                return HttpAnswer.ErrorAsync(context, StatusOf(result.Status), HttpAnswer.InvalidBody);
            case IntakeStatus.Refused:
                return HttpAnswer.RetryAsync(context, result.Reason, result.RetryAfter);
            default:
                return HttpAnswer.ErrorAsync(context, StatusOf(result.Status), result.Reason);
        }
    }

    // Of an alert that will not be taken, however often it comes.
    private static int StatusOf(IntakeStatus status) => status switch
    {
        IntakeStatus.Invalid => StatusCodes.Status400BadRequest,
        IntakeStatus.TooLarge => StatusCodes.Status413PayloadTooLarge,
        IntakeStatus.NotAllowed => StatusCodes.Status403Forbidden,
        IntakeStatus.Circle => StatusCodes.Status508LoopDetected,
        _ => throw new System.Diagnostics.UnreachableException($"The intake status {(int)status} has no status of HTTP for good."),
    };

    // What is no alert does not keep its neighbours out: they are stored, and the answer says which were not.
    private Task AnswerBatchAsync(HttpContext context, List<IntakeResult> results)
    {
        foreach (var part in results.Where(static part => part.Status != IntakeStatus.Stored))
        {
            Refusals.Count(context, part);
        }

        if (results.FirstOrDefault(static result => result.Status == IntakeStatus.Refused) is { Status: IntakeStatus.Refused } refused)
        {
            return HttpAnswer.RetryAsync(context, refused.Reason, refused.RetryAfter);
        }

        if (results.Count == 0)
        {
            Refusals.Count(context, "empty batch");
            return HttpAnswer.ErrorAsync(context, StatusCodes.Status400BadRequest, HttpAnswer.InvalidBody);
        }

        var accepted = results.Count(static result => result.Status == IntakeStatus.Stored);
        if (accepted == results.Count)
        {
            return AnswerStatusAsync(context, IntakeResult.Stored);
        }

        var rejected = results.Index()
            .Where(static part => part.Item.Status != IntakeStatus.Stored)
            .Take(MaxReportedParts)
            .Select(static part => $"{{\"index\": {part.Index}, \"reason\": {ApiForms.Text(part.Item.Reason)}}}");
        return HttpAnswer.JsonAsync(context, accepted > 0 ? StatusCodes.Status200OK : StatusOf(results[0].Status), $"{{\"accepted\": {accepted}, \"rejected\": [{string.Join(", ", rejected)}]}}");
    }
}
