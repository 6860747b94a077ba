using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;

namespace Saker.Router.Web;

/// <summary>
/// What needs ASP.NET's routing and services, which are the API and gRPC, as one handler beside the hot path. It is made at the first request
/// that asks for it: a router that only takes alerts over HTTP neither starts later nor is larger for it.
/// </summary>
/// <param name="services">Adds services.</param>
/// <param name="endpoints">Adds endpoints.</param>
/// <param name="loggers">Gets what ASP.NET has to say.</param>
internal sealed class EndpointApplication(Action<IServiceCollection> services, Action<WebApplication> endpoints, ILoggerFactory loggers) : IAsyncDisposable
{
    private readonly Lock turn = new();
    private volatile Built? built;

    /// <summary>Answers a request.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        await Task.Yield(); // off the threads that wait for sockets (decision 0044): this may read a disk, or make all of it

        var (application, handler) = built ?? Build();
        await using var scope = application.Services.CreateAsyncScope();
        context.RequestServices = scope.ServiceProvider;
        await handler(context);
    }

    public async ValueTask DisposeAsync()
    {
        if (built is { } made)
        {
            await made.Application.DisposeAsync();
        }
    }

    private Built Build()
    {
        lock (turn)
        {
            if (built is { } made)
            {
                return made;
            }

            // Empty: no settings files, no variables, no server of its own.
            var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
            builder.Services.AddSingleton(loggers);
            builder.Services.AddSingleton<IServer, NoServer>();
            builder.Services.AddRoutingCore();
            services(builder.Services);
            var application = builder.Build();
            application.UseRouting();
            endpoints(application);
            application.UseEndpoints(static _ => { });
            return built = new Built(application, ((IApplicationBuilder)application).Build());
        }
    }

    /// <summary>An application asks for a server before it is one; requests come from the router's own.</summary>
    private sealed class NoServer : IServer
    {
        public IFeatureCollection Features { get; } = new FeatureCollection();

        public Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken)
            where TContext : notnull => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public void Dispose()
        {
        }
    }

    private sealed record Built(WebApplication Application, RequestDelegate Handler);
}
