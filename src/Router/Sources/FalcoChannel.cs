using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Grpc.Net.Client;
using Saker.Http;
using Saker.Router.Options;
using Saker.Tls;

namespace Saker.Router.Sources;

/// <summary>The way to a Falco: over a Unix socket in the clear, over the network with TLS, as Falco itself has it.</summary>
internal static class FalcoChannel
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan PingDelay = TimeSpan.FromSeconds(30);

    /// <summary>A channel of its own, with the certificates as they are now.</summary>
    /// <exception cref="IOException">A certificate cannot be used; the message says why.</exception>
    public static GrpcChannel Open(FalcoGrpcOptions options, int maxMessageBytes)
    {
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            ConnectTimeout = ConnectTimeout,

            // A subscription says nothing for as long as nothing happens; whether Falco is still there is asked.
            KeepAlivePingDelay = PingDelay,
            KeepAlivePingTimeout = ConnectTimeout,
        };
        try
        {
            if (options.SocketPath is { } path)
            {
                handler.ConnectCallback = (_, cancellationToken) => UnixConnection.OpenAsync(path, cancellationToken);
            }
            else
            {
                handler.SslOptions = Tls(options);
            }

            return GrpcChannel.ForAddress(options.SocketPath is null ? $"https://{options.Address}" : "http://localhost", new GrpcChannelOptions
            {
                HttpHandler = handler,
                DisposeHttpClient = true,
                MaxReceiveMessageSize = maxMessageBytes,
            });
        }
        catch
        {
            handler.Dispose();
            throw;
        }
    }

    private static SslClientAuthenticationOptions Tls(FalcoGrpcOptions options)
    {
        var tls = new SslClientAuthenticationOptions();
        if (options.CaCertFile.Length > 0)
        {
            var authorities = PemFile.Certificates(options.CaCertFile, "cacertfile", Throw)!;
            tls.CertificateChainPolicy = new() { TrustMode = X509ChainTrustMode.CustomRootTrust };
            tls.CertificateChainPolicy.CustomTrustStore.AddRange(authorities);

            // Whether it was revoked is not asked: the authority of one's own Falco seldom publishes that.
            tls.CertificateChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        }

        if (options.CertFile.Length > 0)
        {
            var (certificate, chain) = PemFile.Pair(options.CertFile, "certfile", options.KeyFile, "keyfile", Throw)!.Value;
            tls.ClientCertificateContext = SslStreamCertificateContext.Create(certificate, chain, offline: true);
        }

        return tls;
    }

    private static void Throw(string key, string sentence) => throw new IOException($"{key}: {sentence}");
}
