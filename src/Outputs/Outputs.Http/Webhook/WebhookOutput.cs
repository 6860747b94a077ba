using Saker.Alerts;

namespace Saker.Outputs.Http.Webhook;

internal sealed class WebhookOutput(WebhookOptions options, OutputContext context) : SingleAlertOutput, IOutputFactory<WebhookOptions>
{
    private readonly HttpMethod method = options.Method.Equals("put", StringComparison.OrdinalIgnoreCase) ? HttpMethod.Put : HttpMethod.Post;

    public static OutputDescriptor Descriptor { get; } = new()
    {
        Type = "webhook",
        Title = "Webhook",
        Summary = "Sends each alert as JSON to a URL of yours.",
        Transport = OutputTransport.Http,
        DecidingKey = "address",
        InFalcosidekick = true,
        Differences =
        [
            new("Drops the keys of an alert that it does not know, such as Falco's `message`.", "Sends them on."),
            new("In an alert of more than 4,096 bytes, cuts every field of more than 512 bytes, even in the middle of a character.", "Cuts nothing."),
            new("A `method` other than POST and PUT sends a POST.", "Does not start, and names the two."),
        ],
    };

    public static IOutput Create(WebhookOptions options, OutputContext context)
    {
        OptionWords.Require("method", options.Method, context.Strict, "post", "put");
        return new WebhookOutput(options, context);
    }

    protected override ValueTask<DeliveryResult> DeliverAsync(Alert alert, CancellationToken cancellationToken)
    {
        var body = WebhookMessage.From(alert, context.Strict);
        return HttpDelivery.SendAsync(context, options.Address, url => Request(url, body), cancellationToken);
    }

    private HttpRequestMessage Request(Uri url, ReadOnlyMemory<byte> body)
    {
        var request = JsonRequest.Create(method, url, body, context.Strict);
        foreach (var (name, value) in options.CustomHeaders)
        {
            // What the user sets replaces what stands there, be it a header of the request or of the content.
            if (request.Headers.NonValidated.Contains(name))
            {
                request.Headers.Remove(name);
            }

            if (!request.Headers.TryAddWithoutValidation(name, value.Reveal()))
            {
                request.Content!.Headers.Remove(name);
                request.Content.Headers.TryAddWithoutValidation(name, value.Reveal());
            }
        }

        return request;
    }
}
