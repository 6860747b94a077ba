using Confluent.Kafka;

namespace Saker.Outputs.Messaging.Kafka;

/// <summary>A client of Kafka at work, until it fails for good: then its waiting messages get that outcome, and another takes its place.</summary>
internal sealed class KafkaSession : IDisposable
{
    private readonly IProducer<byte[]?, byte[]> producer;
    private readonly TaskCompletionSource<DeliveryResult> broken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly string topic;
    private readonly string path;
    private readonly string brokers;
    private volatile Error? last; // what the client said last of its connections; nothing once a message has come through
    private uint turn;
    private int waiting;

    public KafkaSession(ProducerConfig config, KafkaOptions options, OutputContext context)
    {
        (topic, path, brokers) = (options.Topic, context.Path, options.HostPort);
        var builder = new ProducerBuilder<byte[]?, byte[]>(config).SetErrorHandler((_, error) => Hear(error)).SetLogHandler(static (_, _) => { });
        if (KafkaSettings.IsRoundRobin(options))
        {
            builder.SetDefaultPartitioner((_, count, _, _) => (int)(Interlocked.Increment(ref turn) % (uint)count));
        }

        producer = builder.Build();
    }

    /// <summary>True when it is of no use any more.</summary>
    public bool IsBroken => broken.Task.IsCompleted;

    /// <summary>Sends messages in their order and waits for the report of each.</summary>
    public async Task<DeliveryResult[]> SendAsync(IReadOnlyList<Message<byte[]?, byte[]>> messages, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref waiting);
        try
        {
            var reports = messages.Select(Send).ToList();
            var all = Task.WhenAll(reports);
            await Task.WhenAny(all, broken.Task).WaitAsync(cancellationToken);
            if (all.IsCompleted)
            {
                return await all;
            }

            var failure = await broken.Task;
            var results = new DeliveryResult[reports.Count];
            for (var i = 0; i < results.Length; i++)
            {
                results[i] = reports[i].IsCompleted ? await reports[i] : failure;
            }

            return results;
        }
        finally
        {
            Interlocked.Decrement(ref waiting);
        }
    }

    /// <summary>Ends it; what has not been sent yet is dropped.</summary>
    public void Dispose()
    {
        broken.TrySetResult(DeliveryResult.Retry("The connection to Kafka was given up."));
        producer.Dispose();
    }

    private Task<DeliveryResult> Send(Message<byte[]?, byte[]> message)
    {
        var outcome = new TaskCompletionSource<DeliveryResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            producer.Produce(topic, message, report => outcome.TrySetResult(Outcome(report.Error)));
        }
        catch (KafkaException exception)
        {
            outcome.TrySetResult(Outcome(exception.Error));
        }

        return outcome.Task;
    }

    private DeliveryResult Outcome(Error error)
    {
        if (!error.IsError)
        {
            last = null;
            return DeliveryResult.Delivered;
        }

        return KafkaErrors.Result(error, path, last?.Reason ?? "");
    }

    private void Hear(Error error)
    {
        if (error.Code != ErrorCode.Local_AllBrokersDown)
        {
            last = error;
        }

        // A broker that closes an idle connection is no failure: nobody waits.
        if (KafkaErrors.IsInVain(error) && (error.IsFatal || Volatile.Read(ref waiting) > 0))
        {
            broken.TrySetResult(Outcome(error.Code == ErrorCode.Local_AllBrokersDown ? WhyNone(error) : error));
        }
    }

    // "1/1 brokers are down" is all that the client says; a refused sign-in may have been heard before anybody waited.
    private Error WhyNone(Error down) => last switch
    {
        { } before when KafkaErrors.IsInVain(before) => before,
        { } before => new Error(down.Code, before.Reason),
        null => new Error(down.Code, $"none of {brokers} can be reached"),
    };
}
