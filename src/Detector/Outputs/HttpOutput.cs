using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Saker.Detector.Configuration;
using Saker.Http;

namespace Saker.Detector.Outputs;

/// <summary>
/// Posts each alert over a connection that is kept. Whatever the answer says about the way there (an address, a password, a proxy that
/// is wrong; a router that is busy or gone) is over some day, and the alert is tried again until then. Only what the answer says
/// about the alert itself gives it up.
/// </summary>
internal sealed partial class HttpOutput : IAlertOutput
{
    private static readonly TimeSpan AttemptTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestRetryAfter = TimeSpan.FromMinutes(1);

    private const int MostEchoed = 4096;

    private readonly HttpClient client;
    private readonly Uri url;
    private readonly HttpOptions options;
    private readonly TimeProvider clock;
    private readonly ILogger logger;

    /// <param name="url">Where alerts are posted.</param>
    /// <param name="handler">Carries the TLS settings; disposed with the output.</param>
    /// <param name="options">How they are posted.</param>
    /// <param name="clock">The clock that an attempt's limit goes by.</param>
    /// <param name="logger">Gets the answers where that is wanted.</param>
    public HttpOutput(Uri url, HttpMessageHandler handler, HttpOptions options, TimeProvider clock, ILogger logger)
    {
        this.url = url;
        this.options = options;
        this.clock = clock;
        this.logger = logger;
#pragma warning disable RS0030 // the one client of this program
        client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
#pragma warning restore RS0030
        client.DefaultRequestHeaders.TryAddWithoutValidation("User-Agent", options.UserAgent);
        if (BasicCredentials.Of(url) is { Length: > 0 } credentials)
        {
            // As curl, and so Falco, sends them.
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", credentials);
        }
    }

    public string Name => "http";

    // Without user and password, and without the path, which may be a secret.
    private string Target => $"{url.Scheme}://{url.Authority}";

    public async ValueTask WriteAsync(AlertLine alert, CancellationToken cancellationToken)
    {
        for (var timeouts = 0; !await TryWriteAsync(alert, cancellationToken);)
        {
            if (++timeouts > options.MaxConsecutiveTimeouts)
            {
                var times = timeouts == 1 ? "" : $", {timeouts} times in a row";
                throw new OutputBusyException($"{Target}: no answer within {AttemptTimeout.TotalSeconds:0} s{times}.");
            }
        }
    }

    public ValueTask DisposeAsync()
    {
        client.Dispose();
        return ValueTask.CompletedTask;
    }

    // False when no answer came in time.
    private async ValueTask<bool> TryWriteAsync(AlertLine alert, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(AttemptTimeout, clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = Content(alert) };
            using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, both.Token);
            if (options.Echo)
            {
                await EchoAsync(answer, both.Token);
            }

            Check(answer);
            return true;
        }
        catch (Exception exception) when (HttpFailure.Of(exception) is { } failure)
        {
            throw new OutputBusyException($"{Target}: {ConnectionTrouble.Reason(failure, "http_output", url.Scheme == Uri.UriSchemeHttps && !options.Mtls)}", pause: null, exception);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    // What an answer says beyond its status has no influence on the alert, and a body that breaks off none either.
    private async Task EchoAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        var body = new byte[MostEchoed];
        var length = 0;
        try
        {
            await using var stream = await answer.Content.ReadAsStreamAsync(cancellationToken);
            length = await stream.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false, cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException)
        {
            // Shown as far as it came.
        }

        Answered(logger, Target, (int)answer.StatusCode, Encoding.UTF8.GetString(body, 0, length));
    }

    private void Check(HttpResponseMessage answer)
    {
        var status = (int)answer.StatusCode;
        if (answer.IsSuccessStatusCode)
        {
            return;
        }

        if (answer.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.RequestEntityTooLarge or HttpStatusCode.UnsupportedMediaType or HttpStatusCode.UnprocessableEntity)
        {
            throw new AlertRefusedException($"{Target} refused an alert with status {status}; it is given up.");
        }

        throw new OutputBusyException($"{Target} answers with status {status}{Hint(answer)}.", RetryAfter(answer));
    }

    private static string Hint(HttpResponseMessage answer) => answer.StatusCode switch
    {
        HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => "; check user and password in http_output.url",
        HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed => "; check the path of http_output.url",
        HttpStatusCode.ProxyAuthenticationRequired => "; check the proxy's user and password",
        >= HttpStatusCode.MultipleChoices and < HttpStatusCode.BadRequest when answer.Headers.Location is { } location =>
            $", and sends on to {(location.IsAbsoluteUri ? location.GetLeftPart(UriPartial.Authority) : "another path")}; write that into http_output.url",
        _ => "",
    };

    private HttpContent Content(AlertLine alert)
    {
        HttpContent content = new ReadOnlyMemoryContent(alert.Line);
        if (options.CompressUploads)
        {
            var packed = new MemoryStream();
            using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            {
                gzip.Write(alert.Line.Span);
            }

            content = new ByteArrayContent(packed.ToArray());
            content.Headers.ContentEncoding.Add("gzip");
        }

        content.Headers.ContentType = new MediaTypeHeaderValue(alert.IsJson ? "application/json" : "text/plain");
        return content;
    }

    // Null leaves the pause to the queue.
    private TimeSpan? RetryAfter(HttpResponseMessage answer)
    {
        var asked = HttpStatuses.RetryAfter(answer.Headers, clock);
        return asked > LongestRetryAfter ? LongestRetryAfter : asked;
    }

    [LoggerMessage(1208, LogLevel.Information, "{Target} answers with status {Status}: {Body}")]
    private static partial void Answered(ILogger logger, string target, int status, string body);
}
