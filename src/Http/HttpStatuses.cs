using System.Net;
using System.Net.Http.Headers;

namespace Saker.Http;

/// <summary>What an HTTP answer says about sending the same request again.</summary>
public static class HttpStatuses
{
    /// <summary>True for a status after which the same request may succeed later: 408, 425, 429 and 5xx.</summary>
    public static bool IsTransient(HttpStatusCode status) =>
        status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or (HttpStatusCode)425 || (int)status >= 500;

    /// <summary>How long <c>Retry-After</c> asks to wait, in seconds or as a date; null without one, zero for a date that has passed.</summary>
    public static TimeSpan? RetryAfter(HttpResponseHeaders headers, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(headers);
        ArgumentNullException.ThrowIfNull(clock);
        if (headers.RetryAfter is not { } header)
        {
            return null;
        }

        var delay = header.Delta ?? header.Date - clock.GetUtcNow();
        return delay < TimeSpan.Zero ? TimeSpan.Zero : delay;
    }
}
