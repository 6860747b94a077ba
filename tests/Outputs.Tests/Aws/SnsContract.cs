using Saker.Outputs.Testing;

namespace Saker.Outputs.Tests.Aws;

public sealed class SnsContract() : HttpOutputContract(Registrations.Of("aws.sns"))
{
    protected override string Folder => "Aws/Sns";

    protected override IReadOnlyCollection<string> SigningKeys => ["aws.secretaccesskey"];

    protected override IReadOnlyDictionary<string, string?> MinimalConfig(Uri endpoint) => new Dictionary<string, string?>
    {
        ["topicarn"] = "arn:aws:sns:eu-west-1:123456789012:falco",
        ["endpoint"] = endpoint.ToString(),
        ["aws.checkidentity"] = "false", // asks another host
        ["aws.accesskeyid"] = "AKIDEXAMPLE",
        ["aws.secretaccesskey"] = "secret-123",
    };
}
