using Microsoft.Extensions.Logging.Abstractions;
using Saker.Detector.Configuration;
using Saker.Detector.Following;

namespace Saker.Detector.Hosting;

/// <summary>Rules of a source that are to be tried with all others.</summary>
/// <param name="Follower">Who follows the source.</param>
/// <param name="Staged">What was fetched.</param>
internal sealed record ProposedRules(RulesFollower Follower, StagedRules Staged);

/// <summary>
/// The sources of rules that a configuration names, and plans with what they have. All but <see cref="States"/> is for one task at a time:
/// the start, then the reloader. One source is looked at at a time, beside that task.
/// </summary>
/// <param name="given">Rule files of the command line; with any, no source is followed.</param>
/// <param name="clock">The time.</param>
/// <param name="logger">Told everything.</param>
internal sealed class RuleFollowing(IReadOnlyList<string> given, TimeProvider clock, ILogger logger) : IAsyncDisposable
{
    // A start, and a reload, wait no longer for a source that does not answer.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private volatile List<RulesFollower> followers = []; // exchanged as a whole, and never changed
    private CancellationTokenSource looking = new();
    private Task look = Task.CompletedTask;
    private ProposedRules? proposal;

    /// <summary>How the sources do.</summary>
    public IReadOnlyList<FollowedState> States => [.. followers.Select(static follower => follower.State)];

    /// <summary>A configuration's plan. Sources of which nothing is kept are asked first; what they have is kept when it is good.</summary>
    /// <param name="configuration">A configuration without mistakes.</param>
    /// <param name="current">The plan in use; null at the start.</param>
    /// <param name="told">Told everything about it.</param>
    /// <param name="stop">Ends it.</param>
    /// <returns>The plan; null after mistakes, which were then told.</returns>
    public async Task<DetectorPlan?> PlanAsync(DetectorConfiguration configuration, DetectorPlan? current, ILogger told, CancellationToken stop)
    {
        await UseAsync(configuration);
        var staged = new List<ProposedRules>();
        foreach (var follower in followers.Where(static follower => follower.IsMissing))
        {
            if (await LookAsync(follower, stop) is { } found)
            {
                staged.Add(new ProposedRules(follower, found));
            }
            else if (current?.Configuration.Followed.Any(followed => followed.Name == follower.Name && followed.Files.Count > 0) == true)
            {
                // Under another key, say, nothing is proven any more of what was good under the old one.
                Engine.EngineMessages.Mistake(told, $"rules_follow: The rules '{follower.Name}' as they are configured now cannot be had: {follower.State.Trouble}");
                return null;
            }
        }

        return staged.Count == 0 ? DetectorPlan.Of(configuration, given, told) : Together(configuration, staged, told) ?? OneByOne(configuration, staged, told);
    }

    /// <summary>A configuration's plan with proposed rules; null when they are not taken, which was then told.</summary>
    /// <param name="configuration">A configuration without mistakes.</param>
    /// <param name="proposed">The rules.</param>
    /// <param name="told">Told everything about it.</param>
    public DetectorPlan? Try(DetectorConfiguration configuration, ProposedRules proposed, KeptFaults told)
    {
        if (Together(configuration, [proposed], told) is { } plan)
        {
            return plan;
        }

        var isTheirs = DetectorPlan.Of(configuration, given, NullLogger.Instance) is not null;
        proposed.Follower.Refuse(proposed.Staged, isTheirs ? $"They have mistakes, or do not go with the other rules. {told.First}" : "They could not be tried, for the other rules have mistakes.");
        return null;
    }

    /// <summary>Looks at all sources once, one after the other, and keeps what goes with the other rules.</summary>
    /// <param name="configuration">A configuration without mistakes.</param>
    /// <param name="stop">Ends it.</param>
    /// <returns>How they do then.</returns>
    public async Task<IReadOnlyList<FollowedState>> LookOnceAsync(DetectorConfiguration configuration, CancellationToken stop)
    {
        await UseAsync(configuration);
        var staged = new List<ProposedRules>();
        foreach (var follower in followers)
        {
            if (await LookAsync(follower, stop) is { } found)
            {
                staged.Add(new ProposedRules(follower, found));
            }
        }

        if (staged.Count > 0 && Together(configuration, staged, logger) is null)
        {
            OneByOne(configuration, staged, logger);
        }

        return States;
    }

