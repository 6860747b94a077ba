using System.Net;
using System.Runtime.CompilerServices;
using Saker.Alerts;

namespace Saker.Outputs.Http;

/// <summary>
/// One request and its outcome. A redirect by 307 or 308 is followed on the same host, at most three times; any other would
/// turn the POST into a GET. A destination that cannot be reached is a retry.
/// </summary>
internal static class HttpDelivery
{
    private const int MaxRedirects = 3;

    // An address is parsed once and not for each alert; the table forgets what the options no longer hold.
    private static readonly ConditionalWeakTable<Secret, Uri> Targets = [];

    /// <summary>Sends what <paramref name="create"/> makes, once for each redirect.</summary>
    /// <param name="context">The instance's context.</param>
    /// <param name="url">Where to; a secret, since webhook addresses carry their token.</param>
    /// <param name="create">Makes the request for an address.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public static async ValueTask<DeliveryResult> SendAsync(
        OutputContext context, Secret url, Func<Uri, HttpRequestMessage> create, CancellationToken cancellationToken)
    {
        try
        {
            var target = Targets.GetValue(url, static address => WebAddress.Parse(address.Reveal()));
            for (var redirects = 0; ; redirects++)
            {
                using var request = create(target);
                if (request.Content is { } content)
                {
                    context.Sending(content);
                }

                using var response = await context.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
                if (response.StatusCode is not (HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect))
                {
                    return await HttpOutcome.FromAsync(response, context.Clock, cancellationToken);
                }

                if (redirects == MaxRedirects || response.Headers.Location is not { } location
                    || new Uri(target, location) is var next && (next.Authority != target.Authority || next.Scheme != target.Scheme))
                {
                    return await HttpOutcome.FromAsync(response, context.Clock, cancellationToken);
                }

                target = next;
            }
        }
        catch (HttpRequestException exception)
        {
            return DeliveryResult.Retry(url.MaskIn(ConnectionWords.Of(exception, Targets.GetValue(url, static address => new Uri(address.Reveal())))));
        }
    }
}
