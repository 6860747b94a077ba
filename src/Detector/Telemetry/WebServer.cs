using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging.Abstractions;
using Saker.Detector.Configuration;
using Saker.Http;
using Saker.Rules;
using Saker.Tls;

namespace Saker.Detector.Telemetry;

/// <summary>Answers for health, versions and metrics. Kestrel, and nothing else of a web application.</summary>
internal sealed class WebServer : IAsyncDisposable
{
    private const int MaxConnections = 64;
    private const int MaxHeaderBytes = 16 * 1024;
    private static readonly TimeSpan RequestPatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(2);

    private readonly PlainKestrel kestrel;

    private WebServer(PlainKestrel kestrel) => this.kestrel = kestrel;

    /// <summary>Where it listens, as a URL; with the port that the system gave when any free one was asked for (0).</summary>
    public string Address => kestrel.Addresses.First();

    /// <summary>Listens from the return on.</summary>
    /// <param name="options">Where, and how.</param>
    /// <param name="resolve">Makes the certificate's path absolute.</param>
    /// <param name="health">What the health page shows.</param>
    /// <param name="verbose">What it shows with <c>?verbose</c>.</param>
    /// <param name="metrics">What <c>/metrics</c> shows; null when that is switched off.</param>
    /// <exception cref="IOException">The address or the certificate cannot be used; the message says why.</exception>
    public static async Task<WebServer> StartAsync(WebserverOptions options, Func<string, string> resolve, HealthPage health, VerboseHealth verbose, MetricsPage? metrics)
    {
        var certificate = options.SslEnabled ? ReadCertificate(resolve(options.SslCertificate)) : null;
        // What clients of this page do wrong is nothing to the detector's log.
        var loggers = NullLoggerFactory.Instance;
        var kestrel = new KestrelServerOptions { AddServerHeader = false };
        kestrel.Limits.MaxConcurrentConnections = MaxConnections;
        kestrel.Limits.MaxRequestBodySize = 0;
        kestrel.Limits.MaxRequestHeadersTotalSize = MaxHeaderBytes;
        kestrel.Limits.RequestHeadersTimeout = RequestPatience;
        if (certificate is not null)
        {
            kestrel.ApplicationServices = PlainKestrel.TlsServices(loggers);
        }

        options.ListenAddress.Listen(kestrel, options.ListenPort, listen =>
        {
            listen.Protocols = HttpProtocols.Http1;
            if (certificate is not null)
            {
                listen.UseHttps(certificate);
            }
        });
        return new WebServer(await PlainKestrel.StartAsync(kestrel, http => AnswerAsync(http, options.K8sHealthzEndpoint, health, verbose, metrics), loggers, CancellationToken.None));
    }

    public async ValueTask DisposeAsync()
    {
        using var soon = new CancellationTokenSource(StopPatience);
        await kestrel.StopAsync(soon.Token);
        await kestrel.DisposeAsync();
    }

    /// <summary>The certificate and its key, in one file.</summary>
    /// <exception cref="IOException">The file cannot be used; the message names key and cure.</exception>
    public static X509Certificate2 ReadCertificate(string path)
    {
        const string key = "webserver.ssl_certificate";
        var faults = new List<string>();
        var pair = PemFile.Pair(path, key, path, key, (_, sentence) => faults.Add($"{key}: {sentence}"));
        return pair?.Certificate ?? throw new IOException(string.Join(' ', faults.Distinct(StringComparer.Ordinal)));
    }

    private static string Versions()
    {
        var engine = RuleLoaderOptions.DefaultEngineVersion;
        return $$"""{"engine_version":"{{engine.Minor}}","engine_version_semver":"{{engine}}","falco_version":"{{DetectorFacts.Version}}"}""";
    }

    // As Kubernetes' own health pages take it: '?verbose', with or without a value.
    private static bool IsVerbose(QueryString query) =>
        query.HasValue && query.Value!.TrimStart('?').Split('&').Any(static part => part == "verbose" || part.StartsWith("verbose=", StringComparison.Ordinal));

    private static async Task AnswerAsync(HttpContext http, string healthPath, HealthPage health, VerboseHealth verbose, MetricsPage? metrics)
    {
        var isGet = http.Request.Method == HttpMethods.Get;
        if (!isGet && http.Request.Method != HttpMethods.Head)
        {
            http.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            http.Response.Headers.Allow = "GET, HEAD";
            return;
        }

        var path = http.Request.Path.Value;
        var (type, body) = path switch
        {
            _ when path == healthPath && IsVerbose(http.Request.QueryString) => ("application/json", await verbose.WriteAsync(http.RequestAborted)),
            _ when path == healthPath => ("application/json", health.Write()),
            "/versions" => ("application/json", Versions()),
            "/metrics" when metrics is not null => (PrometheusText.ContentType, await metrics.WriteAsync(http.RequestAborted)),
            _ => (null, ""),
        };
        if (type is null)
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        var bytes = Encoding.UTF8.GetBytes(body);
        http.Response.ContentType = type;
        http.Response.ContentLength = bytes.Length;
        if (isGet)
        {
            await http.Response.Body.WriteAsync(bytes, http.RequestAborted);
        }
    }
}
