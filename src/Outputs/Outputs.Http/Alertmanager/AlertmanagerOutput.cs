using Saker.Alerts;
using Saker.Outputs.Requests;

namespace Saker.Outputs.Http.Alertmanager;

internal sealed class AlertmanagerOutput : IOutput, IOutputFactory<AlertmanagerOptions>
{
    private const int MaxBatch = 64;
    private const string SecondVersion = "/api/v2/alerts";
    private const string FirstVersion = "/api/v1/alerts";

    private readonly OutputContext context;
    private readonly AlertmanagerOptions options;
    private readonly AlertmanagerMessage message;
    private readonly BodyBuffers buffers = new();
    private readonly HttpExchange exchange;
    private readonly HttpTarget[] targets;
    private readonly HttpTarget[] secondVersions;
    private volatile bool isFirstGone;

    private AlertmanagerOutput(AlertmanagerOptions options, OutputContext context)
    {
        (this.options, this.context) = (options, context);
        message = new AlertmanagerMessage(options, context.Strict);
        exchange = new HttpExchange(Descriptor, context, options);
        targets = [.. options.HostPort.Select(host => HttpTarget.Of(host, options.Endpoint))];
        secondVersions = [.. options.HostPort.Select(static host => HttpTarget.Of(host, SecondVersion))];
    }

    public static OutputDescriptor Descriptor { get; } = new()
    {
        Type = "alertmanager",
        Title = "Alertmanager",
        Summary = "Posts each alert to one or more Prometheus Alertmanagers.",
        Documentation = new Uri("https://prometheus.io/docs/alerting/latest/clients/"),
        Transport = OutputTransport.Http,
        DecidingKey = "hostport",
        InFalcosidekick = true,
        Differences =
        [
            new("Labels hold texts and numbers only.", "Labels hold every field; null as `<NA>`, as Falco prints it."),
            new("Makes names of labels that Alertmanager refuses (`9num`, an empty one), and of two fields whose names become one keeps any.", "Makes valid names, and keeps the first in the order of the fields; the other has `_2` behind its name."),
            new("The default of `dropeventthresholds` is misread: one threshold, of no priority.", $"Has the documented ones: {AlertmanagerOptions.UsualThresholds}."),
            new("Wrong entries of `customseveritymap`, `extralabels` and the thresholds are left out.", "Does not start, and names them."),
            new("Posts to `/api/v1/alerts`, which the stock chart sets, although today's Alertmanager answers 410.", "Goes on with `/api/v2/alerts`, and says so; under strict compatibility too."),
        ],
    };

    public static BatchLimits Batch(AlertmanagerOptions options) => new(MaxBatch);

    public static IOutput Create(AlertmanagerOptions options, OutputContext context) => new AlertmanagerOutput(options, context);

    /// <summary>
    /// Every Alertmanager gets the alerts; a cluster finds out itself that they are the same. Sent again, they change nothing. It takes the
    /// valid alerts of a request and refuses the others, without saying which.
    /// </summary>
    public ValueTask<BatchResult> DeliverAsync(IReadOnlyList<Alert> alerts, CancellationToken cancellationToken) =>
        OneByOne.TogetherAsync(alerts, context.Strict, SendAsync, cancellationToken);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private ValueTask<DeliveryResult> SendAsync(IReadOnlyList<Alert> alerts, CancellationToken cancellationToken) =>
        buffers.SendAsync(body => message.Write(body, alerts), body => SendToAllAsync(new OutgoingRequest(body), cancellationToken));

    private async ValueTask<DeliveryResult> SendToAllAsync(OutgoingRequest request, CancellationToken cancellationToken) => targets.Length == 1
        ? await SendAsync(0, request, cancellationToken)
        : Worst(await Task.WhenAll(Enumerable.Range(0, targets.Length).Select(index => SendAsync(index, request, cancellationToken).AsTask())));

    private async ValueTask<DeliveryResult> SendAsync(int index, OutgoingRequest request, CancellationToken cancellationToken)
    {
        if (!isFirstGone)
        {
            using var answer = await exchange.SendAsync(targets[index], request, cancellationToken);
            if (options.Endpoint != FirstVersion || answer.Status is not (404 or 410))
            {
                return await answer.ResultAsync(cancellationToken);
            }

            context.OptionFails("endpoint", $"This Alertmanager has no {FirstVersion} any more; {SecondVersion} is used. Set alertmanager.endpoint to it.");
            isFirstGone = true;
        }

        return await exchange.DeliverAsync(secondVersions[index], request, cancellationToken);
    }

    // One that is down is tried again, with the others, which know what they have.
    private static DeliveryResult Worst(DeliveryResult[] results)
    {
        foreach (var status in (ReadOnlySpan<DeliveryStatus>)[DeliveryStatus.Retry, DeliveryStatus.Blocked, DeliveryStatus.Rejected])
        {
            if (Array.FindIndex(results, result => result.Status == status) is var index and >= 0)
            {
                return results[index];
            }
        }

        return DeliveryResult.Delivered;
    }
}
