namespace Saker.Detector.Hosting;

/// <summary>What can be asked of a running detector from outside, by signals of the process.</summary>
internal sealed class HostControl : IDisposable
{
    private readonly SemaphoreSlim reloads = new(0);
    private readonly CancellationTokenSource stop = new();
    private int stopAsked;

    /// <summary>Fires when the detector is to stop in order.</summary>
    public CancellationToken Stop => stop.Token;

    /// <summary>Opens anew what outputs write to; set while outputs run.</summary>
    public Action? Reopen { get; set; }

    /// <summary>Asks for an orderly stop. False when it was asked for already.</summary>
    public bool AskStop()
    {
        if (Interlocked.Exchange(ref stopAsked, 1) != 0)
        {
            return false;
        }

        stop.Cancel();
        return true;
    }

    /// <summary>Asks for the configuration and the rules to be read again.</summary>
    public void AskReload() => reloads.Release();

    /// <summary>Waits until a reload is asked for; false when nobody asked within <paramref name="patience"/>.</summary>
    public async Task<bool> WaitForReloadAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        var asked = await reloads.WaitAsync(patience, cancellationToken);
        while (asked && await reloads.WaitAsync(TimeSpan.Zero, cancellationToken))
        {
            // Several at once are one.
        }

        return asked;
    }

    public void Dispose()
    {
        reloads.Dispose();
        stop.Dispose();
    }
}
