using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Abstractions;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Saker.Http;

/// <summary>
/// Kestrel with one handler, and nothing else of a web application: no host, no services, no middleware, no settings files, no
/// variables, no activities.
/// </summary>
public sealed class PlainKestrel : IAsyncDisposable
{
    private readonly KestrelServer server;

    private PlainKestrel(KestrelServer server) => this.server = server;

    /// <summary>The addresses in use, with their real ports; without those that no network reaches.</summary>
    public ICollection<string> Addresses =>
        [.. server.Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Where(static address => !address.EndsWith($"://{InnerEndPoint.Name}", StringComparison.Ordinal))];

    /// <summary>Listens from the return on.</summary>
    /// <exception cref="IOException">An address cannot be used; the message says why.</exception>
    public static async Task<PlainKestrel> StartAsync(
        KestrelServerOptions options, RequestDelegate handler, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        // What a request does between two waits is short, so it stays on the thread that its bytes arrive on (decision 0044).
        var sockets = new SocketTransportFactory(Options.Create(new SocketTransportOptions { UnsafePreferInlineScheduling = true }), loggers);
        var server = new KestrelServer(Options.Create(options), new HalfOpenTransport(sockets), loggers);
        try
        {
            await server.StartAsync(new Application(handler), cancellationToken);
            return new PlainKestrel(server);
        }
        catch
        {
            server.Dispose();
            throw;
        }
    }

    /// <summary>What options need as their services before a port of theirs may speak TLS: Kestrel looks up what only its own registration makes.</summary>
    public static IServiceProvider TlsServices(ILoggerFactory loggers)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(loggers);
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();
        return builder.Build().Services;
    }

    /// <summary>Closes the addresses and waits for the requests under way, until the token is cancelled.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => server.StopAsync(cancellationToken);

    /// <summary>Closes everything at once.</summary>
    public ValueTask DisposeAsync()
    {
        server.Dispose();
        return ValueTask.CompletedTask;
    }

    private sealed class Application(RequestDelegate handler) : IHttpApplication<DefaultHttpContext>
    {
        public DefaultHttpContext CreateContext(IFeatureCollection contextFeatures)
        {
            if (contextFeatures is not IHostContextContainer<DefaultHttpContext> connection)
            {
                return new DefaultHttpContext(contextFeatures);
            }

            // One for all requests of a connection, which come one after another.
            var context = connection.HostContext ??= new DefaultHttpContext();
            context.Initialize(contextFeatures);
            return context;
        }

        // Kestrel logs what the handler throws and answers 500.
        public Task ProcessRequestAsync(DefaultHttpContext context) => handler(context);

        public void DisposeContext(DefaultHttpContext context, Exception? exception) => context.Uninitialize();
    }
}
