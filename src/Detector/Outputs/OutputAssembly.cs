using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Saker.Detector.Configuration;
using Saker.Tls;

namespace Saker.Detector.Outputs;

/// <summary>Makes the outputs that the configuration enables.</summary>
internal static class OutputAssembly
{
    private const int DefaultCapacity = 10_000;

    /// <summary>The enabled outputs, each behind its queue.</summary>
    /// <exception cref="IOException">A certificate cannot be read, or the URL is none.</exception>
    public static IReadOnlyList<OutputQueue> Create(DetectorConfiguration configuration, TimeProvider clock, ILogger logger)
    {
        var options = configuration.Options;
        var capacity = options.OutputsQueue.Capacity > 0 ? options.OutputsQueue.Capacity : DefaultCapacity;
        var outputs = new List<IAlertOutput>();
        if (options.StdoutOutput.Enabled)
        {
            outputs.Add(StreamOutput.Stdout());
        }

        if (options.FileOutput.Enabled)
        {
            outputs.Add(StreamOutput.File(configuration.Resolve(options.FileOutput.Filename), options.FileOutput.KeepAlive));
        }

        if (options.HttpOutput.Enabled)
        {
            outputs.Add(Http(options.HttpOutput, configuration, clock, logger));
        }

        return outputs.ConvertAll(output => new OutputQueue(output, capacity, logger));
    }

    private static HttpOutput Http(HttpOptions options, DetectorConfiguration configuration, TimeProvider clock, ILogger logger)
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
        return new HttpOutput(url, handler, options.UserAgent, clock, logger);
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
                tls.ClientCertificates = [KeyPair.FromPemFiles(configuration.Resolve(options.ClientCert), configuration.Resolve(options.ClientKey))];
            }

            return tls;
        }
        catch (CryptographicException exception)
        {
            throw new IOException($"a certificate of http_output cannot be read: {exception.Message}", exception);
        }
    }
}
