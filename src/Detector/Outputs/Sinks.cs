using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Saker.Detector.Configuration;

namespace Saker.Detector.Outputs;

/// <summary>Makes the sinks that the configuration enables.</summary>
internal static class Sinks
{
    /// <summary>The enabled sinks, each behind its queue.</summary>
    /// <exception cref="IOException">A certificate cannot be read, or the URL is none.</exception>
    public static IReadOnlyList<SinkQueue> Create(DetectorConfiguration configuration, TimeProvider clock, ILogger logger)
    {
        var options = configuration.Options;
        var capacity = options.OutputsQueue.Bound;
        var sinks = new List<IAlertSink>();
        if (options.StdoutOutput.Enabled)
        {
            sinks.Add(StreamSink.Stdout());
        }

        if (options.FileOutput.Enabled)
        {
            sinks.Add(StreamSink.File(configuration.Resolve(options.FileOutput.Filename), options.FileOutput.KeepAlive));
        }

        if (options.HttpOutput.Enabled)
        {
            sinks.Add(Http(options.HttpOutput, configuration, clock, logger));
        }

        return sinks.ConvertAll(sink => new SinkQueue(sink, capacity, logger));
    }

    private static HttpSink Http(HttpOptions options, DetectorConfiguration configuration, TimeProvider clock, ILogger logger)
    {
        if (!Uri.TryCreate(options.Url.Reveal(), UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
        {
            throw new IOException("http_output.url is no URL; write it as in 'http://127.0.0.1:2801/'.");
        }

        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectTimeout = TimeSpan.FromSeconds(5),
            PooledConnectionLifetime = TimeSpan.FromMinutes(5), // the router may move to another address
            SslOptions = Tls(options, configuration),
        };
        return new HttpSink(url, handler, options.UserAgent, clock, logger);
    }

    private static SslClientAuthenticationOptions Tls(HttpOptions options, DetectorConfiguration configuration)
    {
        var tls = new SslClientAuthenticationOptions();
        try
        {
            if (options.Insecure)
            {
#pragma warning disable CA5359 // the user's insecure: true asks for just this
                tls.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
            }
            else if (options.CaCert.Length > 0)
            {
                tls.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
                tls.CertificateChainPolicy.CustomTrustStore.ImportFromPemFile(configuration.Resolve(options.CaCert));
            }

            if (options.Mtls)
            {
                using var pem = X509Certificate2.CreateFromPemFile(configuration.Resolve(options.ClientCert), configuration.Resolve(options.ClientKey));
                // A key that lives only in memory is not offered by every TLS stack; PKCS#12 in between makes it so.
                tls.ClientCertificates = [X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null)];
            }

            return tls;
        }
        catch (CryptographicException exception)
        {
            throw new IOException($"a certificate of http_output cannot be read: {exception.Message}", exception);
        }
    }
}
