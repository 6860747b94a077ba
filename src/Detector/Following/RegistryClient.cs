using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;
using Saker.Alerts;
using Saker.Detector.Answers;
using Saker.Detector.Configuration;

namespace Saker.Detector.Following;

/// <summary>One repository of an OCI registry, read over the distribution API with the ways of signing in that it asks for.</summary>
internal sealed partial class RegistryClient(SourceClient client, RulesSource source, bool plainHttp, Func<SourceCredentials?> credentials)
{
    private const int MostManifest = 1 << 20;
    private const int MostToken = 64 * 1024;
    private const string Manifests = "application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json, application/vnd.docker.distribution.manifest.v2+json, application/vnd.docker.distribution.manifest.list.v2+json";

    private AuthenticationHeaderValue? authorization;

    // Docker Hub answers under another name than the one that artifacts have.
    private string Root => $"{(plainHttp ? "http" : "https")}://{(source.Registry == "docker.io" ? "registry-1.docker.io" : source.Registry)}/v2/{source.Repository}";

    /// <summary>The digest that a reference stands for at present; empty when the registry does not say so beforehand.</summary>
    public async Task<string> ResolveAsync(string reference, CancellationToken cancellationToken)
    {
        var answer = await SendAsync(HttpMethod.Head, $"{Root}/manifests/{reference}", Manifests, MostManifest, cancellationToken);
        if (answer.Status == HttpStatusCode.NotFound)
        {
            throw RulesSourceException.Unreachable($"There is no {source.Display}.");
        }

        return answer.IsSuccess && answer.Headers.TryGetValues("Docker-Content-Digest", out var values) && values.First() is var digest && IsDigest(digest) ? digest : "";
    }

    /// <summary>A manifest and its digest; null when there is none of that name.</summary>
    /// <param name="reference">A tag, or a digest, which the manifest must then have.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<(string Digest, JsonElement Manifest)?> ManifestAsync(string reference, CancellationToken cancellationToken)
    {
        var answer = await SendAsync(HttpMethod.Get, $"{Root}/manifests/{reference}", Manifests, MostManifest, cancellationToken);
        if (answer.Status == HttpStatusCode.NotFound)
        {
            return null;
        }

        Check(answer);
        var digest = DigestOf(answer.Body.Span);
        if (IsDigest(reference) && digest != reference)
        {
            throw RulesSourceException.Refused($"The registry sends a manifest that is not the one asked for ({reference}).");
        }

        return (digest, SourceJson.Parse(answer.Body, "The manifest"));
    }

    /// <summary>A blob.</summary>
    /// <param name="digest">Its digest, which is checked.</param>
    /// <param name="mostBytes">The most that it may have.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<ReadOnlyMemory<byte>> BlobAsync(string digest, int mostBytes, CancellationToken cancellationToken)
    {
        var answer = await SendAsync(HttpMethod.Get, $"{Root}/blobs/{digest}", "*/*", mostBytes, cancellationToken);
        Check(answer);
        return DigestOf(answer.Body.Span) == digest ? answer.Body : throw RulesSourceException.Refused($"The registry sends a blob that is not the one asked for ({digest}).");
    }

    /// <summary>Whether a text is a digest.</summary>
    public static bool IsDigest(string text) => Digest().IsMatch(text);

