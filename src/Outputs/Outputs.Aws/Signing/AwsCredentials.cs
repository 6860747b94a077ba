using Saker.Alerts;

namespace Saker.Outputs.Aws.Signing;

/// <summary>What requests are signed with.</summary>
/// <param name="AccessKeyId">The key.</param>
/// <param name="SecretAccessKey">Its secret.</param>
/// <param name="SessionToken">The token of temporary ones; empty for others.</param>
/// <param name="Source">Where they come from, in words: <c>the variable AWS_ACCESS_KEY_ID</c>.</param>
internal sealed record AwsCredentials(string AccessKeyId, Secret SecretAccessKey, Secret SessionToken, string Source)
{
    /// <summary>When they end; null for those that stay until somebody changes them.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>Never shows them.</summary>
    public override string ToString() => $"Credentials of {Source}";
}

/// <summary>There are no credentials at present, and what that means for the attempt.</summary>
internal sealed class NoCredentialsException(DeliveryResult result) : Exception(result.Reason)
{
    public NoCredentialsException(string reason)
        : this(DeliveryResult.Blocked(reason))
    {
    }

    public DeliveryResult Result { get; } = result;
}
