using System.Text.Json;
using Saker.Alerts;
using Saker.Outputs.Rendering;
using Saker.Outputs.Requests;

namespace Saker.Outputs.Http.PagerDuty;

internal sealed class PagerDutyOutput(PagerDutyOptions options, OutputContext context, MessageFormat? dedupKey, MessageFormat? eventAction) : SingleAlertOutput, IOutputFactory<PagerDutyOptions>
{
    private const string UsEvents = "https://events.pagerduty.com/v2/enqueue";
    private const string EuEvents = "https://events.eu.pagerduty.com/v2/enqueue";

    private readonly HttpTarget target = HttpTarget.Of(new Secret(options.Region == "eu" ? EuEvents : UsEvents));
    private readonly HttpExchange exchange = new(Descriptor, context, options) { Words = Words };

    public static OutputDescriptor Descriptor { get; } = new()
    {
        Type = "pagerduty",
        Title = "PagerDuty",
        Summary = "Triggers an event for each alert, which opens an incident in PagerDuty.",
        Documentation = new Uri("https://developer.pagerduty.com/docs/send-alert-event"),
        Transport = OutputTransport.Http,
        DecidingKey = "routingkey",
        InFalcosidekick = true,
        Differences =
        [
            new("Every event is critical.", "The severity follows the priority: critical from Critical on, error, warning, info below."),
            new("Leaves rule, priority and tags out.", "Has them in the details; the host is the source, the rule the class."),
            new("Has no key to group by, so that an event that is sent again opens another incident.", "Sends the alert's id, or what `dedupkey` makes of it."),
            new("A message of more than 1,024 characters is refused.", "Cuts it on a character, with a mark."),
            new("`region: eu` has no effect.", "Sends to the European region; under strict compatibility too."),
        ],
    };

    public static IOutput Create(PagerDutyOptions options, OutputContext context) =>
        new PagerDutyOutput(options, context, MessageFormat.Compile(options.DedupKey, context, "dedupkey"), MessageFormat.Compile(options.EventAction, context, "eventaction"));

    protected override ValueTask<DeliveryResult> DeliverAsync(Alert alert, CancellationToken cancellationToken)
    {
        var view = AlertView.For(alert, context.Strict);
        var key = dedupKey?.Render(alert) is { Length: > 0 } rendered ? rendered : view.IsStrict ? "" : alert.Uuid.ToString();
        var request = new OutgoingRequest(PagerDutyMessage.From(view, options.RoutingKey, key, Action(alert))) { ContentType = "application/json" };
        return exchange.DeliverAsync(target, request, cancellationToken);
    }

    private string Action(Alert alert)
    {
        switch (eventAction?.Render(alert)?.Trim().ToLowerInvariant())
        {
            case null or "" or PagerDutyMessage.Trigger:
                return PagerDutyMessage.Trigger;
            case ("acknowledge" or "resolve") and var action:
                return action;
            case var other:
                context.OptionFails("eventaction", $"It made '{other}', which is none of trigger, acknowledge and resolve; the alert triggers.");
                return PagerDutyMessage.Trigger;
        }
    }

    private static VendorWords? Words(int status, string answer) => AnswerJson.Read(answer, static json =>
    {
        if (AnswerJson.Text(json, "message") is not { } message)
        {
            return null;
        }

        var errors = json.TryGetProperty("errors", out var list) && list.ValueKind == JsonValueKind.Array
            ? string.Join("; ", list.EnumerateArray().Select(static error => error.ToString()))
            : "";
        return new VendorWords(errors.Length == 0 ? message : $"\"{message}\": {errors}", errors.Contains("routing_key", StringComparison.Ordinal) ? "routingkey" : "");
    });
}
