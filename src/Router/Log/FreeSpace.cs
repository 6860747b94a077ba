namespace Saker.Router.Log;

/// <summary>Watches the room on the file system, without asking for it at every group.</summary>
internal sealed class FreeSpace(IDataFiles files, string directory, long reserve, TimeProvider clock)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);
    private long askedAt;
    private long free = -1;
    private long expected;

    /// <summary>Says how many bytes are about to be written.</summary>
    public void Expect(long bytes) => expected = bytes;

    /// <summary>True when what is expected fits above the reserve.</summary>
    public bool IsEnough(out long available)
    {
        if (free < 0 || free - expected < reserve || clock.GetElapsedTime(askedAt) >= Interval)
        {
            Ask();
        }

        available = free;
        if (free - expected < reserve)
        {
            return false;
        }

        free -= expected;
        return true;
    }

    private void Ask()
    {
        // While there is too little, every group asks: a refused sender comes back after seconds, and the answer should be new then.
        askedAt = clock.GetTimestamp();
        try
        {
            free = files.FreeBytes(directory);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The write itself will tell.
            free = long.MaxValue;
        }
    }
}
