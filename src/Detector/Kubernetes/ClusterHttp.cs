using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Security.Authentication;
using System.Text.Json;
using Saker.Detector.Answers;
using Saker.Http;

namespace Saker.Detector.Kubernetes;

/// <summary>
/// Requests to the API server, reading ones only. Each has its time and its answer a bound; what goes wrong is a
/// <see cref="ClusterTroubleException"/>, whose message has nothing of the answer; only the caller's own cancellation is not.
/// </summary>
/// <param name="access">Where it is, and who asks.</param>
/// <param name="counters">Counts requests.</param>
/// <param name="clock">The time.</param>
internal sealed class ClusterHttp(ClusterAccess access, ClusterCounters counters, TimeProvider clock) : IDisposable
{
    /// <summary>The longest answer about one object, and the longest line of a watch. An object is stored in at most 1.5 MiB.</summary>
    public const int ObjectBytes = 4 << 20;

    /// <summary>The longest list that is read at once.</summary>
    public const int ListBytes = 16 << 20;

    /// <summary>How long one request may take.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>How long a list may take.</summary>
    public static readonly TimeSpan ListPatience = TimeSpan.FromSeconds(20);

    private const string MetadataOnly = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1, application/json";

    private readonly ClusterCredentials credentials = new(access, Patience, clock);

    /// <summary>The server in messages.</summary>
    public string Target => access.Target;

    /// <summary>An object's metadata; null when there is no such object.</summary>
    /// <param name="path">Path and query, below the root.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public Task<JsonDocument?> MetadataAsync(string path, CancellationToken cancellationToken) =>
        DocumentAsync(path, MetadataOnly, ObjectBytes, Patience, cancellationToken);

    /// <summary>A list, or a page of one; null when there is no such thing.</summary>
    /// <param name="path">Path and query, below the root.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public Task<JsonDocument?> ListAsync(string path, CancellationToken cancellationToken) =>
        DocumentAsync(path, "application/json", ListBytes, ListPatience, cancellationToken);

    /// <summary>The events of a watch, until the server ends it, which is no trouble.</summary>
    /// <param name="path">Path and query, below the root.</param>
    /// <param name="longest">For how long it is read.</param>
    /// <param name="watching">Called when the server has taken it.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async IAsyncEnumerable<JsonDocument> WatchAsync(
        string path, TimeSpan longest, Action watching, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var response = await CallAsync(token => SendAsync(path, "application/json", token), Patience, cancellationToken);
        watching();
        using var limit = new CancellationTokenSource(longest, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        await using var lines = new BoundedLines(await response.Content.ReadAsStreamAsync(cancellationToken), ObjectBytes);
        while (await NextAsync(lines, either.Token, cancellationToken) is { } line)
        {
            yield return JsonReading.Parse(line) ?? throw Trouble(ClusterOutcome.Damaged, "it tells of changes in lines that are no JSON");
        }

        counters.Count(ClusterOutcome.Answered);
    }

    /// <summary>A trouble, counted.</summary>
    /// <param name="outcome">What it is.</param>
    /// <param name="reason">A clause without a name in it.</param>
    /// <param name="inner">Where it comes from.</param>
    public ClusterTroubleException Trouble(ClusterOutcome outcome, string reason, Exception? inner = null)
    {
        counters.Count(outcome);
        return new ClusterTroubleException(outcome, $"the API server {access.Target}: {reason}.", inner);
    }

    /// <inheritdoc/>
    public void Dispose() => credentials.Dispose();

    private Task<JsonDocument?> DocumentAsync(string path, string accept, int longest, TimeSpan patience, CancellationToken cancellationToken) => CallAsync(async token =>
    {
        using var response = await SendAsync(path, accept, token, mayBeMissing: true);
        if (response.StatusCode == HttpStatusCode.NotFound)
        {
            counters.Count(ClusterOutcome.Missing);
            return null;
        }

        await using var body = await response.Content.ReadAsStreamAsync(token);
        var bytes = await BoundedBody.ReadAsync(body, longest, token) ?? throw Trouble(ClusterOutcome.TooLarge, $"its answer is larger than {longest >> 20} MiB");
        var document = JsonReading.Parse(bytes) ?? throw Trouble(ClusterOutcome.Damaged, "its answer is no JSON");
        counters.Count(ClusterOutcome.Answered);
        return document;
    }, patience, cancellationToken);

