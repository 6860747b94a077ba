using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Authentication;
using Saker.Http;

namespace Saker.Detector.Outputs;

/// <summary>
/// Posts each alert over a connection that is kept. Whatever the answer says about the way there (an address, a password, a proxy that
/// is wrong; a router that is busy or gone) is over some day, and the alert is tried again until then. Only what the answer says
/// about the alert itself gives it up.
/// </summary>
internal sealed class HttpOutput : IAlertOutput
{
    private static readonly TimeSpan AttemptTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestRetryAfter = TimeSpan.FromMinutes(1);

    private readonly HttpClient client;
    private readonly Uri url;
    private readonly bool compress;
    private readonly TimeProvider clock;

    /// <param name="url">Where alerts are posted.</param>
    /// <param name="handler">Carries the TLS settings; disposed with the output.</param>
    /// <param name="userAgent">The <c>User-Agent</c>.</param>
    /// <param name="compress">Sends alerts gzipped.</param>
    /// <param name="clock">The clock that an attempt's limit goes by.</param>
    public HttpOutput(Uri url, HttpMessageHandler handler, string userAgent, bool compress, TimeProvider clock)
    {
        this.url = url;
        this.compress = compress;
        this.clock = clock;
#pragma warning disable RS0030 // the one client of this program
        client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
#pragma warning restore RS0030
        client.DefaultRequestHeaders.TryAddWithoutValidation("User-Agent", userAgent);
    }

    public string Name => "http";

    // Without user and password, and without the path, which may be a secret.
    private string Target => $"{url.Scheme}://{url.Authority}";

    public async ValueTask WriteAsync(AlertLine alert, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(AttemptTimeout, clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = Content(alert) };
            using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseContentRead, both.Token);
            Check(answer);
        }
        catch (Exception exception) when (HttpFailure.Of(exception) is { } failure)
        {
            throw new OutputBusyException($"{Target}: {Reason(failure)}", pause: null, exception);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new OutputBusyException($"{Target}: no answer within {AttemptTimeout.TotalSeconds:0} s.", pause: null, exception);
        }
    }

    public ValueTask DisposeAsync()
    {
        client.Dispose();
        return ValueTask.CompletedTask;
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

    private static string Reason(HttpRequestException exception) => exception.HttpRequestError switch
    {
        HttpRequestError.NameResolutionError => "its name cannot be resolved.",
        HttpRequestError.SecureConnectionError when exception.InnerException is AuthenticationException =>
            "its certificate is not trusted here (http_output.ca_cert names the authority's file).",
        HttpRequestError.SecureConnectionError => "no TLS connection came about.",
        HttpRequestError.ConnectionError when exception.InnerException is SocketException { SocketErrorCode: var error } => error switch
        {
            SocketError.ConnectionRefused => "the connection is refused; nobody listens there.",
            SocketError.TimedOut => "nobody answers there.",
            SocketError.HostUnreachable or SocketError.NetworkUnreachable => "there is no way there.",
            _ => $"no connection ({error}).",
        },
        HttpRequestError.ConnectionError => "no connection came about.",
        HttpRequestError.ProxyTunnelError => "the proxy refuses to connect.",
        HttpRequestError.ResponseEnded or HttpRequestError.InvalidResponse => "what answers there does not speak HTTP, or hangs up before it has answered.",
        _ => "the connection broke.",
    };

    private HttpContent Content(AlertLine alert)
    {
        HttpContent content = new ReadOnlyMemoryContent(alert.Line);
        if (compress)
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
}
