using System.Text;
using Saker.Outputs.Testing;
using Saker.Testing;

namespace Saker.Outputs.Tests.Aws;

public sealed class SnsContract() : HttpOutputContract(Registrations.Of("aws.sns"))
{
    protected override string Folder => "Aws/Sns";

    protected override IReadOnlyCollection<string> SecretsNotSent => ["aws.secretaccesskey", "aws.externalid"];

    // A batch has an answer for each entry.
    protected override LoopbackAnswer SuccessFor(LoopbackRequest request) => !Encoding.UTF8.GetString(request.Body.Span).StartsWith("Action=PublishBatch", StringComparison.Ordinal) ? Success : new LoopbackAnswer
    {
        Body = Encoding.UTF8.GetBytes($"<PublishBatchResponse><PublishBatchResult><Successful>{string.Concat(Enumerable.Range(0, 10).Select(static id => $"<member><Id>{id}</Id></member>"))}</Successful></PublishBatchResult></PublishBatchResponse>"),
    };

    protected override IReadOnlyDictionary<string, string?> MinimalConfig(Uri endpoint) => new Dictionary<string, string?>
    {
        ["topicarn"] = "arn:aws:sns:eu-west-1:123456789012:falco",
        ["endpoint"] = endpoint.ToString(),
        ["aws.checkidentity"] = "false", // asks another host
        ["aws.accesskeyid"] = "AKIDEXAMPLE",
        ["aws.secretaccesskey"] = "secret-123",
    };
}
