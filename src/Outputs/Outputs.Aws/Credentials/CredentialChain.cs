using Saker.Alerts;
using Saker.Outputs.Aws.Settings;
using Saker.Outputs.Aws.Signing;

namespace Saker.Outputs.Aws.Credentials;

/// <summary>
/// Finds credentials where AWS's own programs look for them, in their order (https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html):
/// the configuration, variables, a web identity, a profile, the container, the instance; and with <c>aws.rolearn</c> takes that role with them.
/// </summary>
internal sealed class CredentialChain(AwsSettings settings, TokenService sts, MetadataService metadata, OutputContext context) : IDisposable
{
    private const int MaxProfiles = 10;

    // One for the role's own credentials, one for those that it is asked for with.
    private readonly List<CredentialCache> caches = [];

    /// <summary>The credentials of the configuration.</summary>
    /// <param name="region">The region whose STS is asked.</param>
    public CredentialCache For(Func<CancellationToken, ValueTask<string>> region)
    {
        var found = Cache(async cancellationToken => await FindAsync(region, cancellationToken));
        var options = settings.Options;
        return options.RoleArn.Length == 0 ? found
            : Cache(async cancellationToken => await sts.AssumeRoleAsync(options.RoleArn, SessionName, options.ExternalId, found, await region(cancellationToken), cancellationToken));
    }

    public void Dispose() => caches.ForEach(static cache => cache.Dispose());

    private string SessionName => settings.Variable("AWS_ROLE_SESSION_NAME");

    private async ValueTask<AwsCredentials> FindAsync(Func<CancellationToken, ValueTask<string>> region, CancellationToken cancellationToken)
    {
        var options = settings.Options;
        if (!options.AccessKeyId.IsEmpty)
        {
            return new AwsCredentials(options.AccessKeyId.Reveal(), options.SecretAccessKey, options.SessionToken, "aws.accesskeyid");
        }

        if (settings.Variable("AWS_ACCESS_KEY_ID") is { Length: > 0 } key && settings.Variable("AWS_SECRET_ACCESS_KEY") is { Length: > 0 } secret)
        {
            return new AwsCredentials(key, new Secret(secret), new Secret(settings.Variable("AWS_SESSION_TOKEN")), "the variable AWS_ACCESS_KEY_ID");
        }

        if (settings.Variable("AWS_WEB_IDENTITY_TOKEN_FILE") is { Length: > 0 } file && settings.Variable("AWS_ROLE_ARN") is { Length: > 0 } role)
        {
            return await sts.AssumeRoleAsync(role, SessionName, file, await region(cancellationToken), cancellationToken);
        }

        return await OfProfileAsync(settings.Profile, region, [], cancellationToken)
            ?? await metadata.OfContainerAsync(cancellationToken)
            ?? await metadata.OfInstanceAsync(cancellationToken)
            ?? throw new NoCredentialsException(
                $"No credentials for AWS were found: not in aws.accesskeyid, nor in AWS_ACCESS_KEY_ID, nor in AWS_WEB_IDENTITY_TOKEN_FILE, nor in the profile {settings.Profile} of {settings.Profiles.CredentialsFile}, nor from a container or an instance.");
    }

    private async ValueTask<AwsCredentials?> OfProfileAsync(string name, Func<CancellationToken, ValueTask<string>> region, List<string> above, CancellationToken cancellationToken)
    {
        if (settings.Profiles.Find(name) is not { } profile)
        {
            return name == "default" && above.Count == 0 ? null
                : throw new NoCredentialsException($"There is no profile {name} in {settings.Profiles.CredentialsFile} or beside it. Look at aws.profile.");
        }

        string Key(string key) => profile.GetValueOrDefault(key) ?? "";
        var isItsOwn = above.Count > 0 && above[^1] == name; // a profile may name itself as the source of its role's keys
        if (Key("role_arn") is { Length: > 0 } role && !isItsOwn)
        {
            if (above.Contains(name) || above.Count == MaxProfiles)
            {
                throw new NoCredentialsException($"The profile {name} is its own source_profile by way of others.");
            }

            var place = await region(cancellationToken);
            if (Key("web_identity_token_file") is { Length: > 0 } file)
            {
                return await sts.AssumeRoleAsync(role, Key("role_session_name"), file, place, cancellationToken);
            }

            using var with = new CredentialCache(async token => await OfSourceAsync(name, Key("source_profile"), Key("credential_source"), region, [.. above, name], token), context.Clock);
            return await sts.AssumeRoleAsync(role, Key("role_session_name"), new Secret(Key("external_id")), with, place, cancellationToken);
        }

        if (Key("aws_access_key_id") is { Length: > 0 } id)
        {
            return new AwsCredentials(id, new Secret(Key("aws_secret_access_key")), new Secret(Key("aws_session_token")), $"the profile {name}");
        }

        return profile.Keys.FirstOrDefault(static key => key is "credential_process" || key.StartsWith("sso_", StringComparison.Ordinal)) is { } other
            ? throw new NoCredentialsException($"The profile {name} takes its credentials from {other}, which is for people at a terminal; give the router a role or keys. Look at aws.profile.")
            : null;
    }

    private async ValueTask<AwsCredentials> OfSourceAsync(
        string name, string profile, string kind, Func<CancellationToken, ValueTask<string>> region, List<string> above, CancellationToken cancellationToken) =>
        (profile.Length > 0 ? await OfProfileAsync(profile, region, above, cancellationToken) : kind switch
        {
            "Environment" => settings.Variable("AWS_ACCESS_KEY_ID") is { Length: > 0 } key
                ? new AwsCredentials(key, new Secret(settings.Variable("AWS_SECRET_ACCESS_KEY")), new Secret(settings.Variable("AWS_SESSION_TOKEN")), "the variable AWS_ACCESS_KEY_ID")
                : null,
            "EcsContainer" => await metadata.OfContainerAsync(cancellationToken),
            "Ec2InstanceMetadata" => await metadata.OfInstanceAsync(cancellationToken),
            _ => throw new NoCredentialsException($"The profile {name} has a role_arn, but neither a source_profile nor a credential_source that is known."),
        }) ?? throw new NoCredentialsException($"The profile {name} takes its role with credentials that are not there.");

    private CredentialCache Cache(Func<CancellationToken, ValueTask<AwsCredentials>> find)
    {
        var cache = new CredentialCache(find, context.Clock);
        caches.Add(cache);
        return cache;
    }
}
