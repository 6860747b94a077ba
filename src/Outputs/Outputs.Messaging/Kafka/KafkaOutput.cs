using Saker.Alerts;
using Saker.Outputs.Rendering;

namespace Saker.Outputs.Messaging.Kafka;

internal sealed class KafkaOutput(KafkaOptions options, OutputContext context) : IOutput, IOutputFactory<KafkaOptions>
{
    private readonly Lock changing = new();
    private KafkaSession? session;
    private bool isDisposed;

    public static OutputDescriptor Descriptor { get; } = new()
    {
        Type = "kafka",
        Title = "Kafka",
        Summary = "Writes each alert as JSON to a topic of Apache Kafka.",
        Documentation = new Uri("https://kafka.apache.org/documentation/#producerconfigs"),
        Transport = OutputTransport.Messaging,
        DecidingKey = "hostport",
        Blocks = true, // starting and ending the client take their time
        InFalcosidekick = true,
        Differences =
        [
            new("`requiredacks` is NONE unless it is set, and an alert counts as sent though no broker is there.",
                "`requiredacks` is ALL unless it is set. NONE is obeyed: delivered then means sent, and a warning says so."),
            new("`async` counts an alert as sent before it is.", "Every alert waits for its report."),
            new("Counts every alert twice.", "Counts it once."),
            new("With `topiccreation`, the alert that has the topic made is lost.", "It is kept and sent when the topic is there."),
            new("Takes SCRAM mechanisms in capitals only.", "Takes them in any case, and as SCRAM-SHA-256 and SCRAM-SHA-512 too."),
            new("An alert that is larger than a message may be is lost.", "Cuts its longest texts with an ellipsis; `maxmessagebytes` says how large a message may be."),
        ],
    };

    public static BatchLimits Batch(KafkaOptions options) => new(options.BatchSize, 16 << 20, options.FlushInterval);

    public static bool IsTransient(Exception exception) => exception is Confluent.Kafka.KafkaException;

    public static IOutput Create(KafkaOptions options, OutputContext context)
    {
        // Falcosidekick refuses unknown words too.
        OptionWords.Require("balancer", options.Balancer, strict: false, KafkaSettings.Balancers);
        OptionWords.Require("compression", options.Compression, strict: false, KafkaSettings.Compressions);
        OptionWords.Require("requiredacks", options.RequiredAcks, strict: false, KafkaSettings.Acks);
        OptionWords.Require("sasl", options.Sasl, strict: false, KafkaSettings.Mechanisms);
        return new KafkaOutput(options, context);
    }

    public ValueTask<DeliveryResult> PrepareAsync(CancellationToken cancellationToken)
    {
        if (options.RequiredAcks.Equals("none", StringComparison.OrdinalIgnoreCase))
        {
            context.OptionFails("requiredacks", "With NONE nobody confirms an alert: delivered means sent, and what a broker loses is lost.");
        }

        if (options.Async && !context.Strict)
        {
            context.OptionFails("async", "This has no effect: every alert waits for its report. To have several attempts under way, set maxconcurrentrequests.");
        }

        return new(DeliveryResult.Delivered);
    }

    public async ValueTask<BatchResult> DeliverAsync(IReadOnlyList<Alert> alerts, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested(); // what is in librdkafka's hands already cannot be taken back
        var messages = alerts.Select(alert => KafkaMessage.From(AlertView.For(alert, context.Strict), options)).ToList();
        foreach (var message in messages)
        {
            context.Sending(message.Value);
        }

        var current = Session();
        try
        {
            return BatchResult.Each(await current.SendAsync(messages, cancellationToken));
        }
        finally
        {
            if (current.IsBroken)
            {
                Drop(current);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        KafkaSession? last;
        lock (changing)
        {
            (last, session, isDisposed) = (session, null, true);
        }

        if (last is not null)
        {
            await Task.Run(last.Dispose); // waits for the client's threads
        }
    }

    private KafkaSession Session()
    {
        lock (changing)
        {
            ObjectDisposedException.ThrowIf(isDisposed, this);
            return session ??= new KafkaSession(KafkaSettings.Of(options, context), options, context);
        }
    }

    private void Drop(KafkaSession broken)
    {
        lock (changing)
        {
            if (session != broken)
            {
                return;
            }

            session = null;
        }

        broken.Dispose();
    }
}
