using Grpc.Core;
using Grpc.Health.V1;
using Saker.Router.Ingest;
using ServingStatus = Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus;
using Wire = Saker.Alerts.V1;

namespace Saker.Router.Grpc;

/// <summary>gRPC's usual question for health, answered as <c>/healthz</c> is: whether alerts can be taken now.</summary>
internal sealed class HealthService(AlertIntake intake, TimeProvider clock) : Health.HealthBase
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public override Task<HealthCheckResponse> Check(HealthCheckRequest request, ServerCallContext context) => Task.FromResult(new HealthCheckResponse
    {
        Status = IsKnown(request) ? Current : throw new RpcException(new Status(StatusCode.NotFound, "There is no such service.")),
    });

    /// <inheritdoc/>
    public override async Task Watch(HealthCheckRequest request, IServerStreamWriter<HealthCheckResponse> responseStream, ServerCallContext context)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, intake.Closing);
        ServingStatus? told = null;
        while (true)
        {
            var now = IsKnown(request) ? Current : ServingStatus.ServiceUnknown;
            if (now != told)
            {
                await responseStream.WriteAsync(new HealthCheckResponse { Status = now });
                told = now;
            }

            if (intake.Closing.IsCancellationRequested)
            {
                throw GrpcAnswer.Stopping();
            }

            try
            {
                await Task.Delay(Interval, clock, ended.Token);
            }
            catch (OperationCanceledException) when (!context.CancellationToken.IsCancellationRequested)
            {
                // The router stops: that is told as well.
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private ServingStatus Current => intake.Fault is null ? ServingStatus.Serving : ServingStatus.NotServing;

    private static bool IsKnown(HealthCheckRequest request) => request.Service is "" || request.Service == Wire.Alerts.Descriptor.FullName;
}