    private async Task<HttpResponseMessage> SendAsync(string path, string accept, CancellationToken cancellationToken, bool mayBeMissing = false)
    {
        var (client, token) = credentials.Take();
        var response = await SendAsync(client, token, path, accept, cancellationToken);
        if (response.StatusCode == HttpStatusCode.Unauthorized)
        {
            // The token may have been changed since it was read.
            (client, var renewed) = credentials.Take(isRefused: true);
            if (renewed != token)
            {
                response.Dispose();
                response = await SendAsync(client, renewed, path, accept, cancellationToken);
            }
        }

        if (response.StatusCode == HttpStatusCode.OK || (mayBeMissing && response.StatusCode == HttpStatusCode.NotFound))
        {
            return response;
        }

        var status = (int)response.StatusCode;
        response.Dispose();
        throw status switch
        {
            401 => Trouble(ClusterOutcome.Unauthorized, "it does not take the token (status 401)"),
            403 => Trouble(ClusterOutcome.Forbidden, $"its rights do not allow it (status 403); docs/containers.md has the role that is needed"),
            410 => Trouble(ClusterOutcome.Gone, "what is asked from is too old (status 410)"),
            429 or >= 500 => Trouble(ClusterOutcome.Busy, $"it answers with status {status}"),
            _ => Trouble(ClusterOutcome.Damaged, $"it answers with status {status}"),
        };
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMessageInvoker client, string token, string path, string accept, CancellationToken cancellationToken)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, new Uri(access.Server, path));
        request.Headers.TryAddWithoutValidation("Accept", accept);
        request.Headers.TryAddWithoutValidation("User-Agent", "saker-detector");
        if (token.Length > 0)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        return await client.SendAsync(request, cancellationToken);
    }

    /// <summary>The next line; null at the end.</summary>
    private async Task<ReadOnlyMemory<byte>?> NextAsync(BoundedLines lines, CancellationToken limit, CancellationToken cancellationToken)
    {
        try
        {
            var (outcome, line) = await lines.ReadAsync(limit);
            return outcome switch
            {
                LineOutcome.Line => line,
                LineOutcome.End => (ReadOnlyMemory<byte>?)null, // the type must be said: null alone is an empty line
                LineOutcome.TooLong => throw Trouble(ClusterOutcome.TooLarge, $"it tells of a change in a line of more than {ObjectBytes >> 20} MiB"),
                _ => throw Trouble(ClusterOutcome.Damaged, "it ended a watch in the middle of a line"),
            };
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw Trouble(ClusterOutcome.Slow, "it did not end a watch when it should have", exception);
        }
        catch (Exception exception) when (exception is not ClusterTroubleException && (HttpFailure.Of(exception) is not null || exception is IOException))
        {
            throw Trouble(ClusterOutcome.Unreachable, "the connection of a watch broke", exception);
        }
    }

    private async Task<T> CallAsync<T>(Func<CancellationToken, Task<T>> call, TimeSpan patience, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await call(either.Token);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw Trouble(ClusterOutcome.Slow, $"no answer within {patience.TotalSeconds:0.#} s", exception);
        }
        catch (Exception exception) when (HttpFailure.Of(exception) is { } failure)
        {
            throw Trouble(ClusterOutcome.Unreachable, $"it cannot be reached ({Reason(failure)})", exception);
        }
        catch (IOException exception) when (exception is not ClusterTroubleException)
        {
            throw Trouble(ClusterOutcome.Unreachable, exception.Message.TrimEnd('.'), exception);
        }
    }

    private static string Reason(HttpRequestException failure) => failure.HttpRequestError switch
    {
        HttpRequestError.NameResolutionError => "its name cannot be resolved",
        HttpRequestError.SecureConnectionError when failure.InnerException is AuthenticationException => "its certificate is not trusted",
        HttpRequestError.SecureConnectionError => "no TLS connection came about",
        HttpRequestError.ConnectionError when failure.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionRefused } => "the connection is refused",
        HttpRequestError.ConnectionError => "no connection came about",
        _ => "the connection broke",
    };
}
