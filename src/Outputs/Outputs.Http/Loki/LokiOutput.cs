using Saker.Alerts;
using Saker.Outputs.Requests;

namespace Saker.Outputs.Http.Loki;

internal sealed class LokiOutput(LokiOptions options, OutputContext context) : IOutput, IOutputFactory<LokiOptions>
{
    private const int MaxBatch = 500;
    private const int MaxBatchBytes = 1024 * 1024;

    private readonly BodyBuffers buffers = new();
    private readonly LokiStreams streams = new(options, context);
    private readonly HttpTarget target = HttpTarget.Of(options.HostPort, options.Endpoint);
    private readonly HttpExchange exchange = new(Descriptor, context, options) { CredentialKey = options.Tenant.Length > 0 && options.ApiKey.IsEmpty ? "tenant" : "apikey" };
    private readonly List<KeyValuePair<string, string>> headers =
    [
        .. BasicAuth.Header(options.User, options.ApiKey),
        .. options.Tenant.Length == 0 ? (IEnumerable<KeyValuePair<string, string>>)[] : [new("X-Scope-OrgID", options.Tenant)],
    ];

    public static OutputDescriptor Descriptor { get; } = new()
    {
        Type = "loki",
        Title = "Loki",
        Summary = "Pushes each alert as a line with labels to Grafana Loki.",
        Documentation = new Uri("https://grafana.com/docs/loki/latest/reference/loki-http-api/#ingest-logs"),
        Transport = OutputTransport.Http,
        DecidingKey = "hostport",
        InFalcosidekick = true,
        NamesAddedFields = true,
        Differences =
        [
            new("Of `extralabels` only those fields become labels that are texts, and quotes are taken out of them.", "All do, as they are."),
            new("More than 15 labels, and values of more than 2,048 bytes, are refused by Loki, and the line with them.", "Keeps rule, source, priority, host and namespace, then as many as Loki takes; cuts long values on a character."),
            new("An unknown word in `format` is text.", "Does not start, and names the words that `format` takes."),
            new("Sends one line a request.", "Sends up to 500 that wait in one request."),
        ],
    };

    public static BatchLimits Batch(LokiOptions options) => new(MaxBatch, MaxBatchBytes);

    public static IOutput Create(LokiOptions options, OutputContext context)
    {
        OptionWords.Require("format", options.Format, context.Strict, "text", "json");
        return new LokiOutput(options, context);
    }

    /// <summary>Loki takes the good lines of a request and refuses the others, without saying which. Those that it has already it drops.</summary>
    public ValueTask<BatchResult> DeliverAsync(IReadOnlyList<Alert> alerts, CancellationToken cancellationToken) =>
        OneByOne.TogetherAsync(alerts, context.Strict, SendAsync, cancellationToken);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private ValueTask<DeliveryResult> SendAsync(IReadOnlyList<Alert> alerts, CancellationToken cancellationToken) => buffers.SendAsync(
        body => streams.Write(body, alerts),
        body => exchange.DeliverAsync(target, new OutgoingRequest(body) { ContentType = "application/json", Headers = headers }, cancellationToken));
}
