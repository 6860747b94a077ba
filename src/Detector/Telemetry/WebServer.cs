using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Saker.Detector.Configuration;
using Saker.Rules;

namespace Saker.Detector.Telemetry;

/// <summary>Answers for health, versions and metrics. Kestrel, and nothing else of a web application.</summary>
internal sealed class WebServer : IAsyncDisposable
{
    private const int MaxConnections = 64;
    private const int MaxHeaderBytes = 16 * 1024;
    private static readonly TimeSpan RequestPatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(2);

    private readonly WebApplication application;
    private readonly string healthPath;
    private readonly HealthPage health;
    private readonly MetricsPage? metrics;

    private WebServer(WebApplication application, string healthPath, HealthPage health, MetricsPage? metrics)
    {
        this.health = health;
        this.application = application;
        this.healthPath = healthPath;
        this.metrics = metrics;
        application.Run(AnswerAsync);
    }

    /// <summary>Where it listens, as a URL; with the port that the system gave when any free one was asked for (0).</summary>
    public string Address => application.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First();

    /// <summary>Listens from the return on.</summary>
    /// <param name="options">Where, and how.</param>
    /// <param name="resolve">Makes the certificate's path absolute.</param>
    /// <param name="health">What the health page shows.</param>
    /// <param name="metrics">What <c>/metrics</c> shows; null when that is switched off.</param>
    /// <exception cref="IOException">The address or the certificate cannot be used; the message says why.</exception>
    public static async Task<WebServer> StartAsync(WebserverOptions options, Func<string, string> resolve, HealthPage health, MetricsPage? metrics)
    {
        var certificate = options.SslEnabled ? ReadCertificate(resolve(options.SslCertificate)) : null;
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentConnections = MaxConnections;
            kestrel.Limits.MaxRequestBodySize = 0;
            kestrel.Limits.MaxRequestHeadersTotalSize = MaxHeaderBytes;
            kestrel.Limits.RequestHeadersTimeout = RequestPatience;
            kestrel.Listen(new IPEndPoint(options.ListenAddress.Address, options.ListenPort), listen =>
            {
                listen.Protocols = HttpProtocols.Http1;
                if (certificate is not null)
                {
                    listen.UseHttps(certificate);
                }
            });
        });
        if (certificate is not null)
        {
            builder.WebHost.UseKestrelHttpsConfiguration();
        }

        var server = new WebServer(builder.Build(), options.K8sHealthzEndpoint, health, metrics);
        try
        {
            await server.application.StartAsync();
            return server;
        }
        catch
        {
            await server.application.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        using var soon = new CancellationTokenSource(StopPatience);
        await application.StopAsync(soon.Token);
        await application.DisposeAsync();
    }

    private static X509Certificate2 ReadCertificate(string path)
    {
        try
        {
            using var pem = X509Certificate2.CreateFromPemFile(path);
            // A key that lives only in memory is not taken by every TLS stack; PKCS#12 in between makes it so.
            return X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null);
        }
        catch (Exception unreadable) when (unreadable is CryptographicException or UnauthorizedAccessException)
        {
            throw new IOException($"{path} is no certificate with its key, in PEM: {unreadable.Message}", unreadable);
        }
    }

    private static string Versions()
    {
        var engine = new RuleLoaderOptions { Sources = new Dictionary<string, Conditions.Fields.IFieldCatalogue>(), EventTypes = [] }.EngineVersion;
        return $$"""{"engine_version":"{{engine.Minor}}","engine_version_semver":"{{engine}}","falco_version":"{{DetectorFacts.Version}}"}""";
    }

    private async Task AnswerAsync(HttpContext http)
    {
        var isGet = HttpMethods.IsGet(http.Request.Method);
        if (!isGet && !HttpMethods.IsHead(http.Request.Method))
        {
            http.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            http.Response.Headers.Allow = "GET, HEAD";
            return;
        }

        var path = http.Request.Path.Value;
        var (type, body) = path switch
        {
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

    /// <summary>Leaves signals to the detector.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
