using Polly;
using Polly.Retry;
using Saker.Detector.Containers;

namespace Saker.Detector.Inquiry;

/// <summary>How a runtime does.</summary>
/// <param name="Name">What and where it is.</param>
/// <param name="IsFollowed">Whether it has told its containers.</param>
/// <param name="Trouble">Why it cannot be asked; null when it can.</param>
internal sealed record RuntimeState(string Name, bool IsFollowed, string? Trouble);

/// <summary>
/// Follows one runtime for as long as the detector runs: what it makes and starts, and at the beginning and after each interruption
/// all that it has.
/// </summary>
internal sealed class RuntimeFollower : IAsyncDisposable
{
    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private readonly IContainerRuntime runtime;
    private readonly Func<ContainerRecord, CancellationToken, ValueTask> send;
    private readonly ILogger logger;
    private readonly TaskCompletionSource listed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task work;
    private volatile string? trouble;
    private volatile bool isFollowed;

    /// <param name="runtime">The runtime; disposed with the follower.</param>
    /// <param name="send">Gets the records.</param>
    /// <param name="clock">The time.</param>
    /// <param name="logger">Told when it cannot be asked, and when it can again.</param>
    /// <param name="stop">Ends it.</param>
    public RuntimeFollower(IContainerRuntime runtime, Func<ContainerRecord, CancellationToken, ValueTask> send, TimeProvider clock, ILogger logger, CancellationToken stop)
    {
        this.runtime = runtime;
        this.send = send;
        this.logger = logger;
        var attempts = new ResiliencePipelineBuilder { TimeProvider = clock }.AddRetry(new RetryStrategyOptions
        {
            MaxRetryAttempts = int.MaxValue,
            BackoffType = DelayBackoffType.Exponential,
            Delay = ShortestPause,
            MaxDelay = LongestPause,
            UseJitter = true,
            ShouldHandle = static attempt => ValueTask.FromResult(attempt.Outcome.Exception is RuntimeUnavailableException),
            OnRetry = attempt =>
            {
                Troubled(attempt.Outcome.Exception!.Message);
                return ValueTask.CompletedTask;
            },
        }).Build();
        work = Task.Run(() => RunAsync(attempts, stop), CancellationToken.None);
    }

    /// <summary>Done when the runtime has told its containers for the first time, or could not.</summary>
    public Task Listed => listed.Task;

    /// <summary>How it does.</summary>
    public RuntimeState State => new(runtime.Name, isFollowed, trouble);

    public async ValueTask DisposeAsync()
    {
        await work;
        await runtime.DisposeAsync();
    }

    private async Task RunAsync(ResiliencePipeline attempts, CancellationToken stop)
    {
        try
        {
            await attempts.ExecuteAsync(FollowAsync, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            listed.TrySetResult();
        }
    }

    private async ValueTask FollowAsync(CancellationToken stop)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        // What is made while the list is read comes both ways, which does no harm.
        var isFollowing = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task[] parts = [WatchAsync(isFollowing, ended.Token), ListAsync(isFollowing.Task, ended.Token)];
        try
        {
            // The one goes on for ever; what fails ends both.
            await foreach (var part in Task.WhenEach(parts))
            {
                await part;
            }
        }
        finally
        {
            await ended.CancelAsync();
            await Task.WhenAll(parts).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task WatchAsync(TaskCompletionSource isFollowing, CancellationToken cancellationToken)
    {
        await foreach (var record in runtime.FollowAsync(() => isFollowing.TrySetResult(), cancellationToken))
        {
            await send(record, cancellationToken);
        }

        throw new RuntimeUnavailableException($"{runtime.Name} has ended the connection.");
    }

    private async Task ListAsync(Task isFollowing, CancellationToken cancellationToken)
    {
        await isFollowing.WaitAsync(cancellationToken);
        var count = 0;
        await foreach (var record in runtime.ListAsync(cancellationToken))
        {
            await send(record, cancellationToken);
            count++;
        }

        ContainerMessages.Follows(logger, runtime.Name, count);
        trouble = null;
        isFollowed = true;
        listed.TrySetResult();
    }

    private void Troubled(string reason)
    {
        listed.TrySetResult();
        isFollowed = false;
        var isKnown = trouble is not null;
        trouble = reason;
        if (isKnown)
        {
            return;
        }

        ContainerMessages.CannotAsk(logger, reason);
    }
}
