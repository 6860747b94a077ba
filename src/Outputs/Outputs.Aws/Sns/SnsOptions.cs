using System.ComponentModel.DataAnnotations;
using Saker.Alerts;
using Saker.Outputs.Requests;
using Saker.Settings;

namespace Saker.Outputs.Aws.Sns;

/// <summary>Options of the output to SNS.</summary>
internal sealed record SnsOptions : HttpOutputOptions
{
    /// <summary>The topic: <c>arn:aws:sns:eu-west-1:123456789012:falco</c>.</summary>
    [Required]
    public string TopicArn { get; init; } = "";

    /// <summary>Sends the alert as JSON, without attributes. Otherwise the message is the alert's text, and priority, rule, source, tags, host and fields are its attributes.</summary>
    public bool RawJson { get; init; }

    /// <summary>Group of the messages of a FIFO topic, which keeps the order within a group. Empty: the alert's host.</summary>
    public string MessageGroupId { get; init; } = "";

    /// <summary>Alerts that are sent in one request.</summary>
    [Range(1, SnsOutput.MaxEntries)]
    public int BatchSize { get; init; } = SnsOutput.MaxEntries;

    /// <summary>How long an alert may wait for others that go with it in one request; 0 takes those that are there.</summary>
    public TimeSpan FlushInterval { get; init; }

    /// <summary>Address of SNS, as of an endpoint in a VPC. Empty: <c>aws.endpoint</c>, AWS_ENDPOINT_URL_SNS, AWS_ENDPOINT_URL, or the region's own.</summary>
    [RequestHead]
    public string Endpoint { get; init; } = "";

    /// <inheritdoc/>
    public override IEnumerable<OptionFault> Validate()
    {
        foreach (var fault in base.Validate().Concat(UrlCheck.Faults("endpoint", new Secret(Endpoint))))
        {
            yield return fault;
        }

        if (FlushInterval < TimeSpan.Zero)
        {
            yield return new("flushinterval", "A time is not negative; 0 waits for no others.");
        }
    }
}
