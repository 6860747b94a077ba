using System.Net;
using System.Net.Http.Headers;
using Polly;
using Polly.Retry;
using Saker.Http;

namespace Saker.Detector.Outputs;

/// <summary>
/// Posts each alert over a connection that is kept. It is sent again until the router takes it: the pauses grow to ten
/// seconds, or are what the router asked for (<c>Retry-After</c>). Only a refusal for good (4xx) gives an alert up.
/// </summary>
internal sealed partial class HttpOutput : IAlertOutput
{
    private static readonly TimeSpan AttemptTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestRetryAfter = TimeSpan.FromMinutes(1);

    private readonly HttpClient client;
    private readonly Uri url;
    private readonly ILogger logger;
    private readonly ResiliencePipeline<HttpResponseMessage> pipeline;
    private bool failing;

    /// <param name="url">Where alerts are posted.</param>
    /// <param name="handler">Carries the TLS settings; disposed with the output.</param>
    /// <param name="userAgent">The <c>User-Agent</c>.</param>
    /// <param name="clock">The clock that pauses go by.</param>
    /// <param name="logger">Told when the router stops and starts taking alerts.</param>
    public HttpOutput(Uri url, HttpMessageHandler handler, string userAgent, TimeProvider clock, ILogger logger)
    {
        this.url = url;
        this.logger = logger;
#pragma warning disable RS0030 // the one client of this program
        client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
#pragma warning restore RS0030
        client.DefaultRequestHeaders.TryAddWithoutValidation("User-Agent", userAgent);
        pipeline = new ResiliencePipelineBuilder<HttpResponseMessage> { TimeProvider = clock }
            .AddRetry(new RetryStrategyOptions<HttpResponseMessage>
            {
                MaxRetryAttempts = int.MaxValue,
                BackoffType = DelayBackoffType.Exponential,
                Delay = TimeSpan.FromMilliseconds(200),
                MaxDelay = LongestPause,
                UseJitter = true,
                ShouldHandle = static a => ValueTask.FromResult(
                    a.Outcome.Exception is HttpRequestException or Polly.Timeout.TimeoutRejectedException
                    || a.Outcome.Result is { } answer && HttpStatuses.IsTransient(answer.StatusCode)),
                DelayGenerator = a => ValueTask.FromResult(RetryAfter(a.Outcome.Result, clock)),
                OnRetry = a =>
                {
                    Failing(a.Outcome.Exception?.Message ?? $"status {(int)a.Outcome.Result!.StatusCode}");
                    a.Outcome.Result?.Dispose();
                    return ValueTask.CompletedTask;
                },
            })
            .AddTimeout(AttemptTimeout)
            .Build();
    }

    public string Name => "http";

    // Without user and password.
    private string Router => $"{url.Scheme}://{url.Authority}";

    public async ValueTask WriteAsync(AlertLine alert, CancellationToken cancellationToken)
    {
        using var answer = await pipeline.ExecuteAsync(token => SendAsync(alert, token), cancellationToken);
        if (!answer.IsSuccessStatusCode)
        {
            throw new IOException($"the router refused an alert with status {(int)answer.StatusCode}");
        }

        if (failing)
        {
            Log.TakenAgain(logger, Router);
        }

        failing = false;
    }

    public ValueTask DisposeAsync()
    {
        client.Dispose();
        return ValueTask.CompletedTask;
    }

    private async ValueTask<HttpResponseMessage> SendAsync(AlertLine alert, CancellationToken cancellationToken)
    {
        var content = new ReadOnlyMemoryContent(alert.Line);
        content.Headers.ContentType = new MediaTypeHeaderValue(alert.IsJson ? "application/json" : "text/plain");
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = content };
        return await client.SendAsync(request, HttpCompletionOption.ResponseContentRead, cancellationToken);
    }

    // Null leaves the pause to the back-off.
    private static TimeSpan? RetryAfter(HttpResponseMessage? answer, TimeProvider clock)
    {
        var asked = answer is null ? null : HttpStatuses.RetryAfter(answer.Headers, clock);
        return asked > LongestRetryAfter ? LongestRetryAfter : asked;
    }

    private void Failing(string reason)
    {
        if (!failing)
        {
            Log.NotTaken(logger, Router, reason);
        }

        failing = true;
    }

    private static partial class Log
    {
        [LoggerMessage(1211, LogLevel.Warning, "{Router} does not take alerts ({Reason}); they wait and are sent again.")]
        public static partial void NotTaken(ILogger logger, string router, string reason);

        [LoggerMessage(1212, LogLevel.Information, "{Router} takes alerts again.")]
        public static partial void TakenAgain(ILogger logger, string router);
    }
}
