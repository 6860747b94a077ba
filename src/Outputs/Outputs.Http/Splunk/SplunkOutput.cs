using System.Text.Json;
using Saker.Alerts;
using Saker.Outputs.Rendering;
using Saker.Outputs.Requests;

namespace Saker.Outputs.Http.Splunk;

internal sealed class SplunkOutput(SplunkOptions options, OutputContext context) : IOutput, IOutputFactory<SplunkOptions>
{
    // Below the collector's own limit of 1 MB a request (max_content_length of older versions).
    private const int MaxBatchBytes = 800_000;
    private const int MaxBatch = 100;

    // Of the collector: token disabled, required, invalid, and so on; the others tell of the event.
    private static readonly int[] TokenCodes = [1, 2, 3, 4, 16];

    private readonly BodyBuffers buffers = new();
    private readonly KeyValuePair<string, string>[] headers = options.Token.IsEmpty ? [] : [new("Authorization", $"Splunk {options.Token.Reveal()}")];
    private readonly HttpTarget target = HttpTarget.Of(options.Host);
    private readonly HttpExchange exchange = new(Descriptor, context, options) { CredentialKey = "token", Words = Words };

    public static OutputDescriptor Descriptor { get; } = new()
    {
        Type = "splunk",
        Title = "Splunk",
        Summary = "Sends each alert as an event to Splunk's HTTP Event Collector.",
        Documentation = new Uri("https://docs.splunk.com/Documentation/Splunk/latest/Data/HECExamples"),
        Transport = OutputTransport.Http,
        DecidingKey = "host",
        InFalcosidekick = true,
        Differences =
        [
            new("Leaves the event's time and host to Splunk: the time of arrival, and the collector.", "Sends the alert's own time and host."),
            new("Drops the keys of an alert that it does not know, such as Falco's `message`.", "Sends them on."),
            new("In an alert of more than 4,096 bytes, cuts every field of more than 512 bytes, even in the middle of a character.", "Cuts nothing."),
            new("Sends one event a request.", "Sends up to 100 that wait in one request."),
        ],
    };

    public static BatchLimits Batch(SplunkOptions options) => new(MaxBatch, MaxBatchBytes);

    public static IOutput Create(SplunkOptions options, OutputContext context) => new SplunkOutput(options, context);

    /// <summary>The collector takes or refuses all of a request.</summary>
    public ValueTask<BatchResult> DeliverAsync(IReadOnlyList<Alert> alerts, CancellationToken cancellationToken) =>
        OneByOne.TogetherAsync(alerts, context.Strict, SendAsync, cancellationToken);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private ValueTask<DeliveryResult> SendAsync(IReadOnlyList<Alert> alerts, CancellationToken cancellationToken) => buffers.SendAsync(
        body =>
        {
            foreach (var alert in alerts)
            {
                SplunkMessage.Write(body, AlertView.For(alert, context.Strict));
            }
        },
        body => exchange.DeliverAsync(target, new OutgoingRequest(body) { Headers = headers, HeadersWin = true }, cancellationToken));

    private static VendorWords? Words(int status, string answer) => AnswerJson.Read(answer, static json =>
        AnswerJson.Text(json, "text") is not { } text ? null
        : new VendorWords(text, json.TryGetProperty("code", out var code) && code.ValueKind == JsonValueKind.Number && TokenCodes.Contains(code.GetInt32()) ? "token" : ""));
}
