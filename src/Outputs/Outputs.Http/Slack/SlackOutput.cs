using Saker.Alerts;
using Saker.Outputs.Rendering;
using Saker.Outputs.Requests;

namespace Saker.Outputs.Http.Slack;

internal sealed class SlackOutput(SlackOptions options, OutputContext context, MessageFormat? format)
    : SingleAlertOutput, IOutputFactory<SlackOptions>
{
    private readonly HttpExchange exchange = new(Descriptor, context, options);
    private readonly HttpTarget target = HttpTarget.Of(options.WebhookUrl);

    public static OutputDescriptor Descriptor { get; } = new()
    {
        Type = "slack",
        Title = "Slack",
        Summary = "Posts each alert as a message to a Slack channel.",
        Documentation = new Uri("https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks/"),
        Transport = OutputTransport.Http,
        DecidingKey = "webhookurl",
        InFalcosidekick = true,
        Differences =
        [
            new("Shows only those fields that are texts: numbers, booleans and null are missing.", "Shows every field; null as `<NA>`, as Falco prints it."),
            new("In an alert of more than 4,096 bytes, cuts every field of more than 512 bytes, even in the middle of a character.",
                "Cuts nothing below Slack's own limit of 40,000 characters. There it keeps rule, priority and time, and marks the cut with an ellipsis."),
            new("An unknown word in `outputformat` gives a message with next to nothing in it.", "Does not start, and names the words that `outputformat` takes."),
            new("A `messageformat` that cannot be read is left out.", "Does not start, and says where the template is wrong."),
        ],
    };

    public static IOutput Create(SlackOptions options, OutputContext context)
    {
        OptionWords.Require("outputformat", options.OutputFormat, context.Strict, "all", "text", "fields");
        return new SlackOutput(options, context, MessageFormat.Compile(options.MessageFormat, context));
    }

    protected override ValueTask<DeliveryResult> DeliverAsync(Alert alert, CancellationToken cancellationToken) =>
        exchange.DeliverAsync(target, new OutgoingRequest(SlackMessage.From(AlertView.For(alert, context.Strict), options, format)), cancellationToken);
}
