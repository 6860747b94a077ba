using Saker.Detector.Configuration;
using Saker.Detector.Engine;
using Saker.Settings;

namespace Saker.Detector.Hosting;

/// <summary>
/// Reads configuration and rules again while the detector watches: when it is asked to (SIGHUP), and when their files change
/// (<c>watch_config_files</c>). What has mistakes is told, and what was in use before stays so.
/// </summary>
/// <param name="control">Who asks.</param>
/// <param name="read">Reads the configuration.</param>
/// <param name="given">Rule files of the command line.</param>
/// <param name="logger">Told everything.</param>
internal sealed class PlanReloader(HostControl control, Func<DetectorConfiguration> read, IReadOnlyList<string> given, ILogger logger)
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(5);

    private DetectorPlan? ready;

    /// <summary>Whether a new plan waits.</summary>
    public bool IsReady => Volatile.Read(ref ready) is not null;

    /// <summary>The new plan, once.</summary>
    public DetectorPlan? Take() => Interlocked.Exchange(ref ready, null);

    /// <summary>Watches until the token ends it.</summary>
    /// <param name="current">The plan in use.</param>
    /// <param name="stop">Ends it.</param>
    public async Task RunAsync(DetectorPlan current, CancellationToken stop)
    {
        if (!current.IsLive)
        {
            if (await control.WaitForReloadAsync(Timeout.InfiniteTimeSpan, stop))
            {
                EngineMessages.ReplayIsNotReloaded(logger);
            }

            return;
        }

        var known = Fingerprint(current);
        while (true)
        {
            var asked = await control.WaitForReloadAsync(LookInterval, stop);
            var found = asked || current.Configuration.Options.WatchConfigFiles ? Fingerprint(current) : known;
            if (!asked && found == known)
            {
                continue;
            }

            known = found;
            EngineMessages.Rereading(logger, asked ? "asked by a signal" : "their files have changed");
            if (Reread() is not { } next)
            {
                EngineMessages.OldOneKept(logger);
                continue;
            }

            current = next;
            known = Fingerprint(next);
            Volatile.Write(ref ready, next);
        }
    }

    private DetectorPlan? Reread()
    {
        var configuration = read();
        EngineMessages.Tell(logger, configuration.Faults);
        if (configuration.Faults.HasErrors)
        {
            return null;
        }

        if (configuration.Options.Engine.Kind != EngineKind.ModernEbpf)
        {
            EngineMessages.Mistake(logger, "engine.kind: A detector that watches cannot become a replay; start another one for it.");
            return null;
        }

        return DetectorPlan.Of(configuration, given, logger);
    }

    // With the files that are missing: one that comes is a change.
    private string Fingerprint(DetectorPlan plan) =>
        FileFingerprint.Of([.. plan.Configuration.Files, .. RuleFiles.Expand(plan.RulePaths), .. plan.Configuration.AbsentRulePaths(given)]);
}