    /// <summary>The digest of bytes.</summary>
    public static string DigestOf(ReadOnlySpan<byte> bytes) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(bytes));

    private async Task<SourceAnswer> SendAsync(HttpMethod method, string url, string accept, int mostBytes, CancellationToken cancellationToken)
    {
        var answer = await client.SendAsync(Request(), mostBytes, cancellationToken);
        if (answer.Status != HttpStatusCode.Unauthorized)
        {
            return answer;
        }

        authorization = await SignInAsync(answer, cancellationToken);
        return await client.SendAsync(Request(), mostBytes, cancellationToken);

        HttpRequestMessage Request()
        {
            var request = new HttpRequestMessage(method, url);
            request.Headers.TryAddWithoutValidation("Accept", accept);
            request.Headers.Authorization = authorization;
            return request;
        }
    }

    // RFC 6750 as registries have it: the answer names who gives tokens, for which service and for what.
    private async Task<AuthenticationHeaderValue> SignInAsync(SourceAnswer refusal, CancellationToken cancellationToken)
    {
        var own = credentials();
        foreach (var challenge in refusal.Headers.WwwAuthenticate)
        {
            if (challenge.Scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase) && own is not null)
            {
                return new AuthenticationHeaderValue("Basic", own.Basic());
            }

            if (challenge.Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase))
            {
                var token = await TokenAsync(challenge.Parameter ?? "", own, cancellationToken);
                return new AuthenticationHeaderValue("Bearer", token.Reveal());
            }
        }

        throw RulesSourceException.Unreachable($"{source.Registry} wants a user; write 'username' and 'password', or 'docker_config'.");
    }

    private async Task<Secret> TokenAsync(string challenge, SourceCredentials? own, CancellationToken cancellationToken)
    {
        var parameters = Parameter().Matches(challenge).DistinctBy(static match => match.Groups["key"].Value, StringComparer.OrdinalIgnoreCase)
            .ToDictionary(static match => match.Groups["key"].Value, static match => match.Groups["value"].Value, StringComparer.OrdinalIgnoreCase);
        if (!Uri.TryCreate(parameters.GetValueOrDefault("realm"), UriKind.Absolute, out var realm) || !IsTrustworthy(realm, own))
        {
            throw RulesSourceException.Refused($"{source.Registry} sends on to a place for tokens that is no https:// URL.");
        }

        var query = $"service={Uri.EscapeDataString(parameters.GetValueOrDefault("service", ""))}&scope={Uri.EscapeDataString($"repository:{source.Repository}:pull")}";
        var request = new HttpRequestMessage(HttpMethod.Get, new UriBuilder(realm) { Query = realm.Query.Length > 1 ? $"{realm.Query[1..]}&{query}" : query }.Uri);
        request.Headers.Authorization = own is null ? null : new AuthenticationHeaderValue("Basic", own.Basic());
        var answer = await client.SendAsync(request, MostToken, cancellationToken);
        if (!answer.IsSuccess)
        {
            throw RulesSourceException.Unreachable($"{realm.GetLeftPart(UriPartial.Authority)} gives no token for {source.Registry}/{source.Repository} (status {(int)answer.Status}); check 'username' and 'password'.");
        }

        var token = SourceJson.Parse(answer.Body, "The token's answer");
        return (token.TextOrNull("token") ?? token.TextOrNull("access_token")) is { Length: > 0 } text && text.All(static character => character is > ' ' and < '\x7f')
            ? new Secret(text)
            : throw RulesSourceException.Refused($"{realm.GetLeftPart(UriPartial.Authority)} answers without a token.");
    }

    private bool IsTrustworthy(Uri realm, SourceCredentials? own) =>
        realm.Scheme == Uri.UriSchemeHttps || (realm.Scheme == Uri.UriSchemeHttp && plainHttp && (own is null || realm.IsLoopback));

    private void Check(SourceAnswer answer)
    {
        if (!answer.IsSuccess)
        {
            var hint = answer.Status switch
            {
                HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => "; check 'username' and 'password'",
                HttpStatusCode.TooManyRequests => "; it wants to be asked less often ('interval')",
                _ => "",
            };
            throw RulesSourceException.Unreachable($"{source.Registry} answers with status {(int)answer.Status}{hint}.");
        }
    }

    [GeneratedRegex(@"\Asha256:[0-9a-f]{64}\z")]
    private static partial Regex Digest();

    [GeneratedRegex("(?<key>[A-Za-z_]+)=\"(?<value>[^\"]*)\"", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Parameter();
}
