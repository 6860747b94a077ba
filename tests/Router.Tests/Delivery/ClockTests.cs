using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Polly.CircuitBreaker;
using Saker.Outputs;
using Saker.Router.Delivery;
using Saker.Router.Log;
using Saker.Router.Tests.Log;
using static Saker.Router.Tests.Delivery.DeliveryRig;

namespace Saker.Router.Tests.Delivery;

/// <summary>What depends on time: jumps of the clock, saving, waiting.</summary>
public sealed class ClockTests
{
    private readonly CrashableFiles files = new();

    [Theory]
    [InlineData(1000)]
    [InlineData(-1000)]
    public async Task A_jump_of_the_clock_gives_up_nothing_and_is_said_once(int hours)
    {
        var down = true;
        var output = new ScriptedOutput((_, _) => down ? DeliveryResult.Retry("503") : DeliveryResult.Delivered);
        var clock = new JumpingClock(TimeProvider.System);
        var lines = new LogLines();
        await using var rig = Open(files, clock, Quick, new SegmentLogOptions { SegmentBytes = 4 << 10 }, lines, Instance("a", output));
        await LogFixture.FillAsync(rig.Log, 40);
        clock.Jump(TimeSpan.FromHours(hours));
        await LogFixture.FillAsync(rig.Log, 40);
        var before = output.AttemptsFor(0);
        await UntilAsync(() => lines.Lines.Any(static line => line.Id is 3118 or 3119) && output.AttemptsFor(0) > before + 3, "the jump seen, and more attempts");
        Assert.InRange(rig.Engine.Status[0].OldestAge, TimeSpan.Zero, TimeSpan.FromMinutes(10));
        down = false;
        await rig.StopAsync();
        Assert.Equal(Enumerable.Range(0, 80).Select(static i => (long)i), output.Delivered);
        Assert.Equal((0, 0), (rig.DeadLetters.Count, rig.Engine.Status[0].Counters.CutLoose));
        Assert.Single(lines.Lines, line => line.Id == (hours > 0 ? 3118 : 3119));
    }

