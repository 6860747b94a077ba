using System.Globalization;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Saker.Alerts.V1;
using Saker.Detector.Configuration;
using Saker.Http;

namespace Saker.Detector.Outputs;

/// <summary>
/// Streams alerts to a saker-router over gRPC. An alert counts as written when the router says that it is on its disk, and not before.
/// One stream serves for as long as it lasts; a new one is made when it breaks, and what was not acknowledged on the old one is sent
/// again.
/// </summary>
internal sealed class RouterOutput : IBatchOutput
{
    private static readonly TimeSpan AttemptTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan PingDelay = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestRetryAfter = TimeSpan.FromMinutes(1);

    private readonly GrpcChannel channel;
    private readonly Metadata headers = [];
    private readonly string target;
    private readonly TimeProvider clock;
    private readonly bool isNameless;
    private AsyncDuplexStreamingCall<SendRequest, SendResponse>? stream;
    private ulong lastId;
    private long restarts;
    private bool oneByOne;

    /// <param name="options">Where the router is, and how it is spoken to.</param>
    /// <param name="resolve">Makes paths absolute.</param>
    /// <param name="clock">The clock that an attempt's limit goes by.</param>
    /// <exception cref="IOException">A certificate cannot be used.</exception>
    public RouterOutput(RouterOutputOptions options, Func<string, string> resolve, TimeProvider clock)
    {
        this.clock = clock;
        isNameless = options is { IsTls: true, Mtls: false };
        var handler = new SocketsHttpHandler
        {
            UseProxy = false, // proxies do not pass HTTP/2 on
            ConnectTimeout = ConnectTimeout,
            KeepAlivePingDelay = PingDelay,
            KeepAlivePingTimeout = ConnectTimeout,
        };
        try
        {
            var url = new Uri("http://localhost");
            if (options.Address.StartsWith(RouterOutputOptions.Unix, StringComparison.Ordinal))
            {
                var path = options.Address[RouterOutputOptions.Unix.Length..];
                handler.ConnectCallback = (_, cancellationToken) => UnixConnection.OpenAsync(path, cancellationToken);
                target = options.Address;
            }
            else
            {
                url = new Uri(options.Address);
                target = $"{url.Scheme}://{url.Authority}";
                if (options.IsTls)
                {
                    handler.SslOptions = ClientTls.Of(options, "router_output", resolve);
                }
            }

            if (!options.Token.IsEmpty)
            {
                headers.Add("authorization", $"Bearer {options.Token.Reveal()}");
            }

            channel = GrpcChannel.ForAddress(url, new GrpcChannelOptions { HttpHandler = handler, DisposeHttpClient = true });
        }
        catch
        {
            handler.Dispose();
            throw;
        }
    }

    public string Name => "router";

    public int MostAtOnce => 256;

    public long Restarts => Interlocked.Read(ref restarts);

