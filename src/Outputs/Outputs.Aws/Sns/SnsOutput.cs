using System.Globalization;
using Saker.Alerts;
using Saker.Outputs.Aws.Services;
using Saker.Outputs.Aws.Signing;
using Saker.Outputs.Rendering;

namespace Saker.Outputs.Aws.Sns;

internal sealed class SnsOutput(SnsOptions options, AwsOptions group, OutputContext context) : IOutput, IOutputFactory<SnsOptions, AwsOptions>
{
    /// <summary>Messages of one request: https://docs.aws.amazon.com/sns/latest/api/API_PublishBatch.html.</summary>
    public const int MaxEntries = 10;

    private const string Version = "2010-03-31";

    private readonly AwsAccount account = new(group, options, context, options.TopicArn.Split(':').ElementAtOrDefault(3) ?? "");
    private AwsService? service;

    public static OutputDescriptor Descriptor { get; } = new()
    {
        Type = "aws.sns",
        Title = "AWS SNS",
        Summary = "Publishes each alert to a topic of Amazon SNS.",
        Documentation = new Uri("https://docs.aws.amazon.com/sns/latest/api/API_Publish.html"),
        Transport = OutputTransport.Http,
        DecidingKey = "topicarn",
        InFalcosidekick = true,
        Differences =
        [
            new("Does not use the credentials, the region and the role of the section `aws`.", "Uses them, and finds credentials where AWS's own programs do when they are empty."),
            new("Switches all outputs to AWS off when AWS does not answer who they are at the start.", "Keeps the alerts and asks again."),
            new("Sends each alert by itself.", "Sends up to ten alerts in a request when they are there; `batchsize: 1` sends each by itself."),
            new("Sends what SNS refuses: a message without text, attributes that are empty or have a name that SNS does not take, more than 256 KiB.",
                "Sends the rule in place of an empty text, leaves empty attributes out, writes `_` for what a name may not hold, and cuts the longest texts with an ellipsis."),
            new("Leaves out fields that are true, false, a list or an object.", "Sends them as texts."),
        ],
    };

    public static BatchLimits Batch(SnsOptions options) => new(options.BatchSize, SnsMessage.MaxBytes, options.FlushInterval);

    public static IOutput Create(SnsOptions options, AwsOptions group, OutputContext context)
    {
        if (!context.Strict && options.TopicArn.Split(':') is not ["arn", _, "sns", { Length: > 0 }, _, { Length: > 0 }])
        {
            throw new OutputConfigurationException("topicarn", "A topic is named by its ARN: arn:aws:sns:REGION:ACCOUNT:NAME.");
        }

        return new SnsOutput(options, group, context);
    }

    public ValueTask<DeliveryResult> PrepareAsync(CancellationToken cancellationToken) => account.CheckAsync(cancellationToken);

    public async ValueTask<BatchResult> DeliverAsync(IReadOnlyList<Alert> alerts, CancellationToken cancellationToken)
    {
        try
        {
            service ??= await account.ServiceAsync("sns", Descriptor, options.Endpoint, "TopicArn", cancellationToken);
        }
        catch (NoCredentialsException exception)
        {
            return BatchResult.All(exception.Result);
        }

        var messages = alerts.Select(alert => SnsMessage.From(AlertView.For(alert, context.Strict), options)).ToList();
        var results = new List<DeliveryResult>(messages.Count);
        while (results.Count < messages.Count)
        {
            var part = Part(messages, results.Count);
            var outcomes = part.Count == 1 ? [await PublishAsync(service, part[0], cancellationToken)] : await PublishAsync(service, part, cancellationToken);
            results.AddRange(outcomes);
            if (outcomes.Find(static outcome => outcome.Status is DeliveryStatus.Retry or DeliveryStatus.Blocked) is { Status: not DeliveryStatus.Delivered } failed)
            {
                results.AddRange(Enumerable.Repeat(failed, messages.Count - results.Count)); // what comes later waits, for the order's sake
            }
        }

        return BatchResult.Each(results);
    }

    public ValueTask DisposeAsync()
    {
        account.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>The messages from an index on that go in one request.</summary>
    private List<SnsMessage> Part(List<SnsMessage> messages, int from)
    {
        var part = new List<SnsMessage> { messages[from] };
        var bytes = messages[from].Bytes;
        while (!context.Strict && part.Count < MaxEntries && from + part.Count < messages.Count && (bytes += messages[from + part.Count].Bytes) <= SnsMessage.MaxBytes)
        {
            part.Add(messages[from + part.Count]);
        }

        return part;
    }

    private async ValueTask<DeliveryResult> PublishAsync(AwsService sns, SnsMessage message, CancellationToken cancellationToken)
    {
        var form = new AwsForm("Publish", Version).Add("TopicArn", options.TopicArn);
        message.WriteTo(form, "");
        using var answer = await sns.SendAsync(form.ToRequest(), cancellationToken);
        return answer.Result;
    }

    private async ValueTask<List<DeliveryResult>> PublishAsync(AwsService sns, List<SnsMessage> messages, CancellationToken cancellationToken)
    {
        var form = new AwsForm("PublishBatch", Version).Add("TopicArn", options.TopicArn);
        for (var i = 0; i < messages.Count; i++)
        {
            var entry = string.Create(CultureInfo.InvariantCulture, $"PublishBatchRequestEntries.member.{i + 1}.");
            form.Add($"{entry}Id", i.ToString(CultureInfo.InvariantCulture));
            messages[i].WriteTo(form, entry);
        }

        using var answer = await sns.SendAsync(form.ToRequest(), cancellationToken);
        if (answer.Result.Status == DeliveryStatus.Delivered)
        {
            return SnsBatchAnswer.Read(await answer.TextAsync(cancellationToken), messages.Count, answer);
        }

        if (answer.Result.Status != DeliveryStatus.Rejected)
        {
            return [.. Enumerable.Repeat(answer.Result, messages.Count)];
        }

        // The request as a whole is refused, which says nothing about which alert it is for: each goes by itself.
        var results = new List<DeliveryResult>(messages.Count);
        foreach (var message in messages)
        {
            results.Add(await PublishAsync(sns, message, cancellationToken));
        }

        return results;
    }
}
