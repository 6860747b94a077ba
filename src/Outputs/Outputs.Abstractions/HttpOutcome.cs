using System.Net;
using System.Buffers;
using System.Text;
using Saker.Http;

namespace Saker.Outputs;

/// <summary>
/// Reads the outcome of an HTTP request: 2xx delivered; 408, 425, 429 and 5xx come again; 401 to 405, 407, 410 and redirects tell of the
/// address, the token, the account or the method and not of the alert, so that the output is blocked; everything else is refused for good.
/// Redirects are not followed by the client: a 3xx that arrives here leads elsewhere.
/// </summary>
public static class HttpOutcome
{
    /// <summary>Bytes of an answer's body that are read at most, for the reason.</summary>
    public const int MaxBodyBytes = 4096;

    private const int MaxReasonChars = 300;

    /// <summary>The outcome of an answer. Reads its body only when it was no success.</summary>
    public static async ValueTask<DeliveryResult> FromAsync(HttpResponseMessage response, TimeProvider clock, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(response);
        ArgumentNullException.ThrowIfNull(clock);
        if (response.IsSuccessStatusCode)
        {
            return DeliveryResult.Delivered;
        }

        var reason = $"status {(int)response.StatusCode}";
        if ((int)response.StatusCode is >= 300 and < 400 && response.Headers.Location is { } location)
        {
            var elsewhere = location.IsAbsoluteUri ? $"{location.Scheme}://{location.Authority}" : "another path of the same host";
            return DeliveryResult.Blocked($"{reason}: redirected to {elsewhere}, which is not followed; the address is to be changed");
        }

        var body = await ReadBodyAsync(response.Content, cancellationToken);
        if (body.Length > 0)
        {
            reason = $"{reason}: {body}";
        }

        return HttpStatuses.IsTransient(response.StatusCode)
            ? DeliveryResult.Retry(reason, HttpStatuses.RetryAfter(response.Headers, clock))
            : IsMisconfigured(response.StatusCode) ? DeliveryResult.Blocked(reason) : DeliveryResult.Rejected(reason);
    }

    /// <summary>True for a status that every alert would get until the output's configuration, or the destination's, is mended.</summary>
    public static bool IsMisconfigured(HttpStatusCode status) =>
        (int)status is (>= 300 and < 400) or (>= 401 and <= 405) or 407 or 410;

    /// <summary>The start of a body as one line of text, at most <see cref="MaxBodyBytes"/> read; empty when it cannot be read.</summary>
    public static async ValueTask<string> ReadBodyAsync(HttpContent content, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(content);
        var buffer = ArrayPool<byte>.Shared.Rent(MaxBodyBytes);
        try
        {
            await using var stream = await content.ReadAsStreamAsync(cancellationToken);
            var length = await stream.ReadAtLeastAsync(buffer.AsMemory(0, MaxBodyBytes), MaxBodyBytes, throwOnEndOfStream: false, cancellationToken);
            return OneLine(Encoding.UTF8.GetString(buffer, 0, length));
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException)
        {
            // The status already decides; a body that breaks off takes nothing from it.
            return "";
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static string OneLine(string text)
    {
        var line = new StringBuilder(Math.Min(text.Length, MaxReasonChars));
        foreach (var unit in text)
        {
            if (line.Length == MaxReasonChars)
            {
                break;
            }

            var space = char.IsWhiteSpace(unit) || char.IsControl(unit);
            if (!space)
            {
                line.Append(unit);
            }
            else if (line.Length > 0 && line[^1] != ' ')
            {
                line.Append(' ');
            }
        }

        return line.ToString().TrimEnd();
    }
}
