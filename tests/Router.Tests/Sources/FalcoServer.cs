using System.Net;
using System.Threading.Channels;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Saker.FalcoGrpc;
using Saker.Testing;

namespace Saker.Router.Tests.Sources;

/// <summary>Falco's own service, as Falco serves it: each request is answered with what is queued by then.</summary>
internal sealed class FalcoServer : service.serviceBase, IAsyncDisposable
{
    private readonly Channel<response> queue = Channel.CreateUnbounded<response>();
    private WebApplication? application;

    /// <summary>Alerts that nobody has been sent yet.</summary>
    public int Queued => queue.Reader.Count;

    public int Subscriptions { get; private set; }

    public static Task<FalcoServer> StartAsync(string socket) => StartAsync(kestrel => kestrel.ListenUnixSocket(socket, static listen => listen.Protocols = HttpProtocols.Http2));

    /// <summary>With TLS, and only for clients with a certificate.</summary>
    public static Task<FalcoServer> StartAsync(int port, TestCertificates certificates) => StartAsync(kestrel => kestrel.Listen(IPAddress.Loopback, port, listen =>
    {
        listen.Protocols = HttpProtocols.Http2;
        listen.UseHttps(https =>
        {
            https.ServerCertificate = certificates.ServerOf("127.0.0.1");
            https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
            https.ClientCertificateValidation = (client, _, _) => client.Thumbprint == certificates.Client("client").Thumbprint;
        });
    }));

    public void Queue(response alert) => Assert.True(queue.Writer.TryWrite(alert));

    public override async Task sub(IAsyncStreamReader<request> requestStream, IServerStreamWriter<response> responseStream, ServerCallContext context)
    {
        Subscriptions++;
        while (await requestStream.MoveNext(context.CancellationToken))
        {
            while (queue.Reader.TryRead(out var alert))
            {
                await responseStream.WriteAsync(alert, context.CancellationToken);
            }
        }
    }

    /// <summary>Ends it with all connections.</summary>
    public async ValueTask DisposeAsync()
    {
        if (application is { } running)
        {
            application = null;
            using var atOnce = new CancellationTokenSource();
            await atOnce.CancelAsync();
            await running.StopAsync(atOnce.Token);
            await running.DisposeAsync();
        }
    }

    private static async Task<FalcoServer> StartAsync(Action<KestrelServerOptions> listen)
    {
        var server = new FalcoServer();
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(listen);
        builder.Logging.ClearProviders();
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(server);
        server.application = builder.Build();
        server.application.MapGrpcService<FalcoServer>();
        await server.application.StartAsync(TestContext.Current.CancellationToken);
        return server;
    }
}
