using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Saker.Detector.Tests.Containers.Runtimes;

/// <summary>A server behind a Unix socket in a folder of its own: a runtime of the test's making.</summary>
internal sealed class UnixHost : IAsyncDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("saker-runtime-");
    private readonly WebApplication app;

    private UnixHost(HttpProtocols protocols, Action<IServiceCollection> addServices, Action<WebApplication> map)
    {
        Socket = Path.Combine(folder.FullName, "r.sock");
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.ListenUnixSocket(Socket, listen => listen.Protocols = protocols));
        builder.Services.AddRoutingCore();
        builder.Logging.ClearProviders();
        addServices(builder.Services);
        app = builder.Build();
        map(app);
    }

    /// <summary>The path of the socket.</summary>
    public string Socket { get; }

    /// <summary>Answers HTTP requests.</summary>
    public static Task<UnixHost> HttpAsync(RequestDelegate answer) => StartAsync(HttpProtocols.Http1, static _ => { }, app => app.Run(answer));

    /// <summary>Answers the calls of a gRPC service.</summary>
    public static Task<UnixHost> GrpcAsync<T>(T service)
        where T : class => GrpcAsync(services => services.AddSingleton(service), static app => app.MapGrpcService<T>());

    /// <summary>Answers the calls of gRPC services.</summary>
    public static Task<UnixHost> GrpcAsync(Action<IServiceCollection> addServices, Action<WebApplication> map) => StartAsync(HttpProtocols.Http2, services =>
    {
        services.AddGrpc(static options => options.MaxSendMessageSize = null);
        addServices(services);
    }, map);

    public async ValueTask DisposeAsync()
    {
        using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        await app.StopAsync(soon.Token);
        await app.DisposeAsync();
        folder.Delete(recursive: true);
    }

    private static async Task<UnixHost> StartAsync(HttpProtocols protocols, Action<IServiceCollection> addServices, Action<WebApplication> map)
    {
        var host = new UnixHost(protocols, addServices, map);
        await host.app.StartAsync();
        return host;
    }
}
