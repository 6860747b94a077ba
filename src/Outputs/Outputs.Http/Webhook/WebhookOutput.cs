using Saker.Alerts;
using Saker.Outputs.Rendering;
using Saker.Outputs.Requests;

namespace Saker.Outputs.Http.Webhook;

internal sealed class WebhookOutput(WebhookOptions options, OutputContext context) : SingleAlertOutput, IOutputFactory<WebhookOptions>
{
    private readonly HttpExchange exchange = new(Descriptor, context, options);
    private readonly HttpTarget target = HttpTarget.Of(options.Address);
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

    protected override ValueTask<DeliveryResult> DeliverAsync(Alert alert, CancellationToken cancellationToken) =>
        exchange.DeliverAsync(target, new OutgoingRequest(WebhookMessage.From(AlertView.For(alert, context.Strict))) { Method = method }, cancellationToken);
}
