using System.Net;
using Saker.Router.Http;
using Saker.Router.Ingest;
using Saker.Router.Web;

namespace Saker.Router.Grpc;

/// <summary>Puts gRPC into an application of ASP.NET: taking alerts, health and reflection.</summary>
/// <param name="intake">What calls go by.</param>
/// <param name="bounds">The bounds that HTTP has.</param>
/// <param name="budget">Memory for bodies.</param>
/// <param name="clock">The clock.</param>
internal sealed class GrpcServices(GrpcIntake intake, HttpBounds bounds, ByteBudget budget, TimeProvider clock)
{
    /// <summary>Adds what gRPC needs.</summary>
    public void Add(IServiceCollection services)
    {
        services.AddGrpc(grpc =>
        {
            grpc.MaxReceiveMessageSize = (int)Math.Min(bounds.MaxBodyBytes, int.MaxValue);
            grpc.CompressionProviders.Clear();
            grpc.CompressionProviders.Add(new BoundedGzip(bounds.MaxBodyBytes));
        });
        services.AddGrpcReflection();
        services.AddSingleton(new AlertsService(intake));
        services.AddSingleton(new HealthService(intake.Intake, clock));
    }

    /// <summary>Adds the services.</summary>
    public void Map(WebApplication application)
    {
        application.Use(ServeAsync);
        application.MapGrpcService<AlertsService>();
        application.MapGrpcService<HealthService>();
        application.MapGrpcReflectionService();
    }

    private async Task ServeAsync(HttpContext context, RequestDelegate next)
    {
        if (!GrpcRequests.Contain(context.Request))
        {
            await next(context);
            return;
        }

        // A call runs on its own thread: whom it serves has to be known there for what Kestrel and gRPC have to say of it.
        Refusals.Serve(context.Connection.RemoteIpAddress is { } address ? new IPEndPoint(address, context.Connection.RemotePort) : null);
        var body = BudgetedBody.Attach(context, budget);
        try
        {
            await next(context);
        }
        finally
        {
            body.Release();
        }
    }
}
