using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Saker.Detector.Configuration;
using Saker.FalcoGrpc;
using Saker.Files;
using Saker.Tls;

namespace Saker.Detector.Outputs;

/// <summary>
/// Falco's former gRPC server: subscribers fetch alerts, each alert goes to one of them, and until somebody fetches it, it waits. It
/// counts as written when it has left; Falco's protocol knows no acknowledgement. An address that is taken has alerts wait, and is tried
/// again.
/// </summary>
internal sealed class GrpcOutput : IBatchOutput
{
    private static readonly TimeSpan NextOfferPatience = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(1);

    private readonly GrpcOptions options;
    private readonly TimeProvider clock;
    private readonly (X509Certificate2 Own, X509Certificate2Collection Chain, X509Certificate2Collection Clients)? tls;
    private readonly ILogger logger;
    private readonly CancellationTokenSource end = new();
    private readonly Action<string> trouble;
    private volatile AlertOffer? offer;
    private volatile TaskCompletionSource next = NewSource();
    private Task starting = Task.CompletedTask;
    private WebApplication? server;

    /// <param name="options">Where it listens.</param>
    /// <param name="resolve">Makes paths absolute.</param>
    /// <param name="clock">The time.</param>
    /// <param name="logger">Told when it cannot listen, and when it does.</param>
    /// <exception cref="IOException">A certificate cannot be used.</exception>
    public GrpcOutput(GrpcOptions options, Func<string, string> resolve, TimeProvider clock, ILogger logger)
    {
        this.options = options;
        this.clock = clock;
        tls = options.SocketPath is null ? Certificates(options, resolve) : null;
        var faults = new LastingTrouble(clock);
        trouble = reason =>
        {
            if (faults.Add(out var count))
            {
                GrpcMessages.CannotListen(logger, options.BindAddress, reason, count);
            }
        };
        this.logger = logger;
    }

    public string Name => "grpc";

    public int MostAtOnce => 1024;

    public bool IsFetchedFrom => true;

    public void Start() => starting = Task.Run(StartAsync);

    public async ValueTask WriteAsync(AlertBatch batch, CancellationToken cancellationToken)
    {
        var offered = new AlertOffer(batch);
        try
        {
            offer = offered;
            Interlocked.Exchange(ref next, NewSource()).TrySetResult();
            await offered.Done.WaitAsync(cancellationToken);
        }
        finally
        {
            offer = null;
        }
    }

