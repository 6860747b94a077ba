namespace Saker.Router.Hosting;

/// <summary>What the router is made of, to be disposed of in the opposite order, whether it started as a whole or not.</summary>
internal sealed class Parts : IAsyncDisposable
{
    private readonly Stack<object> made = [];

    /// <summary>Takes a part over.</summary>
    public T Add<T>(T part)
        where T : notnull
    {
        made.Push(part);
        return part;
    }

    public async ValueTask DisposeAsync()
    {
        while (made.TryPop(out var part))
        {
            if (part is IAsyncDisposable later)
            {
                await later.DisposeAsync();
            }
            else
            {
                ((IDisposable)part).Dispose();
            }
        }
    }
}
