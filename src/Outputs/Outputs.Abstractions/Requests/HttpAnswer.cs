using System.Net;
using System.Text;
using Saker.Http;
using Saker.Outputs.Rendering;

namespace Saker.Outputs.Requests;

/// <summary>
/// The answer to a request, or why there is none. What it means unless the output knows better: 2xx delivered; 408, 425, 429 and 5xx come
/// again; 401 to 405, 407, 410 and redirects tell of the address, the token, the account or the method and not of the alert, so that the
/// output is blocked; everything else is refused for good.
/// </summary>
public sealed class HttpAnswer : IDisposable
{
    /// <summary>Bytes of an answer that are read at most for a reason.</summary>
    public const int MaxReasonBytes = 4096;

    private readonly HttpExchange exchange;
    private readonly HttpTarget target;
    private readonly HttpResponseMessage? response;
    private readonly DeliveryResult failure;
    private byte[]? body;

    internal HttpAnswer(HttpExchange exchange, HttpTarget target, HttpResponseMessage response) => (this.exchange, this.target, this.response) = (exchange, target, response);

    internal HttpAnswer(HttpExchange exchange, HttpTarget target, DeliveryResult failure) => (this.exchange, this.target, this.failure) = (exchange, target, failure);

    /// <summary>What was sent.</summary>
    internal OutgoingRequest? Sent { get; init; }

    /// <summary>The status; 0 when the destination was not reached.</summary>
    public int Status => response is null ? 0 : (int)response.StatusCode;

    /// <summary>True for 2xx.</summary>
    public bool IsSuccess => response is { IsSuccessStatusCode: true };

    /// <summary>The value of a header; empty when the answer has none.</summary>
    public string Header(string name) => response is not null && response.Headers.NonValidated.TryGetValues(name, out var values) ? values.ToString() : "";

    /// <summary>The body as it is, at most <paramref name="maxBytes"/> of it; empty when it breaks off or there is no answer.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> BodyAsync(int maxBytes, CancellationToken cancellationToken)
    {
        if (response is null)
        {
            return default;
        }

        body ??= await ReadAsync(response.Content, maxBytes, cancellationToken);
        return body;
    }

    /// <summary>What the answer means. Reads the body only when it is no success.</summary>
    public async ValueTask<DeliveryResult> ResultAsync(CancellationToken cancellationToken)
    {
        if (response is null)
        {
            return failure;
        }

        var status = StatusOf(Status);
        if (status == DeliveryStatus.Delivered)
        {
            return DeliveryResult.Delivered;
        }

        if (Status is >= 300 and < 400 && response.Headers.Location is { } location)
        {
            var elsewhere = location.IsAbsoluteUri ? $"{location.Scheme}://{location.Authority}" : "another path of the same host";
            return DeliveryResult.Blocked($"status {Status}: redirected to {elsewhere}, which is not followed; the address is to be changed.{exchange.Hint(exchange.Descriptor.DecidingKey)}");
        }

        var text = Encoding.UTF8.GetString((await BodyAsync(MaxReasonBytes, cancellationToken)).Span);
        return Refusal(status, text);
    }

    /// <summary>An outcome that the output has found in the answer, told like every other: who refused what, with which words, and where to look.</summary>
    /// <param name="status">What it means.</param>
    /// <param name="answer">What was answered.</param>
    /// <param name="itemStatus">The status of one item of an answer that is a success as a whole; 0 for the answer's own.</param>
    public DeliveryResult Refusal(DeliveryStatus status, string answer, int itemStatus = 0)
    {
        var shown = itemStatus == 0 ? Status : itemStatus;
        var words = exchange.Words?.Invoke(shown, answer) ?? new VendorWords(answer);
        var said = ServerWords.OneLine(exchange.MaskIn(target.MaskIn(words.Text), Sent));
        var key = words.Key.Length > 0 ? words.Key
            : shown is 401 or 403 ? exchange.CredentialKey
            : status == DeliveryStatus.Blocked ? exchange.Descriptor.DecidingKey
            : "";
        var reason = $"{exchange.Descriptor.Title} {Verb(status)} (status {shown}){(said.Length > 0 ? $": {said}" : "")}";
        var whole = ServerWords.Ended(reason) + exchange.Hint(key);
        return status switch
        {
            DeliveryStatus.Retry => DeliveryResult.Retry(whole, response is null ? null : HttpStatuses.RetryAfter(response.Headers, exchange.Clock)),
            DeliveryStatus.Blocked => DeliveryResult.Blocked(whole),
            DeliveryStatus.Rejected => DeliveryResult.Rejected(whole),
            DeliveryStatus.Skipped => DeliveryResult.Skipped(whole),
            _ => throw new ArgumentOutOfRangeException(nameof(status), status, "This is no refusal."),
        };
    }

    /// <inheritdoc/>
    public void Dispose() => response?.Dispose();

    private DeliveryStatus StatusOf(int status) =>
        exchange.Descriptor.Statuses.TryGetValue(status, out var own) ? own
        : status is >= 200 and < 300 ? DeliveryStatus.Delivered
        : HttpStatuses.IsTransient((HttpStatusCode)status) ? DeliveryStatus.Retry
        : status is (>= 300 and < 400) or (>= 401 and <= 405) or 407 or 410 ? DeliveryStatus.Blocked
        : DeliveryStatus.Rejected;

    private static string Verb(DeliveryStatus status) => status switch
    {
        DeliveryStatus.Retry => "does not take alerts at present",
        DeliveryStatus.Blocked => "refuses what is sent to it",
        DeliveryStatus.Skipped => "does not need the alert",
        _ => "refused the alert",
    };

    // The status already decides; a body that breaks off takes nothing from it.
    private static async ValueTask<byte[]> ReadAsync(HttpContent content, int maxBytes, CancellationToken cancellationToken)
    {
        try
        {
            await using var stream = await content.ReadAsStreamAsync(cancellationToken);
            var read = new MemoryStream();
            var buffer = new byte[Math.Min(maxBytes, 16 * 1024)];
            while (read.Length < maxBytes
                && await stream.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, maxBytes - read.Length)), cancellationToken) is var count and > 0)
            {
                read.Write(buffer.AsSpan(0, count));
            }

            return read.ToArray();
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException)
        {
            return [];
        }
    }
}
