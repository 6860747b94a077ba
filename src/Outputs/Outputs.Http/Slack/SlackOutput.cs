using Saker.Alerts;

namespace Saker.Outputs.Http.Slack;

internal sealed class SlackOutput(SlackOptions options, OutputContext context, MessageFormat? format)
    : SingleAlertOutput, IOutputFactory<SlackOptions>
{
    public static OutputDescriptor Descriptor { get; } = new()
    {
        Type = "slack",
        Title = "Slack",
        Summary = "Posts each alert as a message to a Slack channel.",
        Documentation = new Uri("https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks/"),
        Transport = OutputTransport.Http,
        DecidingKey = "webhookurl",
        InFalcosidekick = true,
    };

    public static IOutput Create(SlackOptions options, OutputContext context)
    {
        OptionWords.Require("outputformat", options.OutputFormat, context.Strict, "all", "text", "fields");
        return new SlackOutput(options, context, MessageFormat.Compile(options.MessageFormat, context));
    }

    protected override ValueTask<DeliveryResult> DeliverAsync(Alert alert, CancellationToken cancellationToken)
    {
        var body = SlackMessage.From(alert, options, format, context.Strict);
        return HttpDelivery.SendAsync(
            context, options.WebhookUrl, url => JsonRequest.Create(HttpMethod.Post, url, body, context.Strict), cancellationToken);
    }
}
