using System.Globalization;
using Saker.Alerts;
using Saker.Outputs.Aws.Services;
using Saker.Outputs.Aws.Settings;
using Saker.Outputs.Aws.Signing;

namespace Saker.Outputs.Aws.Credentials;

/// <summary>AWS STS: hands out credentials of roles, and says whose credentials are (https://docs.aws.amazon.com/STS/latest/APIReference/welcome.html).</summary>
internal sealed class TokenService(AwsSettings settings, HttpOutputOptions options, OutputContext context)
{
    private const string Version = "2011-06-15";
    private const string DefaultRegion = "us-east-1";

    private static readonly OutputDescriptor Descriptor = new()
    {
        Type = "aws.sts", Title = "AWS STS", Summary = "Credentials of roles.", Transport = OutputTransport.Http, DecidingKey = "",
    };

    // What goes to STS may be a token, which nobody is shown.
    private readonly OutputContext quiet = context with { Sending = static _ => { } };

    /// <summary>Asks whose the credentials are; anything but delivered says why they are of no use.</summary>
    public async ValueTask<DeliveryResult> WhoAsync(CredentialCache credentials, string region, CancellationToken cancellationToken)
    {
        using var answer = await SendAsync(new AwsForm("GetCallerIdentity", Version), region, credentials, cancellationToken);
        return answer.Result.Status switch
        {
            DeliveryStatus.Delivered => answer.Result,
            DeliveryStatus.Retry => answer.Result.With($"{answer.Result.Reason} Where STS cannot be reached, aws.checkidentity: false leaves this question out."),
            _ => answer.Result,
        };
    }

    /// <summary>The credentials of a role, asked for with others.</summary>
    public ValueTask<AwsCredentials> AssumeRoleAsync(string role, string session, Secret externalId, CredentialCache with, string region, CancellationToken cancellationToken)
    {
        var form = new AwsForm("AssumeRole", Version).Add("RoleArn", role).Add("RoleSessionName", Session(session));
        return OfRoleAsync(externalId.IsEmpty ? form : form.Add("ExternalId", externalId.Reveal()), role, region, with, cancellationToken);
    }

    /// <summary>The credentials of a role, asked for with the token of a service account.</summary>
    public async ValueTask<AwsCredentials> AssumeRoleAsync(string role, string session, string tokenFile, string region, CancellationToken cancellationToken)
    {
        string token;
        try
        {
            token = (await File.ReadAllTextAsync(tokenFile, cancellationToken)).Trim();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new NoCredentialsException($"The token of the web identity cannot be read from {tokenFile} (AWS_WEB_IDENTITY_TOKEN_FILE).");
        }

        var form = new AwsForm("AssumeRoleWithWebIdentity", Version).Add("RoleArn", role).Add("RoleSessionName", Session(session)).Add("WebIdentityToken", token);
        return await OfRoleAsync(form, role, region, null, cancellationToken);
    }

    private static string Session(string name) => name.Length > 0 ? name : "saker-router";

    private async ValueTask<AwsCredentials> OfRoleAsync(AwsForm form, string role, string region, CredentialCache? with, CancellationToken cancellationToken)
    {
        using var answer = await SendAsync(form, region, with, cancellationToken);
        if (answer.Result.Status != DeliveryStatus.Delivered)
        {
            var reason = $"{answer.Result.Reason} The role is {role}.";
            throw new NoCredentialsException(answer.Result.Status == DeliveryStatus.Retry ? answer.Result.With(reason) : DeliveryResult.Blocked(reason));
        }

        var xml = AwsError.ReadXml(await answer.TextAsync(cancellationToken));
        if (xml is null || AwsError.Text(xml, "AccessKeyId") is not { Length: > 0 } key
            || !DateTimeOffset.TryParse(AwsError.Text(xml, "Expiration"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var expires))
        {
            throw new NoCredentialsException(DeliveryResult.Retry($"AWS STS answers with what holds no credentials of the role {role}."));
        }

        return new AwsCredentials(key, new Secret(AwsError.Text(xml, "SecretAccessKey")), new Secret(AwsError.Text(xml, "SessionToken")), $"the role {role}") { Expires = expires };
    }

    private ValueTask<AwsAnswer> SendAsync(AwsForm form, string region, CredentialCache? credentials, CancellationToken cancellationToken)
    {
        var place = region.Length > 0 ? region : DefaultRegion;
        return new AwsService("sts", settings.Address("sts", place), place, Descriptor, options, quiet, credentials).SendAsync(form.ToRequest(), cancellationToken);
    }
}