    /// <summary>Hands over what waits, one alert after the other, until nothing does.</summary>
    /// <param name="send">Sends one.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task ServeAsync(Func<response, Task> send, CancellationToken cancellationToken)
    {
        while (true)
        {
            var coming = next.Task; // before it is looked whether something waits
            var present = offer;
            if (present is not null && present.TryTake(out var index, out var alert))
            {
                await HandOverAsync(present, index, alert, send);
            }
            else if (!await ComesAsync(coming, cancellationToken))
            {
                return;
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await end.CancelAsync();
        await starting;
        if (server is not null)
        {
            using var soon = new CancellationTokenSource(StopPatience, clock);
            try
            {
                await server.StopAsync(soon.Token);
            }
            catch (OperationCanceledException)
            {
                // Subscribers are cut off.
            }

            await server.DisposeAsync();
            if (options.SocketPath is { } path)
            {
                File.Delete(path);
            }
        }

        end.Dispose();
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static async Task HandOverAsync(AlertOffer present, int index, AlertLine alert, Func<response, Task> send)
    {
        response message;
        try
        {
            message = FalcoResponse.Of(alert.Line);
        }
        catch (Exception exception) when (exception is System.Text.Json.JsonException or FormatException or InvalidOperationException or KeyNotFoundException)
        {
            present.Refused(index, "an alert cannot be put into Falco's form.");
            return;
        }

        try
        {
            await send(message);
        }
        catch
        {
            present.GiveBack(index);
            throw;
        }

        present.Fetched(index);
    }

    // The queue needs a moment to hand over the next ones.
    private async Task<bool> ComesAsync(Task coming, CancellationToken cancellationToken)
    {
        try
        {
            await coming.WaitAsync(NextOfferPatience, clock, cancellationToken);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private async Task StartAsync()
    {
        while (!end.IsCancellationRequested)
        {
            try
            {
                server = await ListenAsync();
                GrpcMessages.Listening(logger, options.BindAddress);
                return;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or SocketException)
            {
                trouble(exception.Message);
            }

            try
            {
                await Task.Delay(TimeSpan.FromMilliseconds(250), clock, end.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task<WebApplication> ListenAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(this);
        builder.Services.AddSingleton<IHostLifetime, NoSignals>();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            if (options.SocketPath is { } path)
            {
                MakeRoom(path);
                kestrel.ListenUnixSocket(path, static listen => listen.Protocols = HttpProtocols.Http2);
            }
            else
            {
                kestrel.Listen(IPEndPoint.Parse(options.BindAddress), listen =>
                {
                    listen.Protocols = HttpProtocols.Http2;
                    listen.UseHttps(Https);
                });
            }
        });
        if (tls is not null)
        {
            builder.WebHost.UseKestrelHttpsConfiguration();
        }

        var application = builder.Build();
        try
        {
            application.MapGrpcService<FalcoOutputsService>();
            application.MapGrpcService<FalcoVersionService>();
            await application.StartAsync(end.Token);
            return application;
        }
        catch
        {
            await application.DisposeAsync();
            throw;
        }
    }

    private void Https(HttpsConnectionAdapterOptions https)
    {
        var (own, chain, clients) = tls!.Value;
        https.ServerCertificate = own;
        https.ServerCertificateChain = chain;
        https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
        https.ClientCertificateValidation = (client, sent, _) =>
        {
            using var path = new X509Chain();
            path.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            path.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
            path.ChainPolicy.CustomTrustStore.AddRange(clients);
            path.ChainPolicy.ExtraStore.AddRange(sent?.ChainPolicy.ExtraStore ?? []);
            path.ChainPolicy.ApplicationPolicy.Add(new System.Security.Cryptography.Oid("1.3.6.1.5.5.7.3.2"));
            return path.Build(client);
        };
    }

    // What a server that was killed has left there; one that lives keeps its own.
    private static void MakeRoom(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        if (SystemFile.Look(path) is not { } found)
        {
            return;
        }

        if (!found.IsSocket)
        {
            throw new IOException("there is something of that name that is no socket; it is left alone.");
        }

        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.ConnectionRefused)
        {
            File.Delete(path);
            return;
        }
        catch (SocketException exception)
        {
            throw new IOException($"there is a file of that name, which is no socket of ours ({exception.SocketErrorCode}).", exception);
        }

        throw new IOException("another program listens there.");
    }

    /// <summary>What it shows, and whom it takes for a client.</summary>
    /// <exception cref="IOException">A file cannot be used; the message names keys and cures, all at once.</exception>
    public static (X509Certificate2 Own, X509Certificate2Collection Chain, X509Certificate2Collection Clients) Certificates(GrpcOptions options, Func<string, string> resolve)
    {
        var faults = new List<string>();
        var pair = PemFile.Pair(resolve(options.CertChain), "grpc.cert_chain", resolve(options.PrivateKey), "grpc.private_key", Fault);
        var clients = PemFile.Certificates(resolve(options.RootCerts), "grpc.root_certs", Fault);
        return faults.Count == 0 ? (pair!.Value.Certificate, pair.Value.Chain, clients!) : throw new IOException(string.Join(' ', faults));

        void Fault(string key, string sentence) => faults.Add($"{key}: {sentence}");
    }

    /// <summary>Signals are the detector's matter, not the server's.</summary>
    private sealed class NoSignals : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
