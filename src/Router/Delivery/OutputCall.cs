using System.Net.Sockets;
using Saker.Alerts;
using Saker.Outputs;
using Saker.Settings;

namespace Saker.Router.Delivery;

/// <summary>
/// Calls an output: makes it ready before its first alert, keeps a client that blocks off the threads that serve sockets (decision 0044), and
/// turns whatever it throws into an outcome.
/// </summary>
internal sealed class OutputCall(DeliveryInstance instance, TimeSpan limit, TimeProvider clock) : IDisposable
{
    private readonly AttemptGate gate = new();
    private readonly SemaphoreSlim preparing = new(1);
    private volatile bool isReady;

    /// <summary>Lets no call begin any more; completes when those under way have ended.</summary>
    public Task CloseAsync() => gate.CloseAsync();

    /// <summary>Makes the output ready if it is not yet.</summary>
    public async ValueTask<DeliveryResult> PrepareAsync(CancellationToken attempt, CancellationToken stopping)
    {
        var (result, _) = await CallAsync([], attempt, stopping);
        return result[0];
    }

    /// <summary>One attempt for alerts, the readiness before it included.</summary>
    /// <param name="alerts">The alerts.</param>
    /// <param name="attempt">Ends the attempt.</param>
    /// <param name="stopping">Ends it since the router stops, which is no outcome.</param>
    public ValueTask<(BatchResult Result, bool Unexpected)> DeliverAsync(IReadOnlyList<Alert> alerts, CancellationToken attempt, CancellationToken stopping) =>
        CallAsync(alerts, attempt, stopping);

    public void Dispose() => preparing.Dispose();

    private async ValueTask<(BatchResult Result, bool Unexpected)> CallAsync(IReadOnlyList<Alert> alerts, CancellationToken attempt, CancellationToken stopping)
    {
        var entered = gate.TryEnter();
        try
        {
            if (!entered)
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, clock, attempt); // the instance is about to be replaced, which cancels this
            }

            // A client that blocks may not see its token; the attempt ends all the same, and the call when it can.
            return (instance.Descriptor.Blocks
                ? await Task.Run(() => OfOutputAsync(alerts, attempt).AsTask(), attempt).WaitAsync(attempt)
                : await OfOutputAsync(alerts, attempt), false);
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            return (BatchResult.All(DeliveryResult.Retry($"No answer within {DurationText.About(limit)}.")), false);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or SocketException or TimeoutException || instance.IsTransient(exception))
        {
            return (BatchResult.All(DeliveryResult.Retry(exception.Message)), false);
        }
#pragma warning disable CA1031 // An output's fault must not end the delivery of its alerts: it is another attempt, as long as nothing gets through.
        catch (Exception exception) when (exception is not OperationCanceledException)
#pragma warning restore CA1031
        {
            // The message of an exception that nobody foresaw may hold anything; its type says where to look.
            return (BatchResult.All(DeliveryResult.Retry($"Unexpected {exception.GetType().Name} in the output.")), true);
        }
        finally
        {
            if (entered)
            {
                gate.Leave();
            }
        }
    }

    private async ValueTask<BatchResult> OfOutputAsync(IReadOnlyList<Alert> alerts, CancellationToken attempt)
    {
        if (!isReady && await MakeReadyAsync(attempt) is { Status: not DeliveryStatus.Delivered } failed)
        {
            return BatchResult.All(failed);
        }

        return alerts.Count == 0 ? default : await instance.Output.DeliverAsync(alerts, attempt);
    }

    private async ValueTask<DeliveryResult> MakeReadyAsync(CancellationToken attempt)
    {
        await preparing.WaitAsync(attempt);
        try
        {
            if (isReady)
            {
                return DeliveryResult.Delivered;
            }

            var result = await instance.Output.PrepareAsync(attempt);
            isReady = result.Status == DeliveryStatus.Delivered;

            // What is refused here is refused for every alert.
            return result.Status is DeliveryStatus.Rejected or DeliveryStatus.Skipped ? DeliveryResult.Blocked(result.Reason) : result;
        }
        finally
        {
            preparing.Release();
        }
    }
}
