using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Saker.Http;

namespace Saker.Detector.Following;

/// <summary>What a source answered.</summary>
/// <param name="Status">The status.</param>
/// <param name="Headers">The headers.</param>
/// <param name="Body">The body; empty unless the status says success or there is something to read in a refusal.</param>
internal sealed record SourceAnswer(HttpStatusCode Status, HttpResponseHeaders Headers, ReadOnlyMemory<byte> Body)
{
    /// <summary>Whether the status says success.</summary>
    public bool IsSuccess => (int)Status is >= 200 and < 300;
}

/// <summary>Asks a source over HTTP. What comes back is bounded in size and time; passwords follow no redirect.</summary>
internal sealed class SourceClient : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly HttpClient client;
    private readonly TimeProvider clock;

    /// <param name="authorities">Authorities to trust; null for the system's.</param>
    /// <param name="clock">The clock that limits go by.</param>
    public SourceClient(X509Certificate2Collection? authorities, TimeProvider clock)
    {
        this.clock = clock;
        var handler = new SocketsHttpHandler
        {
            // Blobs lie on other hosts than manifests. The client drops 'Authorization' on the way there, and does not go from TLS to none.
            AllowAutoRedirect = true,
            MaxAutomaticRedirections = 5,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None, // digests are over what is sent
            ConnectTimeout = TimeSpan.FromSeconds(10),
            MaxResponseHeadersLength = 64,
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(15), // the next look is hours away
        };
        if (authorities is not null)
        {
            var trusted = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            trusted.CustomTrustStore.AddRange(authorities);
            handler.SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = trusted };
        }

#pragma warning disable RS0030 // the one client of this source
        client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
#pragma warning restore RS0030
        client.DefaultRequestHeaders.TryAddWithoutValidation("User-Agent", "saker-detector");
    }

    /// <summary>One request and its answer.</summary>
    /// <param name="request">The request; disposed here.</param>
    /// <param name="mostBytes">The longest body that is taken.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="RulesSourceException">No answer, or one that is too large.</exception>
    public async Task<SourceAnswer> SendAsync(HttpRequestMessage request, int mostBytes, CancellationToken cancellationToken)
    {
        var target = request.RequestUri!.GetLeftPart(UriPartial.Authority);
        using var limit = new CancellationTokenSource(Patience, clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            using var sent = request;
            using var answer = await client.SendAsync(sent, HttpCompletionOption.ResponseHeadersRead, both.Token);
            var body = answer.IsSuccessStatusCode && sent.Method != HttpMethod.Head ? await ReadAsync(answer.Content, mostBytes, target, both.Token) : ReadOnlyMemory<byte>.Empty;
            return new SourceAnswer(answer.StatusCode, answer.Headers, body);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw RulesSourceException.Unreachable($"{target}: no whole answer within {Patience.TotalSeconds:0} s.", exception);
        }
        catch (Exception exception) when (HttpFailure.Of(exception) is { } failure)
        {
            throw RulesSourceException.Unreachable($"{target}: {Reason(failure)}", exception);
        }
        catch (IOException exception)
        {
            throw RulesSourceException.Unreachable($"{target}: the connection broke.", exception);
        }
    }

    public void Dispose() => client.Dispose();

    private static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpContent content, int mostBytes, string target, CancellationToken cancellationToken)
    {
        await using var stream = await content.ReadAsStreamAsync(cancellationToken);
        return await BoundedBody.ReadAsync(stream, mostBytes, cancellationToken)
            ?? throw RulesSourceException.Refused($"{target} sends more than the {mostBytes} bytes that are taken of this.");
    }

    private static string Reason(HttpRequestException failure) => failure.HttpRequestError switch
    {
        HttpRequestError.NameResolutionError => "its name cannot be resolved.",
        HttpRequestError.SecureConnectionError when failure.InnerException is AuthenticationException => "its certificate is not trusted here ('ca_cert' names the authority's file).",
        HttpRequestError.SecureConnectionError => "no TLS connection came about ('plain_http' speaks without).",
        HttpRequestError.ConnectionError => "no connection came about.",
        HttpRequestError.ProxyTunnelError => "the proxy refuses to connect.",
        _ => "the connection broke.",
    };
}
