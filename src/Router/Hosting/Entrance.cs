using Saker.Router.Access;
using Saker.Router.Api;
using Saker.Router.Enrichment;
using Saker.Router.Grpc;
using Saker.Router.Http;
using Saker.Router.Ingest;
using Saker.Router.Options;
using Saker.Router.Reload;
using Saker.Router.Routing;
using Saker.Router.Sources;
using Saker.Router.Telemetry;
using Saker.Router.Web;

namespace Saker.Router.Hosting;

/// <summary>Where alerts and questions come in: the port, the control socket, and Falcos that are subscribed to.</summary>
internal sealed class Entrance
{
    private readonly AlertIntake intake;
    private readonly CancellationTokenSource closing;

    private Entrance(AlertIntake intake, CancellationTokenSource closing) => (this.intake, this.closing) = (intake, closing);

    public required AlertEnricher Enricher { get; init; }

    public required AccessControl Access { get; init; }

    /// <summary>Null without TLS.</summary>
    public required ServerCertificates? Certificates { get; init; }

    public required IngestServer Server { private get; init; }

    public required FalcoSources Sources { private get; init; }

    /// <summary>The port in use.</summary>
    public int Port => Server.Port;

    /// <summary>Takes alerts from the return on.</summary>
    /// <exception cref="IOException">The address, the socket or a certificate cannot be used; the message says why.</exception>
    public static async Task<Entrance> OpenAsync(
        Parts parts, AlertKeeping keeping, RouterOptions options, Func<RunningConfiguration> configuration, LimitedLog limited, OutputNotices notices, ILogger logger, TimeProvider clock)
    {
        var enricher = new AlertEnricher(options, (name, problem) => notices.OptionFails($"templatedfields.{name}", problem));
        var intake = parts.Add(new AlertIntake(keeping.Log, enricher, keeping.Metrics)
        {
            Backlog = () => keeping.Delivery.Full,
            Router = RouterIdentity.OfProcess,
            MaxDepth = options.Http.MaxDepth,
            MaxFields = options.Http.MaxFields,
        });
        var access = new AccessControl(options.Http, clock);
        var refusals = new Refusals(keeping.Metrics, limited, logger);
        var admission = new Admission(access, refusals);
        var kestrelLog = new KestrelLog(refusals, limited, logger);
        var bounds = HttpBounds.From(options);
        var budget = new ByteBudget(bounds.MaxBufferedBytes);
        var test = new TestEndpoint(intake, keeping.Delivery.Watch, () => keeping.Delivery.Status, clock);
        IReadOnlyList<string> addresses = [ControlServer.AddressIn(keeping.Directory.Root)];
        var closing = parts.Add(new CancellationTokenSource());
        var api = new ApiEndpoints(new ApiBackend
        {
            Letters = keeping.Letters,
            Admission = admission,
            Clock = clock,
            Failed = exception => limited.Say($"API {exception.GetType().Name}", count => IngestMessages.Failed(logger, exception, count)),
            Router = new RunningRouter
            {
                Delivery = keeping.Delivery,
                Log = keeping.Log,
                Configuration = configuration,
                Fault = () => intake.Fault,
                Test = async cancellationToken =>
                {
                    var (result, answer) = await test.RunAsync(cancellationToken);
                    return (answer, result.Reason);
                },
                DataDirectory = keeping.Directory.Root,
                Addresses = () => addresses,
                Started = clock.GetUtcNow(),
                Stopping = closing.Token,
            },
        });
        var application = parts.Add(Application(api, new GrpcServices(new GrpcIntake(intake, admission, refusals, keeping.Metrics), bounds, budget, clock), kestrelLog));
        var endpoints = new AlertEndpoints(intake, keeping.Metrics, bounds, clock)
        {
            Outputs = () => keeping.Delivery.Status,
            Budget = budget,
            Admission = admission,
            Refusals = refusals,
            Test = test,
            Application = application,
        };
        parts.Add(await ControlServer.StartAsync(keeping.Directory, application, kestrelLog));
        var certificates = ReadCertificates(options.TlsServer);
        var server = parts.Add(await IngestServer.StartAsync(
            options.ListenAddress, options.ListenPort, options.Http, endpoints, kestrelLog, CancellationToken.None,
            certificates is null ? null : new ServerTls(options.TlsServer, certificates, refusals, clock),
            bounds.Strict ? null : new CleartextHttp2(options.Http, refusals, clock)));
        addresses = [.. server.Addresses, .. addresses];
        var sources = parts.Add(FalcoSources.Start(
            options.FalcoGrpc, new SourceServices(intake, refusals, keeping.Metrics, limited, logger, clock, (int)Math.Min(bounds.MaxBodyBytes, int.MaxValue))));
        return new Entrance(intake, closing) { Enricher = enricher, Access = access, Certificates = certificates, Server = server, Sources = sources };
    }

    /// <summary>Takes nothing more; what is under way is answered, until the token ends.</summary>
    public async Task CloseAsync(CancellationToken cancellationToken)
    {
        await Sources.StopAsync(); // what Falco has sent is stored before the way in closes
        intake.Close();
        await closing.CancelAsync(); // or who listens to events would hold the ports open
        await Server.StopAsync(cancellationToken);
    }

    private static EndpointApplication Application(ApiEndpoints api, GrpcServices grpc, KestrelLog kestrelLog) => new(
        services =>
        {
            ApiEndpoints.AddServices(services);
            grpc.Add(services);
        },
        web =>
        {
            api.Map(web);
            grpc.Map(web);
        },
        kestrelLog);

    // The faults were named with the configuration; without TLS, which was asked for, nothing is taken.
    private static ServerCertificates? ReadCertificates(TlsServerOptions options) => !options.Deploy ? null
        : ServerCertificates.Read(options, static (_, _) => { }) ?? throw new IOException("the certificate towards senders (tlsserver) cannot be used, and alerts are not taken without TLS in its place.");
}
