using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Saker.Detector.Configuration;

namespace Saker.Detector.Following;

/// <summary>Fetches a rule file, or a gzipped tar of rule files, behind a URL.</summary>
internal sealed class FileFetcher(SourceClient client, RulesSource source, SignatureKey? key, Func<SourceCredentials?> credentials) : IRulesFetcher
{
    private const int MostSignature = 16 * 1024;
    private const int MostTag = 256;

    private readonly Uri url = source.Url!;

    private bool IsArchive => url.AbsolutePath.EndsWith(".tar.gz", StringComparison.OrdinalIgnoreCase) || url.AbsolutePath.EndsWith(".tgz", StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public async Task<FetchedRules?> FetchAsync(string knownDigest, string knownTag, CancellationToken cancellationToken)
    {
        var answer = await GetAsync(url, knownDigest.Length > 0 ? knownTag : "", RulesArchive.MostPacked, cancellationToken);
        if (answer.Status == HttpStatusCode.NotModified && knownDigest.Length > 0)
        {
            return null;
        }

        Check(answer, source.Display);
        var digest = RegistryClient.DigestOf(answer.Body.Span);
        if (digest == knownDigest)
        {
            return null;
        }

        if (key is not null)
        {
            await CheckSignatureAsync(answer.Body, key, cancellationToken);
        }

        var tag = answer.Headers.ETag?.ToString() is { Length: <= MostTag } given ? given : "";
        return new FetchedRules(digest, tag, IsArchive ? RulesArchive.Read(answer.Body) : [new FetchedFile(FileName(), answer.Body)]);
    }

    public void Dispose() => client.Dispose();

    private async Task CheckSignatureAsync(ReadOnlyMemory<byte> content, SignatureKey signer, CancellationToken cancellationToken)
    {
        var beside = new UriBuilder(url) { Path = url.AbsolutePath + ".sig" }.Uri;
        var answer = await GetAsync(beside, "", MostSignature, cancellationToken);
        if (answer.Status is HttpStatusCode.NotFound or HttpStatusCode.Gone)
        {
            throw RulesSourceException.Refused($"Nobody has signed {source.Display}: there is no {source.Display}.sig. Make it with 'cosign sign-blob', or set 'allow_unsigned: true' to take the file from anybody.");
        }

        Check(answer, $"{source.Display}.sig");
        // cosign writes base64; openssl writes the bytes.
        if (!signer.Verifies(content.Span, answer.Body.Span) && !signer.VerifiesBase64(content.Span, Encoding.Latin1.GetString(answer.Body.Span).Trim()))
        {
            throw RulesSourceException.Refused($"{source.Display} is not signed by the key of 'public_key': {source.Display}.sig is no signature of it.");
        }
    }

    private async Task<SourceAnswer> GetAsync(Uri address, string tag, int mostBytes, CancellationToken cancellationToken)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, address);
        if (EntityTagHeaderValue.TryParse(tag, out var known))
        {
            request.Headers.IfNoneMatch.Add(known);
        }

        if (credentials() is { } own)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", own.Basic());
        }

        return await client.SendAsync(request, mostBytes, cancellationToken);
    }

    private static void Check(SourceAnswer answer, string what)
    {
        if (!answer.IsSuccess)
        {
            var hint = answer.Status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden ? "; check 'username' and 'password'" : "";
            throw RulesSourceException.Unreachable($"{what}: the answer has status {(int)answer.Status}{hint}.");
        }
    }

    // The name is for messages; what it may be is ours to say.
    private string FileName()
    {
        var last = Uri.UnescapeDataString(url.AbsolutePath).Split('/')[^1];
        return RulesArchive.IsFileName(last) && Path.GetExtension(last) is ".yaml" or ".yml" ? last : $"{source.ShortName}.yaml";
    }
}
