using System.Threading.Channels;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Saker.Router.Ingest;
using Wire = Saker.Alerts.V1;

namespace Saker.Router.Grpc;

/// <summary>
/// A stream of alerts: one side reads them and hands them to the log, the other awaits the log and answers, in the same order. Between them is a
/// bounded queue. So a full queue, whether the log is slow or the sender does not read its answers, ends the reading, and HTTP/2 the sending.
/// </summary>
internal sealed class AlertStream(GrpcSender sender, Func<Wire.SendResponse, Task> answer, ServerCallContext call)
{
    // Appends in the queue; as many more can be with the answering side.
    private const int Window = 16;

    // Bytes of alerts that wait, a message more apart. Large alerts are few at once.
    private const long WindowBytes = 4 << 20;

    private readonly Channel<SentAlerts> queue = Channel.CreateBounded<SentAlerts>(new BoundedChannelOptions(Window) { SingleReader = true, SingleWriter = true });
    private readonly Channel<bool> settled = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private long waitingBytes;
    private Exception? broken;

    /// <summary>Takes what comes until the sender ends, and answers all of it.</summary>
    /// <exception cref="RpcException">The stream ends otherwise; what was read before is answered all the same.</exception>
    public async Task RunAsync(IAsyncStreamReader<Wire.SendRequest> requests)
    {
        var answering = AnswerAsync();
        try
        {
            await ReadAsync(requests);
        }
        finally
        {
            queue.Writer.TryComplete();
            await answering;
        }

        if (broken is not null)
        {
            throw new IOException("The answers could not be sent.", broken);
        }
    }

    // What is there already goes into one append; what is still to come is not waited for.
    private async Task ReadAsync(IAsyncStreamReader<Wire.SendRequest> requests)
    {
        var alerts = sender.Begin();
        try
        {
            while (true)
            {
                var coming = HasNextAsync(requests);
                if (!coming.IsCompleted && alerts.Ids.Count > 0)
                {
                    alerts = await StoreAsync(alerts);
                }

                if (!await coming)
                {
                    return;
                }

                var request = requests.Current;
                for (var next = sender.Add(request, 0, alerts); alerts.IsFull || next < request.Alerts.Count;)
                {
                    alerts = await StoreAsync(alerts);
                    next = next < request.Alerts.Count ? sender.Add(request, next, alerts) : next;
                }
            }
        }
        finally
        {
            if (alerts.Ids.Count > 0)
            {
                await StoreAsync(alerts);
            }
        }
    }

    // Gives the next ones to be filled.
    private async ValueTask<SentAlerts> StoreAsync(SentAlerts alerts)
    {
        alerts.Store();
        Interlocked.Add(ref waitingBytes, alerts.Bytes);
        await queue.Writer.WriteAsync(alerts, CancellationToken.None); // the other side always goes on
        while (Interlocked.Read(ref waitingBytes) > WindowBytes)
        {
            await settled.Reader.ReadAsync(CancellationToken.None);
        }

        return sender.Begin();
    }

    private async ValueTask<bool> HasNextAsync(IAsyncStreamReader<Wire.SendRequest> requests)
    {
        try
        {
            return broken is null && await requests.MoveNext(sender.Closing);
        }
        catch (OperationCanceledException) when (sender.Closing.IsCancellationRequested && !call.CancellationToken.IsCancellationRequested)
        {
            throw GrpcAnswer.Stopping();
        }
        catch (InvalidProtocolBufferException)
        {
            throw new RpcException(new Status(StatusCode.InvalidArgument, "What came is no message of saker.alerts.v1."));
        }
    }

    private async Task AnswerAsync()
    {
        try
        {
            await AnswerAllAsync();
        }
        finally
        {
            // Were it to fail, the reading side must not wait for it.
            queue.Writer.TryComplete();
            settled.Writer.TryComplete();
        }
    }

    private async Task AnswerAllAsync()
    {
        var group = new List<SentAlerts>();
        while (await queue.Reader.WaitToReadAsync(CancellationToken.None))
        {
            while (group.Count < Window && queue.Reader.TryRead(out var alerts))
            {
                group.Add(alerts);
            }

            // From the last to the first: the log answers in order, so that nearly all of a group are there when its last one is.
            long bytes = 0;
            for (var i = group.Count - 1; i >= 0; i--)
            {
                await sender.SettleAsync(group[i]);
                bytes += group[i].Bytes;
            }

            if (bytes > 0)
            {
                Interlocked.Add(ref waitingBytes, -bytes);
                settled.Writer.TryWrite(true);
            }

            await TellAsync(Response(group));
            group.Clear();
        }
    }

    // Nobody hears the rest of the answers when one cannot be sent; what was taken is settled all the same.
    private async Task TellAsync(Wire.SendResponse response)
    {
        if (broken is not null)
        {
            return;
        }

        try
        {
            await answer(response);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or RpcException || call.CancellationToken.IsCancellationRequested)
        {
            broken = exception;
        }
    }

    /// <summary>The answer to alerts that are settled.</summary>
    public static Wire.SendResponse Response(IReadOnlyList<SentAlerts> settled)
    {
        var response = new Wire.SendResponse();
        foreach (var alerts in settled)
        {
            for (var i = 0; i < alerts.Ids.Count; i++)
            {
                if (alerts.Batch.Results[i].Status == IntakeStatus.Stored)
                {
                    response.Stored.Add(alerts.Ids[i]);
                }
                else
                {
                    response.NotStored.Add(NotStored(alerts.Ids[i], alerts.Batch.Results[i]));
                }
            }
        }

        return response;
    }

    private static Wire.NotStored NotStored(ulong id, IntakeResult result) => new()
    {
        Id = id,
        Status = result.Status switch
        {
            IntakeStatus.Invalid => Wire.Status.Invalid,
            IntakeStatus.TooLarge => Wire.Status.TooLarge,
            IntakeStatus.NotAllowed => Wire.Status.NotAllowed,
            IntakeStatus.Circle => Wire.Status.Circle,
            IntakeStatus.Refused => Wire.Status.Refused,
            _ => throw new System.Diagnostics.UnreachableException($"The intake status {(int)result.Status} is no refusal."),
        },
        Reason = result.Reason,
        RetryAfter = result.RetryAfter > TimeSpan.Zero ? Duration.FromTimeSpan(result.RetryAfter) : null,
    };
}
