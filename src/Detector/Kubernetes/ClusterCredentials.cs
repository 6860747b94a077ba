using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Saker.Http;
using Saker.Settings;
using Saker.Tls;

namespace Saker.Detector.Kubernetes;

/// <summary>
/// Token and authority as they are now: the kubelet writes another token into the file before the old one ends, so that files are looked
/// at again after a minute, and at once when the server no longer takes what they had. For several threads.
/// </summary>
/// <param name="access">Where they are.</param>
/// <param name="patience">How long a connection may take to come about.</param>
/// <param name="clock">The time.</param>
internal sealed class ClusterCredentials(ClusterAccess access, TimeSpan patience, TimeProvider clock) : IDisposable
{
    private const int MaxTokenBytes = 64 << 10;
    private static readonly TimeSpan LookInterval = TimeSpan.FromMinutes(1);

    private readonly Lock gate = new();
    private HttpMessageInvoker? client;
    private string authorities = "";
    private string token = "";
    private long lookedAt;

    /// <summary>What requests are sent with.</summary>
    /// <param name="isRefused">Whether the server has just refused what the files had.</param>
    /// <returns>The client, and the token; empty for none.</returns>
    /// <exception cref="IOException">A file cannot be used; the message names it.</exception>
    public (HttpMessageInvoker Client, string Token) Take(bool isRefused = false)
    {
        lock (gate)
        {
            if (client is null || isRefused || clock.GetElapsedTime(lookedAt) >= LookInterval)
            {
                Look();
            }

            return (client!, token);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => client?.Dispose();

    private void Look()
    {
        token = access.TokenFile.Length > 0 ? ReadToken() : access.Token.Reveal();
        var found = access.AuthorityFile.Length > 0 ? ReadAuthorities() : access.Authorities;
        var thumbprints = found is null ? "" : string.Join(' ', found.Select(static authority => authority.Thumbprint));
        if (client is null || thumbprints != authorities)
        {
            // Requests that are under way end over the old one, which is then collected with its connections.
            client = new HttpMessageInvoker(Handler(found));
            authorities = thumbprints;
        }

        lookedAt = clock.GetTimestamp();
    }

    private string ReadToken()
    {
        try
        {
            using var stream = File.OpenRead(access.TokenFile);
            var content = new byte[MaxTokenBytes];
            var text = System.Text.Encoding.ASCII.GetString(content, 0, stream.ReadAtLeast(content, content.Length, throwOnEndOfStream: false)).Trim();
            return text.Length > 0 && !text.AsSpan().ContainsAnyExceptInRange('!', '~')
                ? text
                : throw new InvalidDataException($"The file '{access.TokenFile}' holds no token.");
        }
        catch (Exception exception) when (FileProblem.Is(exception) && exception is not InvalidDataException)
        {
            throw new IOException($"The token in '{access.TokenFile}' cannot be read: {FileProblem.Reason(exception, access.TokenFile)}", exception);
        }
        catch (InvalidDataException exception)
        {
            throw new IOException(exception.Message, exception);
        }
    }

    private X509Certificate2Collection ReadAuthorities()
    {
        var sentence = "";
        return PemFile.Certificates(access.AuthorityFile, "", (_, fault) => sentence = fault) ?? throw new IOException(sentence);
    }

    private SocketsHttpHandler Handler(X509Certificate2Collection? trusted)
    {
        var tls = new SslClientAuthenticationOptions();
        if (access.TrustsAnybody)
        {
#pragma warning disable CA5359 // the kubeconfig's insecure-skip-tls-verify asks for just this
            tls.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
        }
        else if (trusted is not null)
        {
            tls.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            tls.CertificateChainPolicy.CustomTrustStore.AddRange(trusted);
        }

        if (access.ServerName.Length > 0)
        {
            tls.TargetHost = access.ServerName;
        }

        if (access.Certificate is { } own)
        {
            tls.ClientCertificateContext = SslStreamCertificateContext.Create(own, null, offline: true);
        }

        return new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false, // a token is for this server alone
            ConnectTimeout = patience,
            MaxResponseHeadersLength = 64,
            MaxConnectionsPerServer = 8,
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(1),
            SslOptions = tls,
            ConnectCallback = ConnectAsync,
        };
    }

    // A watch is silent for long; that the other side has vanished shows by probes alone.
    private static ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken) =>
        ProbedConnection.OpenAsync(context.DnsEndPoint, idle: 30, interval: 10, probes: 3, cancellationToken);
}
