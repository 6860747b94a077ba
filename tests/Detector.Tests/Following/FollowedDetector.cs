using Microsoft.Extensions.Logging;
using Saker.Detector.Configuration;
using Saker.Detector.Following;
using Saker.Detector.Hosting;
using Saker.Detector.Telemetry;
using Saker.Settings;

namespace Saker.Detector.Tests.Following;

/// <summary>
/// The part of a detector that follows rules and reads them again, without a driver: configuration file, first plan, reloader. What
/// comes into use is taken as the host would take it.
/// </summary>
internal sealed class FollowedDetector : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly HostControl control = new();
    private readonly CancellationTokenSource stop = new();
    private readonly PlanReloader reloader;
    private readonly RuleFollowing following;
    private readonly DetectorPlan? first;
    private Task work = Task.CompletedTask;

    private FollowedDetector(string file, KeptLog log, DetectorPlan? first, RuleFollowing following)
    {
        this.first = first;
        this.following = following;
        Log = log;
        Plan = first;
        Record = new ReloadRecord(TimeProvider.System);
        reloader = new PlanReloader(control, () => Read(file), [], following, Record, log);
    }

    public KeptLog Log { get; }

    /// <summary>What is in use; null when the start failed.</summary>
    public DetectorPlan? Plan { get; private set; }

    public ReloadRecord Record { get; }

    public FollowedState State => following.States[0];

    public IReadOnlyList<FollowedState> States => following.States;

    public IEnumerable<string> Rules => Plan!.Rules.Rules.Select(static rule => rule.Name);

    /// <summary>Starts with a configuration file; it need not come to a plan.</summary>
    public static async Task<FollowedDetector> StartAsync(string file)
    {
        var log = new KeptLog(LogLevel.Debug);
        var configuration = Read(file);
        Assert.False(configuration.Faults.HasErrors, string.Join('\n', configuration.Faults.All));
        var following = new RuleFollowing([], TimeProvider.System, log);
        var plan = await following.PlanAsync(configuration, null, log, TestContext.Current.CancellationToken);
        var detector = new FollowedDetector(file, log, plan, following);
        if (plan is not null)
        {
            detector.work = detector.RunAsync();
        }

        return detector;
    }

    public static DetectorConfiguration Read(string file) => FollowedRules.PutIn(DetectorConfiguration.Load(file, [], EnvironmentVariables.None));

    public void AskReload() => control.AskReload();

    /// <summary>Waits, with what was seen when it does not come.</summary>
    public async Task UntilAsync(Func<bool> condition, string what)
    {
        for (var until = DateTimeOffset.UtcNow + Patience; !condition(); await Task.Delay(20, TestContext.Current.CancellationToken))
        {
            if (reloader.Take() is { } next)
            {
                Plan = next;
                Record.IsInUse();
            }

            Assert.True(DateTimeOffset.UtcNow < until, $"{what} did not come. Trouble: {string.Join(' ', States.Select(static state => state.Trouble))}\n{string.Join('\n', Log.Lines)}");
            Assert.False(work.IsFaulted, work.Exception?.ToString());
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await work;
        await following.DisposeAsync();
        control.Dispose();
        stop.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            await reloader.RunAsync(first!, stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The end.
        }
    }
}
