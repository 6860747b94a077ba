using System.Runtime.InteropServices;
using Saker.Logging;
using Saker.Router.Access;
using Saker.Router.Api;
using System.Globalization;
using Saker.Router.Configuration;
using Saker.Router.Delivery;
using Saker.Router.Enrichment;
using Saker.Router.Grpc;
using Saker.Router.Http;
using Saker.Router.Ingest;
using Saker.Router.Log;
using Saker.Router.Options;
using Saker.Router.Reload;
using Saker.Router.Routing;
using Saker.Router.Sources;
using Saker.Router.Telemetry;
using Saker.Router.Web;
using Saker.Settings;

namespace Saker.Router.Hosting;

/// <summary>Runs the router until it is told to stop.</summary>
internal static class RunCommand
{
    // Senders behind a service still reach a pod for a moment after it was told to stop.
    private static readonly TimeSpan LastAccept = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LastAnswers = TimeSpan.FromSeconds(5);

    /// <summary>0 after a stop that was asked for; 1 when the router could not start, with the reason in the log.</summary>
    public static async Task<int> RunAsync(RouterConfiguration configuration, string? dataDirectory, CancellationToken stop)
    {
        var levels = new LogLevelSwitch { Level = ReloadTargets.LevelOf(configuration.Router) };
        using var loggers = LoggerFactory.Create(logging => logging
            .AddLines(json: configuration.Router.LogFormat == "json")
            .AddSwitch(levels)
            .AddFilter("Microsoft.Extensions.Hosting", LogLevel.None)); // it logs what it also throws
        var logger = loggers.CreateLogger("Saker.Router");
        var clock = TimeProvider.System;
        var faults = new ConfigFaults();
        using var limited = new LimitedLog(clock);
        var notices = new OutputNotices((key, problem) => limited.Say(key, count => RunLog.OptionFails(logger, key, count, problem)), logger);
        var outputs = OutputAssembly.Create(configuration, clock, faults, notices);
        try
        {
            foreach (var fault in configuration.Faults.Concat(faults.All))
            {
                ConfigurationLog.Fault(logger, fault);
            }

            if (configuration.IsRefused || (faults.HasErrors && configuration.Router.Config.OnError == "refuse"))
            {
                RunLog.CannotStart(logger, "the configuration has the faults above; mend them, or set 'config.onerror: ignore' to run what is valid.");
                return 1;
            }

            await ServeAsync(configuration, outputs, dataDirectory, loggers, levels, logger, limited, notices, clock, stop);
            return 0;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or DataDirectoryException)
        {
            RunLog.CannotStart(logger, exception.Message);
            return 1;
        }
        finally
        {
            foreach (var output in outputs)
            {
                await output.DisposeAsync();
            }
        }
    }

