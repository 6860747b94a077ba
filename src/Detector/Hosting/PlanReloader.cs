using Saker.Detector.Configuration;
using Saker.Detector.Engine;
using Saker.Detector.Telemetry;
using Saker.Settings;

namespace Saker.Detector.Hosting;

/// <summary>
/// Reads configuration and rules again while the detector watches: when it is asked to (SIGHUP), when their files change
/// (<c>watch_config_files</c>), and when a source of rules has others (<c>rules_follow</c>). What has mistakes is told, and what was in use
/// before stays so.
/// </summary>
/// <param name="control">Who asks.</param>
/// <param name="read">Reads the configuration.</param>
/// <param name="given">Rule files of the command line.</param>
/// <param name="following">The sources of rules.</param>
/// <param name="record">Keeps what became of it.</param>
/// <param name="logger">Told everything.</param>
internal sealed class PlanReloader(
    HostControl control, Func<DetectorConfiguration> read, IReadOnlyList<string> given, RuleFollowing following, ReloadRecord record, ILogger logger)
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
            following.LookIfDue(control.AskReload);
            var asked = await control.WaitForReloadAsync(following.Rest(LookInterval), stop);
            if (following.Take() is { } proposed)
            {
                if (Try(proposed) is { } with)
                {
                    current = with;
                    known = Fingerprint(with);
                    Volatile.Write(ref ready, with);
                    continue;
                }

                // Files may have changed as well, and somebody may have asked: they are looked at without what is not taken.
                asked = false;
            }

            var found = asked || current.Configuration.Options.WatchConfigFiles ? Fingerprint(current) : known;
            if (!asked && found == known)
            {
                continue;
            }

            known = found;
            Begin(asked ? "asked by a signal" : "their files have changed");
            if (await RereadAsync(current, stop) is not { } next)
            {
                continue;
            }

            current = next;
            known = Fingerprint(next);
            following.Reconsider();
            Volatile.Write(ref ready, next);
        }
    }

    private async Task<DetectorPlan?> RereadAsync(DetectorPlan current, CancellationToken stop)
    {
        var faults = new KeptFaults(logger);
        var next = Configuration(faults) is { } configuration ? await following.PlanAsync(configuration, current, faults, stop) : null;
        return Judged(next, faults);
    }

    private DetectorPlan? Try(ProposedRules proposed)
    {
        Begin($"the source of the rules '{proposed.Follower.Name}' has others");
        var faults = new KeptFaults(logger);
        if (Configuration(faults) is { } configuration)
        {
            return Judged(following.Try(configuration, proposed, faults), faults);
        }

        proposed.Follower.Refuse(proposed.Staged, "They could not be tried, for the configuration has mistakes.");
        return Judged(null, faults);
    }

    private void Begin(string cause)
    {
        record.Begins(cause);
        EngineMessages.Rereading(logger, cause);
    }

    private DetectorPlan? Judged(DetectorPlan? next, KeptFaults faults)
    {
        if (next is null)
        {
            record.IsRefused(faults.Sentences);
            EngineMessages.OldOneKept(logger);
        }

        return next;
    }

    private DetectorConfiguration? Configuration(ILogger told)
    {
        var configuration = read();
        EngineMessages.Tell(told, configuration.Faults);
        if (configuration.Faults.HasErrors)
        {
            return null;
        }

        if (!configuration.Options.Engine.IsLive)
        {
            EngineMessages.Mistake(told, "engine.kind: A detector that watches cannot become a replay; start another one for it.");
            return null;
        }

        return configuration;
    }

    // With the files that are missing: one that comes is a change.
    private string Fingerprint(DetectorPlan plan)
    {
        try
        {
            return FileFingerprint.Of([plan.Configuration.File, .. plan.Configuration.Includes.SelectMany(ConfigIncludes.Expand), .. RuleFiles.Expand(plan.RulePaths), .. plan.Configuration.AbsentRulePaths(given)]);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return ""; // a folder that cannot be listed, or went meanwhile: to read anew tells what is wrong
        }
    }
}
