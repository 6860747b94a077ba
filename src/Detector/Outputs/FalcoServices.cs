using Grpc.Core;
using Saker.FalcoGrpc;
using Versions = Saker.FalcoGrpc.Versions;

namespace Saker.Detector.Outputs;

/// <summary>Falco's service for alerts: <c>sub</c> answers each request with what waits, <c>get</c> does that once.</summary>
internal sealed class FalcoOutputsService(GrpcOutput output) : service.serviceBase
{
    public override async Task sub(IAsyncStreamReader<request> requestStream, IServerStreamWriter<response> responseStream, ServerCallContext context)
    {
        while (await requestStream.MoveNext(context.CancellationToken))
        {
            await output.ServeAsync(responseStream.WriteAsync, context.CancellationToken);
        }
    }

    public override Task get(request request, IServerStreamWriter<response> responseStream, ServerCallContext context) =>
        output.ServeAsync(responseStream.WriteAsync, context.CancellationToken);
}

/// <summary>Falco's service for its version; it gives the detector's.</summary>
internal sealed class FalcoVersionService : Versions.service.serviceBase
{
    public override Task<Versions.response> version(Versions.request request, ServerCallContext context)
    {
        var version = typeof(FalcoVersionService).Assembly.GetName().Version!;
        return Task.FromResult(new Versions.response
        {
            Version = version.ToString(fieldCount: 3),
            Major = (uint)version.Major,
            Minor = (uint)version.Minor,
            Patch = (uint)version.Build,
        });
    }
}
