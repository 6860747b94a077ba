namespace Saker.Detector.Hosting;

/// <summary>Something that another may take the place of; whatever is there last is disposed with this.</summary>
internal sealed class Exchangeable<T> : IAsyncDisposable
    where T : class, IAsyncDisposable
{
    /// <summary>What is there; null when nothing is.</summary>
    public T? Value { get; private set; }

    /// <summary>Puts another in place, or nothing, and disposes what was there.</summary>
    public async ValueTask UseAsync(T? next)
    {
        var before = Value;
        Value = next;
        if (before is not null)
        {
            await before.DisposeAsync();
        }
    }

    public ValueTask DisposeAsync() => Value?.DisposeAsync() ?? ValueTask.CompletedTask;
}
