using Saker.Alerts;
using Saker.Outputs.Requests;

namespace Saker.Outputs.Http.PeerRouter;

internal sealed class PeerRouterOutput(PeerRouterOptions options, OutputContext context) : SingleAlertOutput, IOutputFactory<PeerRouterOptions>
{
    private readonly HttpExchange exchange = new(Descriptor, context, options) { CredentialKey = "token" };
    private readonly HttpTarget target = HttpTarget.Of(options.Address);
    private readonly KeyValuePair<string, string>[] headers = options.Token.IsEmpty ? [] : [new("Authorization", $"Bearer {options.Token.Reveal()}")];

    public static OutputDescriptor Descriptor { get; } = new()
    {
        Type = "router",
        Title = "Another router",
        Summary = "Sends each alert on to another router, Saker or Falcosidekick.",
        Transport = OutputTransport.Http,
        DecidingKey = "address",
        Statuses = new Dictionary<int, DeliveryStatus> { [508] = DeliveryStatus.Skipped }, // the other router had the alert before
    };

    public static IOutput Create(PeerRouterOptions options, OutputContext context) => new PeerRouterOutput(options, context);

    /// <summary>The alert goes whole, under strict compatibility too: the other router is not its last stop.</summary>
    protected override ValueTask<DeliveryResult> DeliverAsync(Alert alert, CancellationToken cancellationToken)
    {
        var request = new OutgoingRequest(AlertWriter.ToBytes(AlertWay.Through(alert, context.Router))) { Headers = headers, HeadersWin = true };
        return exchange.DeliverAsync(target, request, cancellationToken);
    }
}
