using Microsoft.Extensions.Time.Testing;
using Saker.Outputs;
using Saker.Router.Delivery;
using Saker.Router.Tests.Log;
using static Saker.Router.Tests.Delivery.DeliveryRig;

namespace Saker.Router.Tests.Delivery;

/// <summary>A wrong token or address uses no alert up: the output waits, says so, and goes on when it is mended.</summary>
public sealed class BlockedTests
{
    private static readonly DeliveryOptions Often = Quick with { FirstBlockedDelay = TimeSpan.FromMilliseconds(2), MaxBlockedDelay = TimeSpan.FromMilliseconds(10) };
    private static readonly DeliveryOptions Seldom = Quick with { FirstBlockedDelay = TimeSpan.FromHours(1), MaxBlockedDelay = TimeSpan.FromHours(1) };

    private readonly CrashableFiles files = new();
    private volatile bool isMended;

    [Theory]
    [InlineData(1, 1)]
    [InlineData(4, 1)]
    [InlineData(1, 10)]
    public async Task Nothing_is_given_up_and_all_goes_on_when_it_is_mended(int concurrency, int maxBatch)
    {
        var output = Wrong();
        var lines = new LogLines();
        await using var rig = Open(files, Often, null, lines, Instance("a", output, concurrency, maxBatch));
        await LogFixture.FillAsync(rig.Log, 60);
        await UntilAsync(() => output.AttemptsFor(0) > 20, "tried now and then");
        var status = rig.Engine.Status[0];
        Assert.Equal((false, true, "status 403", 60L, 0L), (status.IsHealthy, status.BlockedSince is not null, status.LastError, status.Depth, status.Counters.DeadLetters));
        Assert.Single(lines.Lines, static line => line.Id == 3122);
        isMended = true;
        await UntilAsync(() => output.Count() == 60, "all delivered");
        Assert.Equal(Enumerable.Range(0, 60).Select(static i => (long)i), concurrency == 1 ? output.Delivered : output.Delivered.Order());
        status = rig.Engine.Status[0];
        Assert.Equal((true, true, 0L), (status.IsHealthy, status.BlockedSince is null, status.Counters.DeadLetters));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task Alerts_are_tried_seldom_meanwhile_and_at_once_when_the_configuration_is_read_again(int concurrency)
    {
        var output = Wrong();
        var instance = Instance("a", output, concurrency);
        await using var rig = Open(files, Seldom, instance);
        await LogFixture.FillAsync(rig.Log, 60);
        await UntilAsync(() => rig.Engine.Status[0].BlockedSince is not null, "blocked");
        await Task.Delay(100, TestContext.Current.CancellationToken);
        Assert.InRange(rig.Engine.Status[0].Counters.Attempts, 1, concurrency);
        isMended = true;
        await rig.Engine.ApplyAsync([instance], static _ => ValueTask.CompletedTask);
        await UntilAsync(() => output.Count() == 60, "all delivered");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task One_alert_that_alone_is_refused_is_given_up_and_the_others_get_through(int concurrency)
    {
        var output = new ScriptedOutput(static (number, _) => number == 7 ? DeliveryResult.Blocked("status 403") : DeliveryResult.Delivered);
        await using var rig = Open(files, Often, Instance("a", output, concurrency));
        await LogFixture.FillAsync(rig.Log, 200);
        await UntilAsync(() => rig.DeadLetters.Count == 1 && output.Count() == 199, "one dead letter");
        Assert.Equal("rejected", Assert.Single(rig.DeadLetters.List()).Reason);
        var others = Enumerable.Range(0, 200).Where(static i => i != 7).Select(static i => (long)i);
        Assert.Equal(others, concurrency == 1 ? output.Delivered : output.Delivered.Order());
        Assert.InRange(output.AttemptsFor(7), Often.MaxBlocked, 100);
    }

    [Fact]
    public async Task The_next_alert_for_the_output_may_be_far_behind_the_refused_one()
    {
        var output = new ScriptedOutput(static (number, _) => number == 0 ? DeliveryResult.Blocked("status 403") : DeliveryResult.Delivered);
        await using var rig = Open(files, Often, Instance("a", output, filter: static alert => alert.Rule is "0" or "1999"));
        await LogFixture.FillAsync(rig.Log, 2000);
        await UntilAsync(() => rig.DeadLetters.Count == 1 && output.Count() == 1, "given up");
        Assert.Equal([1999], output.Delivered);
    }

    [Fact]
    public async Task A_last_alert_that_is_refused_waits_for_the_next_to_show_whose_fault_it_is()
    {
        var output = new ScriptedOutput(static (number, _) => number == 2 ? DeliveryResult.Blocked("status 404") : DeliveryResult.Delivered);
        await using var rig = Open(files, Often, Instance("a", output));
        await LogFixture.FillAsync(rig.Log, 3);
        await UntilAsync(() => output.AttemptsFor(2) > 10, "tried");
        Assert.Equal(0, rig.DeadLetters.Count);
        await LogFixture.FillAsync(rig.Log, 1);
        await UntilAsync(() => rig.DeadLetters.Count == 1 && output.Count() == 3, "given up");
    }

    [Fact]
    public async Task What_a_stop_finds_blocked_is_delivered_after_the_next_start()
    {
        var output = Wrong();
        await using (var rig = Open(files, Often with { DrainTimeout = TimeSpan.FromMilliseconds(100) }, Instance("a", output)))
        {
            await LogFixture.FillAsync(rig.Log, 10);
            await rig.StopAsync();
        }

        isMended = true;
        await using var again = Open(files, Often, Instance("a", output));
        await UntilAsync(() => output.Count() == 10, "all delivered");
        Assert.Equal(0, again.DeadLetters.Count);
    }

    [Fact]
    public async Task The_waits_double_to_their_bound_and_end_with_the_block()
    {
        var clock = new FakeTimeProvider();
        using var block = new OutputBlock(new DeliveryOptions(), clock);
        Assert.False(await block.EnterAsync(TestContext.Current.CancellationToken));
        block.Refused(inTurn: false);
        block.Refused(inTurn: false); // was under way: the wait is not longer for it
        foreach (var seconds in (int[])[5, 10, 20, 40, 80, 160, 300, 300])
        {
            var entering = block.EnterAsync(TestContext.Current.CancellationToken).AsTask();
            clock.Advance(TimeSpan.FromSeconds(seconds - 1));
            Assert.False(entering.IsCompleted);
            clock.Advance(TimeSpan.FromSeconds(1));
            Assert.True(await entering);
            block.Refused(inTurn: true);
            block.Leave();
        }

        var waiting = Enumerable.Range(0, 3).Select(_ => block.EnterAsync(TestContext.Current.CancellationToken).AsTask()).ToArray();
        block.End();
        Assert.All(await Task.WhenAll(waiting), static inTurn => Assert.False(inTurn));
        Assert.Null(block.Since);
    }

    private ScriptedOutput Wrong() => new((_, _) => isMended ? DeliveryResult.Delivered : DeliveryResult.Blocked("status 403"));
}
