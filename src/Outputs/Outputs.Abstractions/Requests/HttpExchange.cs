using System.IO.Compression;
using System.Net;
using Saker.Alerts;
using Saker.Http;
using Saker.Outputs.Transports;

namespace Saker.Outputs.Requests;

/// <summary>
/// One request and its answer. A redirect by 307 or 308 is followed on the same host, at most three times; any other would
/// turn the POST into a GET. A destination that cannot be reached is a retry.
/// </summary>
/// <param name="descriptor">Says whose answers are judged, and what they mean.</param>
/// <param name="context">The instance's context.</param>
/// <param name="options">The instance's options: its own headers.</param>
public sealed class HttpExchange(OutputDescriptor descriptor, OutputContext context, HttpOutputOptions options)
{
    private const int MaxRedirects = 3;

    private readonly KeyValuePair<string, string>[] own = [.. options.CustomHeaders.Select(static header => KeyValuePair.Create(header.Key, header.Value.Reveal()))];

    /// <summary>Adds what depends on the whole request: a token, a signature. Called for each request, after its headers and body are complete.</summary>
    public Func<HttpRequestMessage, ReadOnlyMemory<byte>, CancellationToken, ValueTask>? Sign { get; init; }

    /// <summary>Finds the vendor's words in an answer that is no success, and the key to look at; null for what it does not know.</summary>
    public Func<int, string, VendorWords?>? Words { get; init; }

    /// <summary>The key that holds the token or password, which 401 and 403 tell of.</summary>
    public string CredentialKey { get; init; } = descriptor?.DecidingKey ?? "";

    internal OutputDescriptor Descriptor => descriptor;

    internal TimeProvider Clock => context.Clock;

    /// <summary>Sends a request and gives what the answer means for it.</summary>
    public async ValueTask<DeliveryResult> DeliverAsync(HttpTarget target, OutgoingRequest request, CancellationToken cancellationToken)
    {
        using var answer = await SendAsync(target, request, cancellationToken);
        return await answer.ResultAsync(cancellationToken);
    }

    /// <summary>Sends a request. The answer also stands for a destination that was not reached.</summary>
    public async ValueTask<HttpAnswer> SendAsync(HttpTarget target, OutgoingRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(request);
        context.Sending(request.Body);
        var body = request.Gzip ? Compress(request.Body) : request.Body;
        var address = target.Address;
        try
        {
            for (var redirects = 0; ; redirects++)
            {
                using var message = Message(address, request, body);
                if (Sign is not null)
                {
                    await Sign(message, body, cancellationToken);
                }

                var response = await context.Transports.Http.SendAsync(message, cancellationToken);
                if (response.StatusCode is not (HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect)
                    || redirects == MaxRedirects || response.Headers.Location is not { } location
                    || new Uri(address, location) is var next && (next.Authority != address.Authority || next.Scheme != address.Scheme))
                {
                    return new HttpAnswer(this, target, response) { Sent = request };
                }

                response.Dispose();
                address = next;
            }
        }
        catch (Exception exception) when (HttpFailure.Of(exception) is { } failure)
        {
            return new HttpAnswer(this, target, DeliveryResult.Retry(target.MaskIn(ConnectionWords.Of(failure, target.Address, context.Transports.ProxyTo(target.Address)))));
        }
    }

    // What a proxy or a gateway may say back of a request: values of headers are tokens more often than not.
    internal string MaskIn(string words, OutgoingRequest? sent)
    {
        foreach (var (name, value) in own.Concat(sent?.Headers ?? []))
        {
            words = value.Length == 0 ? words : words.Replace(value, Secret.Mask, StringComparison.Ordinal);
            // "No such token: …", without the scheme in front of it.
            var credentials = value[(value.IndexOf(' ', StringComparison.Ordinal) + 1)..];
            words = credentials.Length > 0 && name.EndsWith("Authorization", StringComparison.OrdinalIgnoreCase) ? words.Replace(credentials, Secret.Mask, StringComparison.Ordinal) : words;
        }

        return words;
    }

    internal string Hint(string key) => key.Length == 0 ? "" : $" Look at {context.Path}.{key}.";

    private HttpRequestMessage Message(Uri address, OutgoingRequest request, ReadOnlyMemory<byte> body)
    {
        var message = new HttpRequestMessage(request.Method, address);
        if (request.ContentType.Length > 0)
        {
            message.Content = new ReadOnlyMemoryContent(body);
            message.Content.Headers.TryAddWithoutValidation("Content-Type", request.ContentType);
            if (request.Gzip)
            {
                message.Content.Headers.TryAddWithoutValidation("Content-Encoding", "gzip");
            }
        }

        message.Headers.TryAddWithoutValidation("User-Agent", context.Strict ? "Falcosidekick" : "Saker");
        if (BasicCredentials.Of(address) is { Length: > 0 } credentials)
        {
            message.Headers.Authorization = new("Basic", credentials);
        }

        Set(message, request.HeadersWin ? own : request.Headers);
        Set(message, request.HeadersWin ? request.Headers : own);
        return message;
    }

    private static void Set(HttpRequestMessage message, IReadOnlyList<KeyValuePair<string, string>> headers)
    {
        for (var i = 0; i < headers.Count; i++)
        {
            Set(message, headers[i].Key, headers[i].Value);
        }
    }

    // What is set later replaces what stands there, be it a header of the request or of the content.
    private static void Set(HttpRequestMessage message, string name, string value)
    {
        if (message.Headers.NonValidated.Contains(name))
        {
            message.Headers.Remove(name);
        }

        if (!message.Headers.TryAddWithoutValidation(name, value) && message.Content is { } content)
        {
            content.Headers.Remove(name);
            content.Headers.TryAddWithoutValidation(name, value);
        }
    }

    private static ReadOnlyMemory<byte> Compress(ReadOnlyMemory<byte> body)
    {
        var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(body.Span);
        }

        return compressed.GetBuffer().AsMemory(0, (int)compressed.Length);
    }
}

/// <summary>What a vendor says about a refusal.</summary>
/// <param name="Text">In its own words.</param>
/// <param name="Key">The key to look at, below the instance; empty when it is not known.</param>
public sealed record VendorWords(string Text, string Key = "");