    public async ValueTask WriteAsync(AlertBatch batch, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(AttemptTimeout, clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        // A stream on which nothing was sent for long may have ended meanwhile; that shows now, and is no reason to pause.
        for (var isOld = stream is not null; ; isOld = false)
        {
            try
            {
                await SendAsync(batch, both.Token);
                oneByOne = false;
                return;
            }
            catch (RpcException exception) when (IsTooLarge(exception))
            {
                Drop();
                TooLarge(batch, exception);
                return;
            }
            catch (Exception exception) when (exception is RpcException or InvalidOperationException or OperationCanceledException or IOException and not OutputBusyException)
            {
                Drop();
                cancellationToken.ThrowIfCancellationRequested();
                if (limit.IsCancellationRequested)
                {
                    throw new OutputBusyException($"{target}: no acknowledgement within {AttemptTimeout.TotalSeconds:0} s.", pause: null, exception);
                }

                if (!isOld)
                {
                    throw new OutputBusyException($"{target}: {Reason(exception)}", Pause(exception), exception);
                }
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (stream is not null)
        {
            try
            {
                await stream.RequestStream.CompleteAsync();
            }
            catch (Exception exception) when (exception is RpcException or InvalidOperationException)
            {
                // It was broken already.
            }

            stream.Dispose();
        }

        channel.Dispose();
    }

    private async Task SendAsync(AlertBatch batch, CancellationToken cancellationToken)
    {
        var open = batch.Open();
        for (var from = 0; from < open.Count;)
        {
            var count = oneByOne ? 1 : open.Count;
            await SendAsync(batch, open[from..(from + count)], cancellationToken);
            from += count;
        }
    }

    private async Task SendAsync(AlertBatch batch, List<int> indices, CancellationToken cancellationToken)
    {
        stream ??= new Saker.Alerts.V1.Alerts.AlertsClient(channel).Stream(headers, cancellationToken: CancellationToken.None);
        var waiting = new Dictionary<ulong, int>();
        var request = new SendRequest();
        foreach (var index in indices)
        {
            waiting.Add(++lastId, index);
            request.Alerts.Add(new SentAlert { Id = lastId, Json = UnsafeByteOperations.UnsafeWrap(batch[index].Line) });
        }

        await stream.RequestStream.WriteAsync(request, cancellationToken);
        NotStored? later = null;
        while (waiting.Count > 0)
        {
            if (!await stream.ResponseStream.MoveNext(cancellationToken))
            {
                throw new IOException("the router has ended the stream.");
            }

            later = Settle(batch, waiting, stream.ResponseStream.Current) ?? later;
        }

        if (later is not null)
        {
            var pause = later.RetryAfter.ToTimeSpan();
            throw new OutputBusyException($"{target}: the router cannot keep it now: {later.Reason}", pause > LongestRetryAfter ? LongestRetryAfter : pause);
        }
    }

    // Gives an alert that is to be sent again.
    private static NotStored? Settle(AlertBatch batch, Dictionary<ulong, int> waiting, SendResponse answer)
    {
        NotStored? later = null;
        foreach (var id in answer.Stored)
        {
            if (waiting.Remove(id, out var index))
            {
                batch.Written(index);
            }
        }

        foreach (var refused in answer.NotStored)
        {
            if (!waiting.Remove(refused.Id, out var index))
            {
                continue;
            }

            if (refused.RetryAfter is not null)
            {
                later = refused;
            }
            else
            {
                batch.Refused(index, $"the router refused an alert: {refused.Reason}");
            }
        }

        return later;
    }

    // Which one of them it was is not said; sent one by one, it shows.
    private void TooLarge(AlertBatch batch, RpcException exception)
    {
        var open = batch.Open();
        if (oneByOne || open.Count == 1)
        {
            batch.Refused(open[0], "an alert is larger than the router takes (http.maxbodysize there).");
        }

        if (batch.Open().Count > 0)
        {
            oneByOne = true;
            throw new OutputBusyException($"{target}: alerts together are larger than the router takes; they are sent one by one.", TimeSpan.FromMilliseconds(1), exception);
        }
    }

    private void Drop()
    {
        if (stream is not null)
        {
            stream.Dispose();
            stream = null;
            Interlocked.Increment(ref restarts);
        }
    }

    private static bool IsTooLarge(RpcException exception) => exception.StatusCode == StatusCode.ResourceExhausted && RetryAfter(exception) is null;

    private static TimeSpan? Pause(Exception exception) => exception is RpcException call ? RetryAfter(call) : null;

    private static TimeSpan? RetryAfter(RpcException exception) =>
        int.TryParse(exception.Trailers.GetValue("retry-after"), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            ? TimeSpan.FromSeconds(Math.Min(seconds, LongestRetryAfter.TotalSeconds))
            : null;

    private string Reason(Exception exception)
    {
        if (exception is not RpcException call)
        {
            return "the stream broke.";
        }

        if (call.Status.DebugException is { } cause && HttpFailure.Of(cause) is { HttpRequestError: not HttpRequestError.Unknown } failure)
        {
            return ConnectionTrouble.Reason(failure, "router_output", isNameless);
        }

        return call.StatusCode switch
        {
            StatusCode.Unauthenticated => "the router does not know who sends; check router_output.token.",
            StatusCode.PermissionDenied => "the router takes no alerts from this sender; check its roles and sources there, and router_output.token.",
            StatusCode.Unimplemented => "who answers there takes no alerts over gRPC; is it a saker-router, without strictcompatibility?",
            StatusCode.Unavailable => "the router stops, or the connection broke.",
            _ => $"the stream ended with {call.StatusCode}.",
        };
    }
}
