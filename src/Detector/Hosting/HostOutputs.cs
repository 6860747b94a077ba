using System.Globalization;
using Saker.Detector.Configuration;
using Saker.Detector.Engine;
using Saker.Detector.Outputs;

namespace Saker.Detector.Hosting;

/// <summary>The outputs in use, and what was left unwritten by them and by those before.</summary>
internal sealed class HostOutputs(TimeProvider clock, ILogger logger)
{
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(5);
    private static readonly CancellationToken AtOnce = new(canceled: true);

    private readonly SortedDictionary<string, long> unwritten = new(StringComparer.Ordinal);
    private long kept;

    /// <summary>The outputs.</summary>
    public IReadOnlyList<OutputQueue> Present { get; private set; } = [];

    /// <summary>Makes the first ones.</summary>
    /// <param name="configuration">Which there are.</param>
    /// <param name="stop">The detector's stop.</param>
    /// <exception cref="IOException">One of them cannot be used.</exception>
    public void Begin(DetectorConfiguration configuration, CancellationToken stop)
    {
        Present = OutputAssembly.Create(configuration, clock, logger, stop);
        if (Present.Count == 0)
        {
            EngineMessages.NoOutput(logger);
        }
    }

    /// <summary>Puts others in place. When they cannot be used, those before stay.</summary>
    /// <param name="configuration">Which there are.</param>
    /// <param name="stop">The detector's stop.</param>
    /// <exception cref="IOException">One of them cannot be used.</exception>
    public async Task ReplaceAsync(DetectorConfiguration configuration, CancellationToken stop)
    {
        var begin = OutputAssembly.Prepare(configuration, clock, logger);
        // They may want the same port and the same folder.
        await CountUnwrittenAsync(AtOnce);
        kept = 0; // what lies on disk, the new ones send
        await EndAsync();
        Present = begin(stop);
    }

    /// <summary>Opens anew what they write to.</summary>
    public void Reopen()
    {
        EngineMessages.Reopened(logger);
        foreach (var output in Present)
        {
            output.Reopen();
        }
    }

    /// <summary>Writes what waits, and says what came of the run. True when every alert was written.</summary>
    /// <param name="events">Events of the run.</param>
    /// <param name="alerts">Alerts of the run.</param>
    /// <param name="lost">Events that were lost.</param>
    /// <param name="isAtOnce">Whether no more than the patience of a stop is had with them.</param>
    /// <param name="stop">The detector's stop, which ends all longer patience.</param>
    public async Task<bool> CloseAsync(long events, long alerts, long lost, bool isAtOnce, CancellationToken stop)
    {
        var until = isAtOnce ? AtOnce : stop;
        await using (until.Register(() => EngineMessages.Stopping(logger, StopPatience.TotalSeconds)))
        {
            await CountUnwrittenAsync(until);
        }

        var sum = unwritten.Values.Sum();
        var byOutput = sum == 0 ? "" : $" ({string.Join(", ", unwritten.Where(static pair => pair.Value > 0).Select(static pair => string.Create(CultureInfo.InvariantCulture, $"{pair.Key}: {pair.Value}")))})";
        EngineMessages.Stopped(logger, events, alerts, lost, sum, byOutput);
        return sum == 0 && kept == 0;
    }

    /// <summary>Disposes of them; what still waits in memory is gone.</summary>
    public async Task EndAsync()
    {
        foreach (var output in Present)
        {
            await output.DisposeAsync();
        }
    }

    private async Task CountUnwrittenAsync(CancellationToken until)
    {
        var left = await Task.WhenAll(Present.Select(queue => queue.StopAsync(StopPatience, until)));
        foreach (var (queue, count) in Present.Zip(left))
        {
            kept += queue.Kept;
            unwritten[queue.Name] = unwritten.GetValueOrDefault(queue.Name) + count + queue.Dropped + queue.Failed;
        }
    }
}
