using System.Threading.Tasks.Sources;
using Microsoft.Extensions.ObjectPool;

namespace Saker.Router.Log;

/// <summary>One append, of one record or several, on its way to the writer. Pooled: it goes back when its result has been read.</summary>
internal sealed class AppendRequest : IValueTaskSource<AppendResult>
{
    private static readonly DefaultObjectPool<AppendRequest> Pool = new(new DefaultPooledObjectPolicy<AppendRequest>(), maximumRetained: 1024);

    private ManualResetValueTaskSourceCore<AppendResult> core;

    private LogEntry single;
    private IReadOnlyList<LogEntry>? several;

    /// <summary>Records.</summary>
    public int Count => several?.Count ?? 1;

    public LogEntry this[int index] => several is null ? single : several[index];

    public ValueTask<AppendResult> Result => new(this, core.Version);

    /// <summary>A request for one record. Unless <paramref name="answerInPlace"/>, its sender goes on in another thread, and the writer never does the sender's work.</summary>
    public static AppendRequest Rent(LogEntry entry, bool answerInPlace)
    {
        var request = Pool.Get();
        request.single = entry;
        request.core.RunContinuationsAsynchronously = !answerInPlace;
        return request;
    }

    /// <summary>A request for several records.</summary>
    public static AppendRequest Rent(IReadOnlyList<LogEntry> entries, bool answerInPlace)
    {
        var request = Rent(default(LogEntry), answerInPlace);
        request.several = entries;
        return request;
    }

    /// <summary>Gives back a request that never reached the writer.</summary>
    public void Return()
    {
        single = default;
        several = null;
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