    private static async Task ServeAsync(
        RouterConfiguration configuration, List<RoutedOutput> outputs, string? dataDirectory, ILoggerFactory loggers, LogLevelSwitch levels, ILogger logger,
        LimitedLog limited, OutputNotices notices, TimeProvider clock, CancellationToken stop)
    {
        var options = configuration.Router;
        var place = dataDirectory is null
            ? DefaultDataDirectory.Choose(options.Delivery.Durability, DefaultDataDirectory.Places)
            : new DataPlace(dataDirectory, DataPlaceKind.Lasting);
        var kept = options;
        if (place.Kind == DataPlaceKind.Temporary)
        {
            RunLog.TemporaryDirectory(logger, place.Path);
        }
        else if (place.Kind == DataPlaceKind.Memory)
        {
            var bytes = new DriveInfo(place.Path).TotalSize;
            kept = MemoryBounds.Fit(options, bytes);
            RunLog.MemoryDirectory(logger, place.Path, new ByteSize(bytes));
        }

        using var directory = DataDirectory.Open(place.Path);
        await using var log = SegmentLog.Open(directory.Files, directory.Log, LogOptions(kept), clock, loggers.CreateLogger<SegmentLog>());
        var metrics = new RouterMetrics(EventLabels.Create(options, static (_, _, _) => { }), options.Prometheus.MaxLabelValues, clock);
        await using var letters = DeadLetters.Open(
            directory.Files, directory.DeadLetters, kept.Delivery.DeadLetterSize.Bytes, DeadLetterReserve(kept), kept.Delivery.Durability, clock, loggers.CreateLogger<SegmentLog>());
        var cursors = new CursorStore(directory.Files, directory.Cursors, loggers.CreateLogger<CursorStore>());
        await using var delivery = new DeliveryEngine(
            log, letters, cursors, outputs.Select(static output => output.Delivery), DeliveryOptions(kept.Delivery), clock, loggers.CreateLogger<DeliveryEngine>());
        using var deliveryMetrics = new DeliveryMetrics(metrics, delivery, log);
        delivery.Start();
        var enricher = new AlertEnricher(options, (name, problem) => notices.OptionFails($"templatedfields.{name}", problem));
        using var intake = new AlertIntake(log, enricher, metrics) 
        {
            Backlog = () => delivery.Full,
            Router = RouterIdentity.OfProcess,
            MaxDepth = options.Http.MaxDepth,
            MaxFields = options.Http.MaxFields,
        };
        var access = new AccessControl(options.Http, clock);
        var refusals = new Refusals(metrics, limited, logger);
        var kestrelLog = new KestrelLog(refusals, limited, logger);
        var bounds = HttpBounds.From(options);
        var budget = new ByteBudget(bounds.MaxBufferedBytes);
        var test = new TestEndpoint(intake, delivery.Watch, () => delivery.Status, clock);
        var admission = new Admission(access, refusals);
        var running = new RunningConfiguration(configuration, [.. outputs]);
        var current = () => running; // the reloader's, as soon as there is one
        IReadOnlyList<string> addresses = [ControlServer.AddressIn(directory.Root)];
        using var closing = new CancellationTokenSource();
        var api = new ApiEndpoints(new ApiBackend
        {
            Letters = letters,
            Admission = admission,
            Clock = clock,
            Failed = exception => limited.Say($"API {exception.GetType().Name}", count => IngestMessages.Failed(logger, exception, count)),
            Router = new RunningRouter
            {
                Delivery = delivery,
                Log = log,
                Configuration = () => current(),
                Fault = () => intake.Fault,
                Test = async cancellationToken =>
                {
                    var (result, answer) = await test.RunAsync(cancellationToken);
                    return (answer, result.Reason);
                },
                DataDirectory = directory.Root,
                Addresses = () => addresses,
                Started = clock.GetUtcNow(),
                Stopping = closing.Token,
            },
        });
        var grpc = new GrpcServices(new GrpcIntake(intake, admission, refusals, metrics), bounds, budget, clock);
        await using var application = new EndpointApplication(
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
        var endpoints = new AlertEndpoints(intake, metrics, bounds, clock)
        {
            Outputs = () => delivery.Status,
            Budget = budget,
            Admission = admission,
            Refusals = refusals,
            Test = test,
            Application = application,
        };
        await using var control = await ControlServer.StartAsync(directory, application, kestrelLog);
        var certificates = Certificates(options.TlsServer);
        await using var server = await IngestServer.StartAsync(
            options.ListenAddress, options.ListenPort, options.Http, endpoints, kestrelLog, CancellationToken.None, certificates is null ? null : new ServerTls(options.TlsServer, certificates, refusals, clock),
            bounds.Strict ? null : new CleartextHttp2(options.Http, refusals, clock));
        await using var sources = FalcoSources.Start(options.FalcoGrpc, new SourceServices(intake, refusals, metrics, limited, logger, clock, (int)Math.Min(bounds.MaxBodyBytes, int.MaxValue)));
        addresses = [.. server.Addresses, .. addresses];
        var targets = new ReloadTargets
        {
            Enricher = enricher,
            Access = access,
            Delivery = delivery,
            Levels = levels,
            Notices = notices,
            Metrics = metrics,
            Reloads = new ReloadMetrics(metrics, clock),
            Certificates = certificates,
        };
        await using var reloader = new ConfigurationReloader(
            configuration, outputs, () => RouterConfigurationLoader.Load(configuration.File, EnvironmentVariables.OfProcess(), OutputCatalogue.Default), targets, clock, logger);
        current = () => reloader.State;
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
        {
            context.Cancel = true;
            reloader.Trigger("SIGHUP");
        });
        RunLog.Started(logger, Address(options, server.Port), directory.Root, outputs.Count == 0 ? "none" : string.Join(", ", outputs.Select(static output => output.Name)), configuration.Proxy);
        if (outputs.Count == 0)
        {
            RunLog.NoOutput(logger);
        }

        if (!options.ListenAddress.IsLoopback && !access.Protects(ProtectedArea.Alerts) && options.TlsServer is not { Deploy: true, MutualTls: true })
        {
            RunLog.OpenToAll(logger, Address(options, server.Port));
        }

        await WhenCancelledAsync(stop);
        RunLog.Stopping(logger, DurationText.Format(LastAccept));
        await Task.WhenAll(Task.Delay(LastAccept, clock, CancellationToken.None), reloader.StopAsync());
        await sources.StopAsync(); // what Falco has sent is stored before the way in closes
        intake.Close();
        await closing.CancelAsync(); // or who listens to events would hold the ports open
        using var answers = new CancellationTokenSource(LastAnswers, clock);
        await server.StopAsync(answers.Token);
        limited.Flush(); // the last line of the log counts what is left
        await delivery.StopAsync(CancellationToken.None);
    }

