namespace Saker.Router.Reload;

/// <summary>
/// Looks at files once a second by their content, which also sees the links of a ConfigMap being exchanged and needs no support of the
/// file system. A change is told when two looks in a row saw the same: whoever writes has finished.
/// </summary>
/// <param name="present">A text that changes with the files.</param>
/// <param name="loaded">The same text as of the last reading.</param>
/// <param name="changed">Called once for each change.</param>
/// <param name="clock">The clock.</param>
internal sealed class FileWatch(Func<string> present, Func<string> loaded, Action changed, TimeProvider clock)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>Looks until the token ends; while <paramref name="isOn"/> says no, changes are left alone.</summary>
    public async Task RunAsync(Func<bool> isOn, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        var last = loaded();
        var told = last;
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                if (!isOn())
                {
                    continue;
                }

                var now = present();
                if (now == loaded())
                {
                    told = now;
                }
                else if (now == last && now != told)
                {
                    told = now;
                    changed();
                }

                last = now;
            }
        }
        catch (OperationCanceledException)
        {
            // The router stops.
        }
    }
}
