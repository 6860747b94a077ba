using System.Threading.Tasks.Sources;
using Microsoft.Extensions.ObjectPool;
using Saker.Alerts;

namespace Saker.Router.Log;

/// <summary>One append on its way to the writer. Pooled: it goes back when its result has been read.</summary>
internal sealed class AppendRequest : IValueTaskSource<AppendResult>
{
    private static readonly DefaultObjectPool<AppendRequest> Pool = new(new DefaultPooledObjectPolicy<AppendRequest>(), maximumRetained: 1024);

    private ManualResetValueTaskSourceCore<AppendResult> core;

    public ReadOnlyMemory<byte> Payload { get; private set; }

    public Alert? Alert { get; private set; }

    public ValueTask<AppendResult> Result => new(this, core.Version);

    /// <summary>A request. Unless <paramref name="answerInPlace"/>, its sender goes on in another thread, and the writer never does the sender's work.</summary>
    public static AppendRequest Rent(ReadOnlyMemory<byte> payload, Alert? alert, bool answerInPlace)
    {
        var request = Pool.Get();
        request.Payload = payload;
        request.Alert = alert;
        request.core.RunContinuationsAsynchronously = !answerInPlace;
        return request;
    }

    /// <summary>Gives back a request that never reached the writer.</summary>
    public void Return()
    {
        Payload = default;
        Alert = null;
        core.Reset();
        Pool.Return(this);
    }

    public void Complete(AppendResult result) => core.SetResult(result);

    AppendResult IValueTaskSource<AppendResult>.GetResult(short token)
    {
        var result = core.GetResult(token);
        Return();
        return result;
    }

    ValueTaskSourceStatus IValueTaskSource<AppendResult>.GetStatus(short token) => core.GetStatus(token);

    void IValueTaskSource<AppendResult>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        core.OnCompleted(continuation, state, token, flags);
}
