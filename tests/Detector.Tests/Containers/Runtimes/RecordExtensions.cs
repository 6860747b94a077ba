using Saker.Detector.Containers;

namespace Saker.Detector.Tests.Containers.Runtimes;

internal static class RecordExtensions
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    public static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>The value of a label; null without it.</summary>
    public static string? Label(this ContainerRecord record, string key) => record.Labels.Where(label => label.Key == key).Select(static label => label.Value).SingleOrDefault();

    /// <summary>All that it lists.</summary>
    public static async Task<IReadOnlyList<ContainerRecord>> AllAsync(this IContainerRuntime runtime, CancellationToken? cancellationToken = null) =>
        await runtime.ListAsync(cancellationToken ?? Token).ToListAsync(cancellationToken ?? Token);

    /// <summary>Follows the runtime; when it does, does something, and gives what it then tells until that is enough.</summary>
    public static async Task<List<ContainerRecord>> ToldAsync(this IContainerRuntime runtime, Func<Task> doing, Func<List<ContainerRecord>, bool> isEnough)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
        limit.CancelAfter(Patience);
        var following = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var told = new List<ContainerRecord>();
        var reading = ReadAsync();
        await Task.WhenAny(following.Task, reading);
        if (reading.IsCompleted)
        {
            await reading;
        }

        await doing();
        await reading;
        return told;

        async Task ReadAsync()
        {
            await foreach (var record in runtime.FollowAsync(following.SetResult, limit.Token))
            {
                told.Add(record);
                if (isEnough(told))
                {
                    return;
                }
            }
        }
    }

    /// <summary>The one exception that a runtime may throw.</summary>
    public static Task<RuntimeUnavailableException> IsUnavailableAsync(Func<Task> call) => Assert.ThrowsAsync<RuntimeUnavailableException>(call);

    /// <summary>Follows until it ends, which it must with that exception.</summary>
    public static Task<RuntimeUnavailableException> FollowingIsUnavailableAsync(this IContainerRuntime runtime) =>
        IsUnavailableAsync(() => runtime.ToldAsync(static () => Task.CompletedTask, static _ => false));
}
