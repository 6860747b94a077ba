using Grpc.Core;
using Saker.Router.Ingest;
using Wire = Saker.Alerts.V1;

namespace Saker.Router.Grpc;

/// <summary>Takes alerts: <c>proto/saker/alerts/v1/alerts.proto</c>. One for all calls.</summary>
internal sealed class AlertsService(GrpcIntake intake) : Wire.Alerts.AlertsBase
{
    private const int MaxReported = 1000;

    /// <inheritdoc/>
    public override async Task<Wire.SendResponse> Send(Wire.SendRequest request, ServerCallContext context)
    {
        var sender = GrpcSender.Admit(intake, context);
        var sent = new List<SentAlerts>();
        for (var next = 0; next < request.Alerts.Count;)
        {
            var alerts = sender.Begin();
            next = sender.Add(request, next, alerts);
            alerts.Store();
            sent.Add(alerts);
        }

        for (var i = sent.Count - 1; i >= 0; i--)
        {
            await sender.SettleAsync(sent[i]);
        }

        // Whoever sends one alert, or some of which none could be kept, learns it from the status, as callers of gRPC expect.
        return sent.Count == 0 ? throw GrpcAnswer.Of(IntakeResult.Invalid("no alert is in the message"))
            : sent.TrueForAll(static alerts => alerts.Batch.Results.All(static result => result.Status != IntakeStatus.Stored)) ? throw GrpcAnswer.Of(sent[0].Batch.Results[0])
            : AlertStream.Response(sent);
    }

    /// <inheritdoc/>
    public override async Task<Wire.Summary> SendAll(IAsyncStreamReader<Wire.SendRequest> requestStream, ServerCallContext context)
    {
        var summary = new Wire.Summary();
        await new AlertStream(GrpcSender.Admit(intake, context), AddAsync, context).RunAsync(requestStream);
        return summary;

        Task AddAsync(Wire.SendResponse response)
        {
            summary.Stored += (ulong)response.Stored.Count;
            summary.NotStoredCount += (ulong)response.NotStored.Count;
            summary.NotStored.AddRange(response.NotStored.Take(MaxReported - summary.NotStored.Count));
            return Task.CompletedTask;
        }
    }

    /// <inheritdoc/>
    public override Task Stream(IAsyncStreamReader<Wire.SendRequest> requestStream, IServerStreamWriter<Wire.SendResponse> responseStream, ServerCallContext context) =>
        new AlertStream(GrpcSender.Admit(intake, context), responseStream.WriteAsync, context).RunAsync(requestStream);
}
