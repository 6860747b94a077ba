namespace Saker.Detector.Following;

/// <summary>
/// Looks at one source: soon after the start, then once in its interval, and sooner after a failure. What is new is handed on, and is
/// kept once it was found good. One look at a time; <see cref="State"/> is for any thread.
/// </summary>
internal sealed class RulesFollower : IDisposable
{
    private const double Jitter = 0.1;
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestFirstWait = TimeSpan.FromMinutes(1);

    private readonly FollowedSource source;
    private readonly IRulesFetcher fetcher;
    private readonly TimeProvider clock;
    private readonly Random random;
    private readonly ILogger logger;
    private volatile FollowedState state;
    private int failures;
    private string refusedDigest = "";

    /// <param name="source">The source; disposed with this.</param>
    /// <param name="clock">The time.</param>
    /// <param name="random">Spreads the looks of many detectors.</param>
    /// <param name="logger">Told what was fetched, and what not.</param>
    public RulesFollower(FollowedSource source, TimeProvider clock, Random random, ILogger logger)
    {
        this.source = source;
        this.clock = clock;
        this.random = random;
        this.logger = logger;
        fetcher = source.Connect(clock);
        var kept = source.Cache.Read();
        state = new FollowedState
        {
            Name = source.Name,
            Source = source.Source.Display,
            Digest = kept?.Digest ?? "",
            Fetched = kept?.Fetched,
            IsSigned = source.IsSigned,
            NextLook = clock.GetUtcNow() + (Shorter(source.Interval, LongestFirstWait) * random.NextDouble()),
        };
    }

    /// <summary>What it is called.</summary>
    public string Name => source.Name;

    /// <summary>How it does.</summary>
    public FollowedState State => state;

    /// <summary>Whether nothing usable of it is kept.</summary>
    public bool IsMissing => state.Digest.Length == 0;

    /// <summary>When it is to be looked at.</summary>
    public DateTimeOffset Due => state.NextLook ?? DateTimeOffset.MinValue;

    private string Kept => IsMissing ? "There are none of it on disk." : "The last good ones stay in use.";

    /// <summary>What is new and must be tried with the other rules; null when there is nothing to do. What went wrong is told and counted.</summary>
    public async Task<StagedRules?> LookAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        try
        {
            var kept = source.Cache.Read();
            var fetched = await fetcher.FetchAsync(kept?.Digest ?? "", kept?.Tag ?? "", cancellationToken);
            if (fetched is null)
            {
                FollowMessages.Unchanged(logger, Name, state.Source);
                Succeed(state with { Digest = kept!.Digest, Fetched = kept.Fetched, Unchanged = state.Unchanged + 1 }, now);
                return null;
            }

            if (fetched.Digest == refusedDigest)
            {
                state = state with { Looked = now, NextLook = now + Spread(source.Interval), Refused = state.Refused + 1 };
                return null; // nothing has changed since it was refused, and it was told then
            }

            var staged = source.Cache.Stage(fetched);
            FollowMessages.Fetched(logger, Name, state.Source, fetched.Digest, source.IsSigned ? "its signature is good" : "nobody's signature is asked for");
            return staged;
        }
        catch (RulesSourceException exception)
        {
            Fail(exception.Message, exception.IsRefusal, now);
            return null;
        }
    }

    /// <summary>What was new is in use, and is kept from now on.</summary>
    public void Take(StagedRules staged)
    {
        var now = clock.GetUtcNow();
        try
        {
            source.Cache.Commit(staged, now);
            refusedDigest = "";
            Succeed(state with { Digest = staged.Digest, Fetched = now, Taken = state.Taken + 1 }, now);
        }
        catch (RulesSourceException exception)
        {
            Fail(exception.Message, isRefusal: false, now);
        }
    }

    /// <summary>What was new does not work with the other rules.</summary>
    /// <param name="staged">What was new.</param>
    /// <param name="reason">Why.</param>
    public void Refuse(StagedRules staged, string reason)
    {
        refusedDigest = staged.Digest;
        Fail(reason, isRefusal: true, clock.GetUtcNow());
    }

    /// <summary>It took too long to answer.</summary>
    public void GiveUp(TimeSpan patience) => Fail($"No answer came within {patience.TotalSeconds:0} s.", isRefusal: false, clock.GetUtcNow());

    /// <summary>The other rules have changed: what was refused is tried again.</summary>
    public void Reconsider()
    {
        if (refusedDigest.Length > 0)
        {
            refusedDigest = "";
            state = state with { NextLook = clock.GetUtcNow() };
        }
    }

    /// <summary>Whether this follows a source, under the same key and in the same way.</summary>
    public bool Follows(FollowedSource other) => source.IsSame(other);

    public void Dispose()
    {
        fetcher.Dispose();
        source.Dispose();
    }

    private void Succeed(FollowedState next, DateTimeOffset now)
    {
        if (state.Trouble is not null)
        {
            FollowMessages.Recovered(logger, Name, state.Source);
        }

        failures = 0;
        state = next with { Looked = now, Succeeded = now, NextLook = now + Spread(source.Interval), Trouble = null };
    }

    private void Fail(string reason, bool isRefusal, DateTimeOffset now)
    {
        // A signature may come a moment after what it signs, so that a refusal is looked at again soon, too.
        var pause = Spread(Shorter(source.Interval, FirstPause * Math.Pow(2, Math.Min(failures++, 20))));
        if (state.Trouble != reason)
        {
            if (isRefusal)
            {
                FollowMessages.Refused(logger, Name, state.Source, reason, Kept);
            }
            else
            {
                FollowMessages.Unreachable(logger, Name, state.Source, reason, Kept, pause.TotalSeconds);
            }
        }

        state = state with
        {
            Looked = now,
            NextLook = now + pause,
            Trouble = reason,
            Refused = state.Refused + (isRefusal ? 1 : 0),
            Unreachable = state.Unreachable + (isRefusal ? 0 : 1),
        };
    }

    private TimeSpan Spread(TimeSpan time) => time * (1 - Jitter + (2 * Jitter * random.NextDouble()));

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
