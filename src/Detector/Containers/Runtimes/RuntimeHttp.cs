using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Saker.Detector.Answers;
using Saker.Http;

namespace Saker.Detector.Containers.Runtimes;

/// <summary>An answer of a runtime: a document, or nothing because the thing is not there, or a fault that it is itself.</summary>
/// <param name="Document">What it says, for a status of success and JSON within the bounds.</param>
/// <param name="Fault">What is wrong with the answer; null for a document and for what is not there.</param>
internal sealed record RuntimeAnswer(JsonDocument? Document, string? Fault) : IDisposable
{
    /// <summary>Nothing of that name.</summary>
    public static RuntimeAnswer Missing { get; } = new(null, null);

    /// <inheritdoc/>
    public void Dispose() => Document?.Dispose();
}

/// <summary>
/// HTTP over a runtime's Unix socket, reading calls only. Each call has its time and its answer a bound; of a stream only the lines have.
/// Whatever goes wrong with the connection is a <see cref="RuntimeUnavailableException"/>; only the caller's own cancellation is not.
/// </summary>
/// <param name="name">The runtime and its socket, for messages.</param>
/// <param name="socket">The path of the socket.</param>
/// <param name="settings">Time and clock.</param>
internal sealed class RuntimeHttp(string name, string socket, RuntimeSettings settings) : IDisposable
{
    private readonly HttpMessageInvoker client = new(UnixSocket.Handler(socket, settings.CallPatience));

    /// <summary>Asks for a document.</summary>
    /// <param name="path">Path and query, from the root.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public Task<RuntimeAnswer> GetAsync(string path, CancellationToken cancellationToken) => CallAsync(async token =>
    {
        using var response = await SendAsync(path, token);
        if (response.StatusCode == HttpStatusCode.NotFound)
        {
            return RuntimeAnswer.Missing;
        }

        if (response.StatusCode != HttpStatusCode.OK)
        {
            return new RuntimeAnswer(null, $"it answers with status {(int)response.StatusCode}");
        }

        await using var body = await response.Content.ReadAsStreamAsync(token);
        return await BoundedBody.ReadAsync(body, RecordLimits.AnswerBytes, token) is not { } bytes ? new RuntimeAnswer(null, "its answer is larger than 4 MiB")
            : JsonReading.Parse(bytes) is { } document ? new RuntimeAnswer(document, null)
            : new RuntimeAnswer(null, "its answer is no JSON");
    }, cancellationToken);

    /// <summary>The value of a header of an answer without regard to its body; null when it has none.</summary>
    public Task<string?> HeaderAsync(string path, string header, CancellationToken cancellationToken) => CallAsync(async token =>
    {
        using var response = await SendAsync(path, token);
        return response.Headers.TryGetValues(header, out var values) ? values.First() : null;
    }, cancellationToken);

    /// <summary>Documents that come one a line for as long as the connection lasts.</summary>
    /// <param name="path">Path and query, from the root.</param>
    /// <param name="following">Called when the runtime has begun to answer.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async IAsyncEnumerable<JsonDocument> LinesAsync(string path, Action following, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var response = await CallAsync(token => SendAsync(path, token), cancellationToken);
        if (response.StatusCode != HttpStatusCode.OK)
        {
            throw Unavailable($"it answers with status {(int)response.StatusCode}");
        }

        following();
        await using var lines = new BoundedLines(await response.Content.ReadAsStreamAsync(cancellationToken), RecordLimits.AnswerBytes);
        while (true)
        {
            yield return JsonReading.Parse(await NextAsync(lines, cancellationToken)) ?? throw Unavailable("it tells of events in lines that are no JSON");
        }
    }

    /// <summary>The exception for a runtime that cannot be asked.</summary>
    /// <param name="reason">A clause without a name in it.</param>
    /// <param name="inner">Where it comes from.</param>
    public RuntimeUnavailableException Unavailable(string reason, Exception? inner = null) => new($"{name}: {reason}.", inner);

    /// <inheritdoc/>
    public void Dispose() => client.Dispose();

    private Task<HttpResponseMessage> SendAsync(string path, CancellationToken cancellationToken)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, new Uri("http://localhost" + path));
        return client.SendAsync(request, cancellationToken);
    }

    private async Task<ReadOnlyMemory<byte>> NextAsync(BoundedLines lines, CancellationToken cancellationToken)
    {
        try
        {
            var (outcome, line) = await lines.ReadAsync(cancellationToken);
            return outcome switch
            {
                LineOutcome.Line => line,
                LineOutcome.TooLong => throw Unavailable("it tells of an event in a line of more than 4 MiB"),
                _ => throw Unavailable("it ended the connection of its events"),
            };
        }
        catch (Exception exception) when (exception is IOException and not RuntimeUnavailableException or HttpRequestException)
        {
            throw Unavailable("the connection of its events broke", exception);
        }
    }

    private async Task<T> CallAsync<T>(Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(settings.CallPatience, settings.Clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            return await call(either.Token);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw Unavailable($"no answer within {settings.CallPatience.TotalSeconds:0.#} s", exception);
        }
        catch (Exception exception) when (HttpFailure.Of(exception) is not null || exception is IOException)
        {
            throw Unavailable($"it cannot be reached ({Reason(exception)})", exception);
        }
    }

    // The innermost one says it in the system's words: "Connection refused".
    private static string Reason(Exception exception) => exception.GetBaseException().Message.TrimEnd('.');
}