    /// <summary>Begins to look at a source whose time has come.</summary>
    /// <param name="found">Called when it has something new, which <see cref="Take"/> then gives.</param>
    public void LookIfDue(Action found)
    {
        if (look.IsCompleted && Volatile.Read(ref proposal) is null && Next is { } follower && follower.Due <= clock.GetUtcNow())
        {
            var token = looking.Token;
            look = Task.Run(() => LookAndTellAsync(follower, found, token), CancellationToken.None);
        }
    }

    /// <summary>How long nothing is to be done, at most <paramref name="longest"/>.</summary>
    public TimeSpan Rest(TimeSpan longest)
    {
        var rest = look.IsCompleted && Next is { } follower ? follower.Due - clock.GetUtcNow() : longest;
        return rest < TimeSpan.Zero ? TimeSpan.Zero : rest < longest ? rest : longest;
    }

    /// <summary>What was found, once.</summary>
    public ProposedRules? Take() => Interlocked.Exchange(ref proposal, null);

    /// <summary>Other rules or settings are in use: what did not go with those before may go with these.</summary>
    public void Reconsider()
    {
        foreach (var follower in followers)
        {
            follower.Reconsider();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopLookingAsync();
        Release(followers);
        looking.Dispose();
    }

    private RulesFollower? Next => followers.MinBy(static follower => follower.Due);

    private static void Release(IEnumerable<RulesFollower> gone)
    {
        foreach (var follower in gone)
        {
            follower.Dispose();
        }
    }

    /// <summary>Follows what a configuration names; who serves it already goes on.</summary>
    private async Task UseAsync(DetectorConfiguration configuration)
    {
        if (configuration.Options.RulesFollow.Sources.Count + followers.Count == 0)
        {
            return;
        }

        if (given.Count > 0)
        {
            FollowMessages.LeftAlone(logger);
            return;
        }

        await StopLookingAsync();
        var before = followers;
        var next = new List<RulesFollower>();
        foreach (var source in FollowedSource.Of(configuration, static (_, _) => { }))
        {
            if (before.FirstOrDefault(follower => follower.Follows(source)) is { } same)
            {
                source.Dispose();
                next.Add(same);
            }
            else
            {
                next.Add(new RulesFollower(source, clock, Random.Shared, logger));
            }
        }

        followers = next;
        Release(before.Except(next));
    }

    private async Task<StagedRules?> LookAsync(RulesFollower follower, CancellationToken stop)
    {
        using var limit = new CancellationTokenSource(Patience, clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stop);
        try
        {
            return await follower.LookAsync(both.Token);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            follower.GiveUp(Patience);
            return null;
        }
    }

    private async Task LookAndTellAsync(RulesFollower follower, Action found, CancellationToken cancellationToken)
    {
        try
        {
            if (await follower.LookAsync(cancellationToken) is { } staged)
            {
                Volatile.Write(ref proposal, new ProposedRules(follower, staged));
                found();
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The detector stops, or other sources are followed.
        }
    }

    private async Task StopLookingAsync()
    {
        await looking.CancelAsync();
        await look;
        looking.Dispose();
        looking = new CancellationTokenSource();
        Take(); // it will be found again
    }

    private DetectorPlan? Together(DetectorConfiguration configuration, List<ProposedRules> all, ILogger told)
    {
        if (DetectorPlan.Of(all.Aggregate(configuration, With), given, told) is not { } plan)
        {
            return null;
        }

        foreach (var (follower, staged) in all)
        {
            follower.Take(staged);
        }

        return plan;
    }

    // The one that is broken must not keep out the others.
    private DetectorPlan? OneByOne(DetectorConfiguration configuration, List<ProposedRules> all, ILogger told)
    {
        DetectorPlan? plan = null;
        foreach (var proposed in all)
        {
            var faults = new KeptFaults(told);
            if (Together(With(configuration, proposed), [], faults) is { } good)
            {
                (plan, configuration) = (good, good.Configuration);
                proposed.Follower.Take(proposed.Staged);
            }
            else
            {
                proposed.Follower.Refuse(proposed.Staged, $"They have mistakes, or do not go with the other rules. {faults.First}");
            }
        }

        return plan ?? DetectorPlan.Of(configuration, given, told);
    }

    private static DetectorConfiguration With(DetectorConfiguration configuration, ProposedRules proposed) =>
        configuration.WithFollowed(proposed.Follower.Name, proposed.Staged.Files);
}
