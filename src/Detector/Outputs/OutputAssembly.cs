using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Saker.Detector.Configuration;
using Saker.Tls;

namespace Saker.Detector.Outputs;

/// <summary>Makes the outputs that the configuration enables.</summary>
internal static class OutputAssembly
{
    /// <summary>The enabled outputs, each behind its queue.</summary>
    /// <param name="configuration">What is enabled.</param>
    /// <param name="clock">The time.</param>
    /// <param name="logger">Told about faults.</param>
    /// <param name="stop">Ends the waiting of who writes into a full queue.</param>
    /// <exception cref="IOException">A certificate cannot be read, or the URL is none.</exception>
    public static IReadOnlyList<OutputQueue> Create(DetectorConfiguration configuration, TimeProvider clock, ILogger logger, CancellationToken stop)
    {
        var options = configuration.Options;
        // A capture waits for outputs; the kernel does not. What a capture says can be had again, so that a disk that is full ends the matter.
        var live = options.Engine.Kind != EngineKind.Replay;
        var local = new QueueSettings { Capacity = options.OutputsQueue.Bound, WritersWait = !live, Retries = live };
        var queues = new List<OutputQueue>();
        if (options.StdoutOutput.Enabled)
        {
            queues.Add(new OutputQueue(new StdoutOutput(), local, clock, logger, stop));
        }

        if (options.FileOutput.Enabled)
        {
            var file = new FileOutput(configuration.Resolve(options.FileOutput.Filename), options.FileOutput.KeepAlive);
            queues.Add(new OutputQueue(file, local, clock, logger, stop));
        }

        if (options.HttpOutput.Enabled)
        {
            queues.Add(new OutputQueue(Http(options.HttpOutput, configuration, clock), local with { Retries = true }, clock, logger, stop));
        }

        return queues;
    }

    private static HttpOutput Http(HttpOptions options, DetectorConfiguration configuration, TimeProvider clock)
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
        return new HttpOutput(url, handler, options.UserAgent, options.CompressUploads, clock);
    }

    private static SslClientAuthenticationOptions Tls(HttpOptions options, DetectorConfiguration configuration)
    {
        var faults = new List<string>();
        var tls = new SslClientAuthenticationOptions();
        if (options.Insecure)
        {
#pragma warning disable CA5359 // the user's insecure: true asks for just this
            tls.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
        }
        else if (Authorities(options, configuration, Fault) is { Count: > 0 } authorities)
        {
            tls.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            tls.CertificateChainPolicy.CustomTrustStore.AddRange(authorities);
        }

        if (options.Mtls && PemFile.Pair(configuration.Resolve(options.ClientCert), "client_cert", configuration.Resolve(options.ClientKey), "client_key", Fault) is { } own)
        {
            tls.ClientCertificates = [own.Certificate];
        }

        return faults.Count == 0 ? tls : throw new IOException(string.Join(' ', faults));

        void Fault(string key, string sentence) => faults.Add($"http_output.{key}: {sentence}");
    }

    // As Falco takes them: one file of one authority, else one of several, else a folder of files.
    private static X509Certificate2Collection Authorities(HttpOptions options, DetectorConfiguration configuration, Action<string, string> fault)
    {
        if (options.CaCert.Length > 0)
        {
            return PemFile.Certificates(configuration.Resolve(options.CaCert), "ca_cert", fault) ?? [];
        }

        if (options.CaBundle.Length > 0)
        {
            return PemFile.Certificates(configuration.Resolve(options.CaBundle), "ca_bundle", fault) ?? [];
        }

        return options.CaPath is "" or HttpOptions.SystemAuthorities ? [] : PemFile.Folder(configuration.Resolve(options.CaPath), "ca_path", fault) ?? [];
    }
}
