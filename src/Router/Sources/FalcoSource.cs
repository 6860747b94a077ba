using System.Security.Authentication;
using Grpc.Core;
using Saker.FalcoGrpc;
using Saker.Router.Http;
using Saker.Router.Ingest;
using Saker.Router.Options;
using Saker.Router.Telemetry;

namespace Saker.Router.Sources;

/// <summary>What all subscriptions go by.</summary>
/// <param name="Intake">The way in.</param>
/// <param name="Refusals">Counts what is not taken.</param>
/// <param name="Metrics">Counts everything.</param>
/// <param name="Limited">Says what repeats.</param>
/// <param name="Logger">The program's log.</param>
/// <param name="Clock">The clock.</param>
/// <param name="MaxMessageBytes">Largest alert.</param>
internal sealed record SourceServices(AlertIntake Intake, Refusals Refusals, RouterMetrics Metrics, LimitedLog Limited, ILogger Logger, TimeProvider Clock, int MaxMessageBytes);

/// <summary>
/// A subscription to a Falco's own service. The next alert is read when the one before is stored, so that what cannot be stored waits in Falco. The
/// service knows no acknowledgement: what Falco has sent when the connection breaks is lost.
/// </summary>
internal sealed class FalcoSource(string name, FalcoGrpcOptions options, SourceServices services)
{
    /// <summary>Falco answers each request with what is queued by then, so that it is asked again and again.</summary>
    private static readonly TimeSpan AskInterval = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    private volatile bool isSubscribed;

    /// <summary>Subscribes, and again whenever the subscription ends, until it is told to stop.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        var pause = FirstPause;
        while (!stop.IsCancellationRequested)
        {
            isSubscribed = false;
            var reason = await TryListenAsync(stop);
            if (stop.IsCancellationRequested)
            {
                return;
            }

            services.Limited.Say($"falcogrpc.{name} lost", count => SourceMessages.Lost(services.Logger, name, options.Address, count, reason));
            pause = isSubscribed ? FirstPause : pause * 2 < LongestPause ? pause * 2 : LongestPause;
            try
            {
                await Task.Delay(pause, services.Clock, stop);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    // The reason for its end.
    private async Task<string> TryListenAsync(CancellationToken stop)
    {
        try
        {
            using var channel = FalcoChannel.Open(options, services.MaxMessageBytes);
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
            using var call = new service.serviceClient(channel).sub(cancellationToken: ended.Token);
            var asking = AskAsync(call.RequestStream, ended.Token);
            try
            {
                while (await call.ResponseStream.MoveNext(ended.Token))
                {
                    await StoreAsync(call.ResponseStream.Current, stop);
                }
            }
            finally
            {
                await ended.CancelAsync();
                await asking;
            }

            return "Falco ended it.";
        }
        catch (RpcException exception)
        {
            return exception.Status.DebugException?.GetBaseException() is HttpProtocolException { ErrorCode: 0 }
                ? "Falco closed the connection."
                : $"{exception.StatusCode}: {exception.Status.DebugException?.GetBaseException().Message ?? exception.Status.Detail}";
        }
        catch (Exception exception) when (exception is IOException or AuthenticationException or OperationCanceledException)
        {
            return exception.Message;
        }
    }

    private async Task AskAsync(IClientStreamWriter<request> requests, CancellationToken ended)
    {
        try
        {
            while (true)
            {
                await requests.WriteAsync(new request(), ended);
                if (!isSubscribed)
                {
                    isSubscribed = true;
                    services.Limited.Say($"falcogrpc.{name}", count => SourceMessages.Subscribed(services.Logger, name, options.Address, count));
                }

                await Task.Delay(AskInterval, services.Clock, ended);
            }
        }
        catch (Exception exception) when (exception is RpcException or IOException or OperationCanceledException or InvalidOperationException)
        {
            // The reading side says why.
        }
    }

    private async Task StoreAsync(response sent, CancellationToken stop)
    {
        if (!FalcoAlert.TryRead(sent, out var alert, out var error))
        {
            services.Metrics.CountRejected();
            services.Refusals.Count(error, $"{error} (falcogrpc.{name})", null);
            return;
        }

        while (true)
        {
            var result = await services.Intake.TakeAsync(alert!, null, CancellationToken.None);
            if (result.Status == IntakeStatus.Stored)
            {
                return;
            }

            if (result.Status != IntakeStatus.Refused)
            {
                services.Refusals.Count(IntakeRefusals.ReasonOf(result), $"{result.Reason} (falcogrpc.{name})", null);
                return;
            }

            services.Limited.Say($"falcogrpc.{name} waits", count => SourceMessages.Waiting(services.Logger, name, result.Reason, count));
            await Task.Delay(result.RetryAfter, services.Clock, stop);
        }
    }
}
