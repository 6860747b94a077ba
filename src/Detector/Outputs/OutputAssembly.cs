using System.Runtime.CompilerServices;
using Saker.Detector.Configuration;
using Saker.Http;

namespace Saker.Detector.Outputs;

/// <summary>Makes the outputs that the configuration enables.</summary>
internal static class OutputAssembly
{
    private const long Mebibyte = 1 << 20;

    /// <summary>The enabled outputs, each behind its queue.</summary>
    /// <param name="configuration">What is enabled.</param>
    /// <param name="clock">The time.</param>
    /// <param name="logger">Told about faults.</param>
    /// <param name="stop">Ends the waiting of who writes into a full queue.</param>
    /// <exception cref="IOException">A certificate cannot be read, or the spool's folder cannot be used.</exception>
    public static IReadOnlyList<OutputQueue> Create(DetectorConfiguration configuration, TimeProvider clock, ILogger logger, CancellationToken stop) =>
        Prepare(configuration, clock, logger)(stop);

    /// <summary>
    /// The enabled outputs, made and not begun: nothing listens, and no folder is taken, until what is given is called. In a reload the
    /// outputs before are stopped in between.
    /// </summary>
    /// <exception cref="IOException">As <see cref="Create"/>.</exception>
    public static Func<CancellationToken, IReadOnlyList<OutputQueue>> Prepare(DetectorConfiguration configuration, TimeProvider clock, ILogger logger)
    {
        var options = configuration.Options;
        // A capture waits for outputs; the kernel does not. What a capture says can be had again, so that a disk that is full ends the matter.
        var live = options.Engine.IsLive;
        var local = new QueueSettings
        {
            Capacity = options.OutputsQueue.Bound,
            WritersWait = !live,
            Retries = live,
            SlowAfter = TimeSpan.FromMilliseconds(options.OutputTimeout),
        };
        // What is at fault with these passes: a program is started again, a router too.
        var remote = local with { Retries = true };
        // All keys are looked at before anything is made.
        var made = new List<(Func<IAlertOutput> Make, QueueSettings Settings)>();
        Add(options.StdoutOutput.Enabled, static () => new StdoutOutput(), local);
        Add(options.FileOutput.Enabled, () => new FileOutput(configuration.Resolve(options.FileOutput.Filename), options.FileOutput.KeepAlive), local);
        Add(options.SyslogOutput.Enabled, () => new SyslogOutput(clock), local);
        Add(options.ProgramOutput.Enabled, () => new ProgramOutput(options.ProgramOutput.Program.Reveal(), options.ProgramOutput.KeepAlive, clock), remote);
        Add(options.HttpOutput.Enabled, () => Http(options.HttpOutput, configuration, clock, logger), remote with { Spool = Spool(configuration, "http") });
        Add(options.RouterOutput.Enabled, () => Router(options.RouterOutput, configuration, clock), remote with { Spool = Spool(configuration, "router") });
        Add(options.Grpc.Enabled && options.GrpcOutput.Enabled, () => Grpc(options.Grpc, configuration, clock, logger), remote);
        TellOfGrpc(options, logger);
        CheckFolder(configuration, mayMake: true);
        var outputs = made.ConvertAll(static output => (Output: output.Make(), output.Settings));
        return stop => outputs.ConvertAll(output => new OutputQueue(output.Output, output.Settings, clock, logger, stop));

        void Add(bool isEnabled, Func<IAlertOutput> make, QueueSettings settings)
        {
            if (isEnabled)
            {
                made.Add((make, settings));
            }
        }
    }

    /// <summary>Looks whether the folder of spools can be used, at the start, where a mistake is seen; they themselves are opened later.</summary>
    /// <param name="configuration">Where it is, and whether it is wanted.</param>
    /// <param name="mayMake">Whether it is made where there is none.</param>
    /// <exception cref="IOException">It cannot.</exception>
    public static void CheckFolder(DetectorConfiguration configuration, bool mayMake)
    {
        var options = configuration.Options;
        var folder = configuration.Resolve(options.OutputsSpool.Folder);
        if (!options.OutputsSpool.Enabled || !(options.HttpOutput.Enabled || options.RouterOutput.Enabled) || (!mayMake && !Path.Exists(folder)))
        {
            return;
        }

        try
        {
            SpoolFolder.Create(folder);
            var probe = Path.Combine(folder, $"probe-{Path.GetRandomFileName()}");
            File.Open(probe, FileMode.CreateNew).Dispose();
            File.Delete(probe);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"outputs_spool.folder: The folder '{folder}' cannot be written ({exception.Message}); name one that can, and that is kept over restarts.", exception);
        }
    }

    private static SpoolSettings? Spool(DetectorConfiguration configuration, string output) => configuration.Options.OutputsSpool is { Enabled: true } spool
        ? new SpoolSettings(Path.Combine(configuration.Resolve(spool.Folder), output), spool.MaxSizeMib * Mebibyte)
        : null;

    private static void TellOfGrpc(DetectorOptions options, ILogger logger)
    {
        if (options.GrpcOutput.Enabled && !options.Grpc.Enabled)
        {
            GrpcMessages.NoServer(logger);
        }
        else if (options.Grpc.Enabled && !options.GrpcOutput.Enabled)
        {
            GrpcMessages.NothingToServe(logger);
        }
    }

    private static HttpOutput Http(HttpOptions options, DetectorConfiguration configuration, TimeProvider clock, ILogger logger)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectTimeout = TimeSpan.FromSeconds(5),
            PooledConnectionLifetime = TimeSpan.FromMinutes(5), // the router may move to another address
            SslOptions = ClientTls.Of(options, "http_output", configuration.Resolve),
        };
        if (options.KeepAlive)
        {
            handler.ConnectCallback = ConnectAsync;
        }

        return new HttpOutput(new Uri(options.Url.Reveal()), handler, options, clock, logger);
    }

    // libcurl's defaults, which Falco has.
    private static ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken) =>
        ProbedConnection.OpenAsync(context.DnsEndPoint, idle: 60, interval: 60, probes: null, cancellationToken);

    // Apart, so that nothing of gRPC is loaded for those who do not use it.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static RouterOutput Router(RouterOutputOptions options, DetectorConfiguration configuration, TimeProvider clock) =>
        new RouterOutput(options, configuration.Resolve, clock);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static GrpcOutput Grpc(GrpcOptions options, DetectorConfiguration configuration, TimeProvider clock, ILogger logger) =>
        new GrpcOutput(options, configuration.Resolve, clock, logger);
}
