using System.Collections.Concurrent;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Saker.Alerts.V1;

namespace Saker.Detector.Tests.Outputs;

/// <summary>A router's gRPC service that answers as a test wants: what no test against the real one can bring about.</summary>
internal sealed class RouterDouble : IAsyncDisposable
{
    private readonly WebApplication application;

    private RouterDouble(WebApplication application) => this.application = application;

    /// <summary>What becomes of an alert; null leaves it without an answer.</summary>
    public Func<SentAlert, (bool IsStored, NotStored? Not)?> Judge { get; set; } = static _ => (true, null);

    /// <summary>Ends the stream after a message in place of an answer.</summary>
    public volatile bool Breaks;

    /// <summary>What was said to be stored, in order.</summary>
    public ConcurrentQueue<string> Stored { get; } = new();

    /// <summary>What came.</summary>
    public ConcurrentQueue<SendRequest> Requests { get; } = new();

    /// <summary>The proof that came last.</summary>
    public volatile string? Authorization;

    public static async Task<RouterDouble> StartAsync(Action<KestrelServerOptions> listen, int? maxMessage = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder.Services.AddGrpc(grpc => grpc.MaxReceiveMessageSize = maxMessage ?? 4 << 20);
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.ConfigureEndpointDefaults(static end => end.Protocols = HttpProtocols.Http2);
            listen(kestrel);
        });
        RouterDouble? made = null;
        builder.Services.AddSingleton(_ => new Service(made!));
        var application = builder.Build();
        made = new RouterDouble(application);
        application.MapGrpcService<Service>();
        await application.StartAsync();
        return made;
    }

    public async ValueTask DisposeAsync()
    {
        using var soon = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        try
        {
            await application.StopAsync(soon.Token);
        }
        catch (OperationCanceledException)
        {
            // Streams are open.
        }

        await application.DisposeAsync();
    }

    private sealed class Service(RouterDouble router) : Saker.Alerts.V1.Alerts.AlertsBase
    {
        public override async Task Stream(IAsyncStreamReader<SendRequest> requestStream, IServerStreamWriter<SendResponse> responseStream, ServerCallContext context)
        {
            router.Authorization = context.RequestHeaders.GetValue("authorization");
            if (router.Authorization == "Bearer wrong")
            {
                throw new RpcException(new Grpc.Core.Status(StatusCode.Unauthenticated, ""));
            }

            while (await requestStream.MoveNext(context.CancellationToken))
            {
                router.Requests.Enqueue(requestStream.Current);
                if (router.Breaks)
                {
                    throw new RpcException(new Grpc.Core.Status(StatusCode.Unavailable, ""));
                }

                var response = new SendResponse();
                foreach (var alert in requestStream.Current.Alerts)
                {
                    if (router.Judge(alert) is not { } fate)
                    {
                        continue;
                    }

                    if (fate.IsStored)
                    {
                        router.Stored.Enqueue(alert.Json.ToStringUtf8());
                        response.Stored.Add(alert.Id);
                    }
                    else
                    {
                        fate.Not!.Id = alert.Id;
                        response.NotStored.Add(fate.Not);
                    }
                }

                await responseStream.WriteAsync(response);
            }
        }
    }
}
