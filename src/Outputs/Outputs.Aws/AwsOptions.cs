using Saker.Alerts;
using Saker.Outputs.Requests;
using Saker.Settings;

namespace Saker.Outputs.Aws;

/// <summary>What all outputs to AWS share.</summary>
internal sealed record AwsOptions : ICheckedOptions
{
    /// <summary>Access key. Empty: as AWS's own programs find credentials, from AWS_ACCESS_KEY_ID, a web identity, a profile, the container or the instance.</summary>
    [RequestHead]
    public Secret AccessKeyId { get; init; } = Secret.None;

    /// <summary>The secret of <c>accesskeyid</c>.</summary>
    public Secret SecretAccessKey { get; init; } = Secret.None;

    /// <summary>The session token, when <c>accesskeyid</c> is a temporary one.</summary>
    [RequestHead]
    public Secret SessionToken { get; init; } = Secret.None;

    /// <summary>Profile of <c>~/.aws/config</c> and <c>~/.aws/credentials</c>. Empty: default.</summary>
    public string Profile { get; init; } = "";

    /// <summary>Region: <c>eu-west-1</c>. Empty: that of AWS_DEFAULT_REGION, of the profile, of the ARN of what is written to, or of the instance.</summary>
    [RequestHead]
    public string Region { get; init; } = "";

    /// <summary>Role to assume: <c>arn:aws:iam::123456789012:role/falco</c>.</summary>
    public string RoleArn { get; init; } = "";

    /// <summary>External id that the role asks for.</summary>
    public Secret ExternalId { get; init; } = Secret.None;

    /// <summary>Asks AWS at the start whose credentials these are. While it refuses them, the alerts wait.</summary>
    public bool CheckIdentity { get; init; } = true;

    /// <summary>Address of all services, as of an emulator: <c>http://localhost:4566</c>. Empty: as AWS_ENDPOINT_URL says, or the region's own.</summary>
    [RequestHead]
    public string Endpoint { get; init; } = "";

    /// <inheritdoc/>
    public IEnumerable<OptionFault> Validate()
    {
        if (AccessKeyId.IsEmpty != SecretAccessKey.IsEmpty)
        {
            yield return AccessKeyId.IsEmpty
                ? new("secretaccesskey", "A secret is of use with its key; set accesskeyid too.")
                : new("accesskeyid", "A key is of use with its secret; set secretaccesskey too.");
        }

        if (UrlCheck.Fault(new Secret(Endpoint)) is { } fault)
        {
            yield return new("endpoint", fault);
        }

        if (RoleArn.Length > 0 && !RoleArn.StartsWith("arn:", StringComparison.Ordinal))
        {
            yield return new("rolearn", "A role is named by its ARN: arn:aws:iam::123456789012:role/NAME.");
        }
    }
}
