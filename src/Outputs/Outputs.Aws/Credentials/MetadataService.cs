using System.Globalization;
using System.Text;
using System.Text.Json;
using Saker.Alerts;
using Saker.Http;
using Saker.Outputs.Aws.Settings;
using Saker.Outputs.Aws.Signing;

namespace Saker.Outputs.Aws.Credentials;

/// <summary>
/// What the machine tells of itself: the agent of a container (ECS, EKS Pod Identity), and the instance (EC2, IMDSv2). Nobody answers
/// elsewhere, so that each question has little time.
/// </summary>
internal sealed class MetadataService(AwsSettings settings, OutputContext context)
{
    private const int MaxBytes = 64 * 1024;
    private const string ContainerHost = "http://169.254.170.2";
    private const string InstanceHost = "http://169.254.169.254";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>The credentials of the container; null when it has none.</summary>
    public async ValueTask<AwsCredentials?> OfContainerAsync(CancellationToken cancellationToken)
    {
        var relative = settings.Variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
        var full = settings.Variable("AWS_CONTAINER_CREDENTIALS_FULL_URI");
        if (relative.Length + full.Length == 0)
        {
            return null;
        }

        // A token is handed only to TLS or to this machine (https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html).
        if (!Uri.TryCreate(relative.Length > 0 ? ContainerHost + relative : full, UriKind.Absolute, out var address)
            || address.Scheme != Uri.UriSchemeHttps && !address.IsLoopback && address.Host is not ("169.254.170.2" or "169.254.170.23" or "[fd00:ec2::23]"))
        {
            throw new NoCredentialsException("AWS_CONTAINER_CREDENTIALS_FULL_URI is no address of this machine and none with https.");
        }

        var token = settings.Variable("AWS_CONTAINER_AUTHORIZATION_TOKEN");
        if (settings.Variable("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE") is { Length: > 0 } file)
        {
            try
            {
                token = await File.ReadAllTextAsync(file, cancellationToken);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                throw new NoCredentialsException($"The token of the container cannot be read from {file} (AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE).");
            }
        }

        return Read(await AskAsync(HttpMethod.Get, address, token.Length > 0 ? ("Authorization", token.Trim()) : null, cancellationToken), "the container");
    }

    /// <summary>The credentials of the instance's role; null when there is no instance, or none that tells.</summary>
    public async ValueTask<AwsCredentials?> OfInstanceAsync(CancellationToken cancellationToken)
    {
        const string Roles = "/latest/meta-data/iam/security-credentials/";
        return await TokenAsync(cancellationToken) is { } token
            && (await AskInstanceAsync(Roles, token, cancellationToken))?.Split('\n')[0].Trim() is { Length: > 0 } role
            && await AskInstanceAsync(Roles + role, token, cancellationToken) is { } answer
            ? Read(answer, $"this instance's role {role}")
            : null;
    }

    /// <summary>The instance's region; empty when there is no instance, or none that tells.</summary>
    public async ValueTask<string> RegionAsync(CancellationToken cancellationToken) =>
        await TokenAsync(cancellationToken) is { } token && await AskInstanceAsync("/latest/meta-data/placement/region", token, cancellationToken) is { } region ? region.Trim() : "";

    private async ValueTask<string?> TokenAsync(CancellationToken cancellationToken) => settings.IsOn("AWS_EC2_METADATA_DISABLED")
        ? null
        : await AskAsync(HttpMethod.Put, Instance("/latest/api/token"), ("X-aws-ec2-metadata-token-ttl-seconds", "300"), cancellationToken);

    private ValueTask<string?> AskInstanceAsync(string path, string token, CancellationToken cancellationToken) =>
        AskAsync(HttpMethod.Get, Instance(path), ("X-aws-ec2-metadata-token", token), cancellationToken);

    private Uri Instance(string path) => new((settings.Variable("AWS_EC2_METADATA_SERVICE_ENDPOINT") is { Length: > 0 } set ? set.TrimEnd('/') : InstanceHost) + path);

    private async ValueTask<string?> AskAsync(HttpMethod method, Uri address, (string Name, string Value)? header, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(Patience, context.Clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            using var request = new HttpRequestMessage(method, address);
            if (header is { } set)
            {
                request.Headers.TryAddWithoutValidation(set.Name, set.Value);
            }

            using var answer = await context.Transports.Local.SendAsync(request, both.Token);
            if (!answer.IsSuccessStatusCode)
            {
                return null;
            }

            var bytes = new byte[MaxBytes];
            await using var stream = await answer.Content.ReadAsStreamAsync(both.Token);
            return Encoding.UTF8.GetString(bytes, 0, await stream.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, both.Token));
        }
        catch (Exception exception) when (exception is IOException || HttpFailure.Of(exception) is not null || exception is OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    private static AwsCredentials? Read(string? text, string source)
    {
        try
        {
            using var json = JsonDocument.Parse(text ?? "");
            string Text(string name) => json.RootElement.TryGetProperty(name, out var value) ? value.GetString() ?? "" : "";
            return Text("AccessKeyId") is { Length: > 0 } key
                ? new AwsCredentials(key, new Secret(Text("SecretAccessKey")), new Secret(Text("Token")), source)
                {
                    Expires = DateTimeOffset.TryParse(Text("Expiration"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var end) ? end : null,
                }
                : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
