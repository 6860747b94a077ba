namespace Saker.Router.Ingest;

/// <summary>Bytes that all requests together may hold in memory. Nobody waits for it: two requests that wait for each other's bytes would wait for ever.</summary>
internal sealed class ByteBudget(long limit)
{
    private long taken;

    public long Taken => Interlocked.Read(ref taken);

    public bool TryTake(long bytes)
    {
        if (Interlocked.Add(ref taken, bytes) <= limit)
        {
            return true;
        }

        Return(bytes);
        return false;
    }

    public void Return(long bytes) => Interlocked.Add(ref taken, -bytes);
}