    private static string Address(RouterOptions options, int port)
    {
        var host = options.ListenAddress.Address switch
        {
            null => "localhost",
            { AddressFamily: System.Net.Sockets.AddressFamily.InterNetworkV6 } address => $"[{address}]",
            { } address => address.ToString(),
        };
        var tls = options.TlsServer;
        var first = string.Create(CultureInfo.InvariantCulture, $"{(tls.Deploy ? "https" : "http")}://{host}:{port}{(tls is { Deploy: true, MutualTls: true } ? " (from senders with a certificate)" : "")}");
        return tls is { Deploy: true, NoTlsPaths.Count: > 0 } ? string.Create(CultureInfo.InvariantCulture, $"{first}, and {string.Join(", ", tls.NoTlsPaths)} at http://{host}:{tls.NoTlsPort}") : first;
    }

    // The faults were named with the configuration; without TLS, which was asked for, nothing is taken.
    private static ServerCertificates? Certificates(TlsServerOptions options) => !options.Deploy ? null
        : ServerCertificates.Read(options, static (_, _) => { }) ?? throw new IOException("the certificate towards senders (tlsserver) cannot be used, and alerts are not taken without TLS in its place.");

    private static DeliveryOptions DeliveryOptions(DeliverySettings settings) => new()
    {
        DrainTimeout = settings.DrainTimeout,
        GiveUpAfter = settings.GiveUpAfter,
        BacklogBytes = settings.Backlog.Bytes,
        BacklogAge = settings.BacklogAge,
        OrphanAfter = settings.OrphanAfter,
        RefuseWhenFull = settings.WhenFull == "refuse",
        AttemptTimeout = settings.AttemptTimeout,
    };

    /// <summary>Bytes that dead letters leave free: they go on in the reserve that the alerts leave, down to what the positions need.</summary>
    internal static long DeadLetterReserve(RouterOptions options) => options.Log.FreeSpaceReserve.Bytes / 4;

    private static SegmentLogOptions LogOptions(RouterOptions options) => new()
    {
        Durability = options.Delivery.Durability,
        SegmentBytes = options.Log.SegmentSize.Bytes,
        FreeSpaceReserve = options.Log.FreeSpaceReserve.Bytes,
        HistoryAge = options.Log.History,
        HistoryBytes = options.Log.HistorySize.Bytes,
        AnswersInPlace = true, // the one way in is AlertIntake, whose callers write an answer of some bytes
    };

    private static async Task WhenCancelledAsync(CancellationToken stop)
    {
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = stop.UnsafeRegister(static state => ((TaskCompletionSource)state!).TrySetResult(), stopped);
        await stopped.Task;
    }
}
