using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Saker.Http;
using Saker.Router.Access;
using Saker.Router.Enrichment;
using Saker.Router.Grpc;
using Saker.Router.Http;
using Saker.Router.Ingest;
using Saker.Router.Log;
using Saker.Router.Options;
using Saker.Router.Telemetry;
using Saker.Router.Tests.Delivery;
using Saker.Router.Web;

namespace Saker.Router.Tests.Ingest;

/// <summary>Log, intake, endpoints and Kestrel as the program wires them, on a free port of 127.0.0.1 and in a folder of its own.</summary>
internal sealed class IngestFixture : IAsyncDisposable
{
    private readonly string folder;
    private readonly SegmentLog log;
    private readonly IngestServer server;

    private readonly AlertEndpoints endpoints;

    private IngestFixture(string folder, SegmentLog log, AlertIntake intake, RouterMetrics metrics, AlertEndpoints endpoints, IngestServer server)
    {
        this.endpoints = endpoints;
        this.folder = folder;
        this.log = log;
        Intake = intake;
        Metrics = metrics;
        this.server = server;
    }

    public AlertIntake Intake { get; }

    public RouterMetrics Metrics { get; }

    public int Port => server.Port;

    public IReadOnlyList<string> Addresses => server.Addresses;

    /// <summary>What was logged.</summary>
    public required LogLines Lines { get; init; }

    public required LimitedLog Limited { get; init; }

    public required AccessControl Access { get; init; }

    public required Refusals Refusals { get; init; }

    public required ByteBudget Budget { get; init; }

    /// <summary>Closes the port, as a stop does.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => server.StopAsync(cancellationToken);

    /// <summary>Starts on a port, 0 for a free one; with TLS if the options say so.</summary>
    public static async Task<IngestFixture> StartAsync(RouterOptions? options = null, IDataFiles? files = null, int port = 0, ServerCertificates? certificates = null, EndpointApplication? application = null)
    {
        options ??= new RouterOptions();
        var lines = new LogLines();
        var folder = Directory.CreateTempSubdirectory("saker-ingest").FullName;
        var log = SegmentLog.Open(files ?? DataFiles.Instance, folder, new SegmentLogOptions { Durability = files is null ? Durability.Os : Durability.Fsync }, TimeProvider.System, NullLogger<SegmentLog>.Instance);
        var metrics = new RouterMetrics(EventLabels.Create(options, static fault => Assert.False(fault.MustMend, fault.Sentence)), options.Prometheus.MaxLabelValues);
        var intake = new AlertIntake(log, new AlertEnricher(options, (name, problem) => lines.Say($"{name}: {problem}")), metrics) { MaxDepth = options.Http.MaxDepth, MaxFields = options.Http.MaxFields };
        var limited = new LimitedLog(TimeProvider.System);
        var refusals = new Refusals(metrics, limited, lines);
        var kestrelLog = new KestrelLog(refusals, limited, lines);
        var access = new AccessControl(options.Http, TimeProvider.System);
        var admission = new Admission(access, refusals);
        var bounds = HttpBounds.From(options);
        var budget = new ByteBudget(bounds.MaxBufferedBytes);
        var grpc = new GrpcServices(new GrpcIntake(intake, admission, refusals, metrics), bounds, budget, TimeProvider.System);
        application ??= new EndpointApplication(grpc.Add, grpc.Map, kestrelLog);
        var endpoints = new AlertEndpoints(intake, metrics, bounds, TimeProvider.System) { Admission = admission, Refusals = refusals, Budget = budget, Application = application };
        certificates ??= options.TlsServer.Deploy ? ServerCertificates.Read(options.TlsServer, (_, sentence) => Assert.Fail(sentence)) : null;
        var server = await ListenAsync(
            endpoints, kestrelLog, port, options.Http, certificates is null ? null : new ServerTls(options.TlsServer, certificates, refusals, TimeProvider.System),
            bounds.Strict ? null : new CleartextHttp2(options.Http, refusals, TimeProvider.System));
        return new IngestFixture(folder, log, intake, metrics, endpoints, server) { Lines = lines, Limited = limited, Access = access, Budget = budget, Refusals = refusals };
    }

    public Task<IngestServer> StartAnotherAsync(int port, string address = "127.0.0.1") => IngestServer.StartAsync(
        ListenAddress.Parse(address, null), port, new HttpOptions(), endpoints, NullLoggerFactory.Instance, CancellationToken.None);

    /// <summary>The stored alerts as JSON.</summary>
    public List<string> Stored()
    {
        var stored = new List<string>();
        using var reader = log.OpenReader(log.First);
        while (reader.TryRead(out var record))
        {
            stored.Add(Encoding.UTF8.GetString(record!.Payload.Span));
        }

        return stored;
    }

    public async Task<string> ScrapeAsync()
    {
        using var stream = new MemoryStream();
        await Metrics.WriteAsync(stream, CancellationToken.None);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static Task<IngestServer> ListenAsync(AlertEndpoints endpoints, ILoggerFactory loggers, int port, HttpOptions options, ServerTls? tls = null, CleartextHttp2? http2 = null) => IngestServer.StartAsync(
        ListenAddress.Parse("127.0.0.1", null), port, options, endpoints, loggers, CancellationToken.None, tls, http2);

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        if (endpoints.Application is { } application)
        {
            await application.DisposeAsync();
        }

        Limited.Dispose();
        Intake.Dispose();
        await log.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }
}