    [Fact]
    public async Task A_crash_repeats_no_more_than_what_was_delivered_since_the_last_save()
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 11, 24, 10, 0, 0, TimeSpan.Zero));
        var output = new ScriptedOutput();
        var options = Quick with { SaveInterval = TimeSpan.FromMilliseconds(250) };
        await using (var rig = Open(files, clock, options, null, new LogLines(), Instance("a", output)))
        {
            await LogFixture.FillAsync(rig.Log, 20);
            await UntilAsync(() => rig.Engine.Status[0].Depth == 0, "twenty delivered");
            clock.Advance(options.SaveInterval);
            await UntilAsync(() => new CursorStore(files, "/data/cursors", NullLogger.Instance).Load() is [{ Low: 20 }], "the position saved");
            await LogFixture.FillAsync(rig.Log, 5);
            await UntilAsync(() => rig.Engine.Status[0].Depth == 0, "five more delivered");
            files.Crash(new Random(1));
        }

        await using var again = Open(files, clock, options, null, new LogLines(), Instance("a", output));
        await UntilAsync(() => again.Engine.Status[0].Depth == 0, "all delivered");
        Assert.Equal(Enumerable.Range(0, 25).Select(static number => (long)number), output.Delivered.Take(25));

        // A tick that was due at the same time as the save may still have saved the five.
        Assert.Subset(new HashSet<long> { 20, 21, 22, 23, 24 }, output.Delivered.Skip(25).ToHashSet());
        Assert.InRange(output.Delivered.Count, 25, 30);
    }

    [Theory]
    [InlineData(7200, 15 * 60, "two hours are believed up to fifteen minutes")]
    [InlineData(60, 60, "a minute is believed, though it is longer than any wait of ours")]
    [InlineData(0, 0, "at once is not believed: ours applies, of which jitter may leave little")]
    public async Task The_wait_that_a_destination_asks_for_is_bounded(double asked, double least, string why)
    {
        var clock = new FakeTimeProvider();
        var attempts = 0;
        var pipeline = DeliveryPipeline.Build("a", new DeliveryOptions { FirstDelay = TimeSpan.FromSeconds(2) }, TimeSpan.FromHours(1), clock, new CircuitBreakerStateProvider());
        var running = pipeline.ExecuteAsync(
            _ => new ValueTask<AttemptOutcome>(++attempts == 1 ? new AttemptOutcome(true, true, TimeSpan.FromSeconds(asked)) : default), TestContext.Current.CancellationToken).AsTask();
        clock.Advance(TimeSpan.FromSeconds(least * 0.99));
        Assert.Equal((1, why), (attempts, why));
        clock.Advance(TimeSpan.FromSeconds(least + 3));
        await running;
        Assert.Equal(2, attempts);
    }

    [Fact]
    public async Task Outputs_that_fail_together_do_not_come_again_together()
    {
        var clock = new FakeTimeProvider();
        var running = Enumerable.Range(0, 64).Select(_ =>
        {
            var attempts = 0;
            return DeliveryPipeline.Build("a", new DeliveryOptions { FirstDelay = TimeSpan.FromSeconds(1) }, TimeSpan.FromHours(1), clock, new CircuitBreakerStateProvider()).ExecuteAsync(
                _ => new ValueTask<AttemptOutcome>(++attempts == 1 ? new AttemptOutcome(true, true, null) : default), TestContext.Current.CancellationToken).AsTask();
        }).ToList();
        clock.Advance(TimeSpan.FromSeconds(0.99));
        Assert.Contains(running, static task => task.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(0.02));
        Assert.Contains(running, static task => !task.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(10));
        await Task.WhenAll(running);
    }

    [Fact]
    public void A_destination_that_takes_every_other_alert_fills_no_log()
    {
        var clock = new FakeTimeProvider();
        var lines = new LogLines();
        var health = new OutputHealth("a", clock, lines);
        for (var i = 0; i < 600; i++)
        {
            health.Failed(i % 2 == 0 ? "500" : "502");
            Assert.NotNull(health.LastError);
            health.Succeeded();
            Assert.Null(health.LastError);
            clock.Advance(TimeSpan.FromMilliseconds(200));
        }

        // Two minutes: it begins twice to speak, and says each time that it is over.
        Assert.Equal([3100, 3102, 3100, 3102], lines.Lines.Select(static line => line.Id));
        Assert.Contains("after 300 failed attempts", lines.Lines.Last().Text, StringComparison.Ordinal);

        // A trouble that stays is said after all.
        for (var i = 0; i < 5; i++)
        {
            health.Failed("500");
            clock.Advance(TimeSpan.FromSeconds(30));
        }

        Assert.Equal(3100, lines.Lines.Last().Id);
        Assert.Equal(5, lines.Lines.Count);
    }

    [Fact]
    public async Task A_full_backlog_refuses_until_the_output_has_caught_up_and_gives_up_nothing()
    {
        var output = new ScriptedOutput { Hold = new TaskCompletionSource() };
        var lines = new LogLines();
        var options = Quick with { BacklogBytes = 100_000, RefuseWhenFull = true };
        await using (var rig = Open(files, options, new SegmentLogOptions { SegmentBytes = 32 << 10 }, lines, Instance("a", output), Instance("b", new ScriptedOutput())))
        {
            Assert.Null(rig.Engine.Full);
            await LogFixture.FillAsync(rig.Log, 500);
            await UntilAsync(() => rig.Engine.Full == "a", "a full backlog");
        }

        // It is known before the first alert is taken.
        await using var again = Open(files, options, new SegmentLogOptions { SegmentBytes = 32 << 10 }, lines, Instance("a", output));
        Assert.Equal("a", again.Engine.Full);
        output.Hold.SetResult();
        await UntilAsync(() => again.Engine.Full is null, "room");
        await again.StopAsync();
        Assert.Equal(500, output.Delivered.Distinct().Count());
        Assert.Equal(0, again.Engine.Status[0].Counters.CutLoose);
        Assert.Equal([3116, 3116, 3117], lines.Lines.Select(static line => line.Id).Where(static id => id is 3116 or 3117));
    }
}
