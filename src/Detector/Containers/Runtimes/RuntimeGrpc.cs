using Grpc.Core;
using Grpc.Net.Client;

namespace Saker.Detector.Containers.Runtimes;

/// <summary>An answer over gRPC: a message, or nothing because the thing is not there, or a fault that it is itself.</summary>
/// <param name="Message">What it says.</param>
/// <param name="Fault">What is wrong with the answer; null for a message and for what is not there.</param>
/// <param name="IsUnknownCall">Whether the runtime does not know such calls.</param>
internal readonly record struct GrpcAnswer<T>(T? Message, string? Fault, bool IsUnknownCall = false)
    where T : class;

/// <summary>How the wait for the next message of a stream ended.</summary>
internal enum StreamState
{
    /// <summary>With a message.</summary>
    Message,

    /// <summary>There are none, because the runtime does not tell any.</summary>
    Unsupported,

    /// <summary>The stream has ended in order.</summary>
    Ended,
}

/// <summary>
/// gRPC over a runtime's Unix socket, reading calls only. Each call has its time and each message a bound. Whatever goes wrong with the
/// connection is a <see cref="RuntimeUnavailableException"/>; only the caller's own cancellation is not.
/// </summary>
internal sealed class RuntimeGrpc : IDisposable
{
    private readonly string name;
    private readonly RuntimeSettings settings;
    private readonly GrpcChannel channel;

    /// <param name="name">The runtime and its socket, for messages.</param>
    /// <param name="socket">The path of the socket.</param>
    /// <param name="settings">Time and clock.</param>
    public RuntimeGrpc(string name, string socket, RuntimeSettings settings)
    {
        this.name = name;
        this.settings = settings;
        channel = GrpcChannel.ForAddress("http://localhost", new GrpcChannelOptions
        {
            HttpHandler = UnixSocket.Handler(socket, settings.CallPatience),
            DisposeHttpClient = true,
            MaxReceiveMessageSize = RecordLimits.AnswerBytes,

            // The bound counts bytes as they come, so that nothing packed is taken.
            CompressionProviders = [],
        });
    }

    /// <summary>For the clients of services.</summary>
    public CallInvoker Calls => channel.CreateCallInvoker();

    /// <summary>Calls and waits for the answer.</summary>
    /// <param name="call">Makes the call.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <param name="headers">What goes with it.</param>
    public async Task<GrpcAnswer<T>> CallAsync<T>(Func<CallOptions, AsyncUnaryCall<T>> call, CancellationToken cancellationToken, Metadata? headers = null)
        where T : class
    {
        using var patience = new CancellationTokenSource(settings.CallPatience, settings.Clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            using var running = call(new CallOptions(headers, cancellationToken: either.Token));
            return new GrpcAnswer<T>(await running.ResponseAsync, null);
        }
        catch (Exception exception) when (exception is RpcException or ObjectDisposedException or OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (exception is RpcException { StatusCode: StatusCode.NotFound })
            {
                return new GrpcAnswer<T>(null, null);
            }

            return Fault(exception) is { } fault ? new GrpcAnswer<T>(null, fault, exception is RpcException { StatusCode: StatusCode.Unimplemented })
                : throw Broken(exception, patience.IsCancellationRequested);
        }
    }

    /// <summary>All messages of a list that comes one by one, with a bound of number and a time for the whole.</summary>
    /// <param name="call">Makes the call.</param>
    /// <param name="take">Gets each message; false when it has enough.</param>
    /// <param name="headers">What goes with it.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task ReadListAsync<T>(Func<CallOptions, AsyncServerStreamingCall<T>> call, Func<T, bool> take, Metadata headers, CancellationToken cancellationToken)
        where T : class
    {
        using var patience = new CancellationTokenSource(settings.CallPatience * 4, settings.Clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            using var running = call(new CallOptions(headers, cancellationToken: either.Token));
            while (await running.ResponseStream.MoveNext(either.Token) && take(running.ResponseStream.Current))
            {
            }
        }
        catch (Exception exception) when (exception is RpcException or ObjectDisposedException or OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw (Fault(exception) is { } fault ? Unavailable(fault, exception) : Broken(exception, patience.IsCancellationRequested));
        }
    }

    /// <summary>Waits for a subscription's next message.</summary>
    /// <param name="waiting">The wait, from <c>MoveNext</c>.</param>
    /// <param name="isFirst">Whether nothing has come yet, so that a refusal means that the runtime tells of nothing at all.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<StreamState> NextAsync(Task<bool> waiting, bool isFirst, CancellationToken cancellationToken)
    {
        try
        {
            return await waiting ? StreamState.Message : StreamState.Ended;
        }
        catch (Exception exception) when (exception is RpcException or ObjectDisposedException or OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return isFirst && exception is RpcException { StatusCode: StatusCode.Unimplemented or StatusCode.Unknown } ? StreamState.Unsupported
                : throw Unavailable(Fault(exception) ?? "the connection of its events broke", exception);
        }
    }

    /// <summary>
    /// Waits until a subscription is taken. Its first answer comes with the first event, so that there is nothing to see of it; but calls of
    /// one connection arrive in order, and when a later one is answered, the earlier one is there.
    /// </summary>
    /// <param name="later">The later call.</param>
    /// <param name="waiting">The wait for the subscription's first message, which ends this one too.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task TakenAsync(Func<Task> later, Task waiting, CancellationToken cancellationToken)
    {
        await later();
        // It arrived, and has yet to reach the runtime's list of subscribers.
        await Task.WhenAny(waiting, Task.Delay(TimeSpan.FromMilliseconds(50), settings.Clock, cancellationToken));
    }

    /// <summary>The exception for a runtime that cannot be asked.</summary>
    /// <param name="reason">A clause without a name in it.</param>
    /// <param name="inner">Where it comes from.</param>
    public RuntimeUnavailableException Unavailable(string reason, Exception? inner = null) => new($"{name}: {reason}.", inner);

    /// <inheritdoc/>
    public void Dispose() => channel.Dispose();

    private RuntimeUnavailableException Broken(Exception exception, bool isTooLate) =>
        Unavailable(isTooLate ? "no answer in time" : $"it cannot be reached ({Reason(exception)})", exception);

    private static string Reason(Exception exception) =>
        ((exception as RpcException)?.Status.DebugException ?? exception).GetBaseException().Message.TrimEnd('.');

    // What a runtime says of itself, without its words: they may hold what somebody wrote into a label.
    private static string? Fault(Exception exception) => exception is not RpcException failure ? null : failure.StatusCode switch
    {
        StatusCode.Unavailable or StatusCode.Cancelled or StatusCode.DeadlineExceeded => null,
        StatusCode.ResourceExhausted => "its answer is larger than 4 MiB",
        StatusCode.Unimplemented => "it does not know this call",
        var other => $"it answers with status {other}",
    };
}
