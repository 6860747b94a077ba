using System.Threading.Channels;

namespace Saker.Router.Benchmarks.LogCandidates;

/// <summary>One writer behind a bounded channel: takes what has come in, has it written and synced once, then answers.</summary>
internal sealed class GroupCommit : IAsyncDisposable
{
    private readonly Channel<Request> queue = Channel.CreateBounded<Request>(new BoundedChannelOptions(4096) { SingleReader = true });
    private readonly Action<IReadOnlyList<Request>> write;
    private readonly Task writer;

    public GroupCommit(Action<IReadOnlyList<Request>> write)
    {
        this.write = write;
        writer = Task.Run(RunAsync);
    }

    public async ValueTask AppendAsync(ReadOnlyMemory<byte> payload)
    {
        var request = new Request(payload);
        await queue.Writer.WriteAsync(request);
        await request.Done.Task;
    }

    public async ValueTask DisposeAsync()
    {
        queue.Writer.Complete();
        await writer;
    }

    private async Task RunAsync()
    {
        var group = new List<Request>(1024);
        while (await queue.Reader.WaitToReadAsync())
        {
            group.Clear();
            while (group.Count < 1024 && queue.Reader.TryRead(out var request))
            {
                group.Add(request);
            }

            write(group);
            foreach (var request in group)
            {
                request.Done.SetResult();
            }
        }
    }

    internal sealed class Request(ReadOnlyMemory<byte> payload)
    {
        public ReadOnlyMemory<byte> Payload { get; } = payload;

        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
