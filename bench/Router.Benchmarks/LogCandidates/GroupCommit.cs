using System.Threading.Channels;

namespace Saker.Router.Benchmarks.LogCandidates;

/// <summary>One writer behind a bounded channel: takes what has come in, has it written and synced once, then answers.</summary>
internal sealed class GroupCommit : IAsyncDisposable
{
    private readonly Channel<Request> _queue = Channel.CreateBounded<Request>(new BoundedChannelOptions(4096) { SingleReader = true });
    private readonly Action<IReadOnlyList<Request>> _write;
    private readonly Task _writer;

    public GroupCommit(Action<IReadOnlyList<Request>> write)
    {
        _write = write;
        _writer = Task.Run(RunAsync);
    }

    public async ValueTask AppendAsync(ReadOnlyMemory<byte> payload)
    {
        var request = new Request(payload);
        await _queue.Writer.WriteAsync(request);
        await request.Done.Task;
    }

    public async ValueTask DisposeAsync()
    {
        _queue.Writer.Complete();
        await _writer;
    }

    private async Task RunAsync()
    {
        var group = new List<Request>(1024);
        while (await _queue.Reader.WaitToReadAsync())
        {
            group.Clear();
            while (group.Count < 1024 && _queue.Reader.TryRead(out var request))
                group.Add(request);
            _write(group);
            foreach (var request in group)
                request.Done.SetResult();
        }
    }

    internal sealed class Request(ReadOnlyMemory<byte> payload)
    {
        public ReadOnlyMemory<byte> Payload { get; } = payload;

        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
