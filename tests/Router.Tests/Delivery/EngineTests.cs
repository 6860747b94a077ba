using System.Globalization;
using Microsoft.Extensions.Time.Testing;
using Saker.Router.Delivery;
using Saker.Router.Log;
using Saker.Router.Tests.Log;
using static Saker.Router.Tests.Delivery.DeliveryRig;

namespace Saker.Router.Tests.Delivery;

/// <summary>What the engine does for all outputs: where they begin, what is saved and when, what holds the log; time is a fake.</summary>
public sealed class EngineTests : IAsyncDisposable
{
    private static readonly DateTimeOffset Start = new(2026, 11, 24, 10, 0, 0, TimeSpan.Zero);
    private readonly TickingClock clock = new(Start);
    private readonly CrashableFiles files = new();
    private readonly LogLines lines = new();
    private readonly MemoryLog log;
    private readonly MemoryLetters letters = new();
    private readonly CursorStore store;
    private DeliveryEngine? engine;

    public EngineTests()
    {
        log = new MemoryLog(clock);
        store = new CursorStore(files, "/data/cursors", lines);
    }

    public async ValueTask DisposeAsync()
    {
        if (engine is not null)
        {
            await engine.DisposeAsync();
        }
    }

    [Fact]
    public async Task Outputs_begin_where_they_were_and_new_ones_at_the_end_and_the_log_is_moved_past_them()
    {
        log.Add(10);
        store.Save([new("a", "scripted", 7, 7, []), new("b", "other", 2, 30, []), new("c", "scripted", 3, 4, [], 55)]);
        var (a, b, d, e) = (new RuleOutput(), new RuleOutput(), new RuleOutput(), new RuleOutput());
        await BeginAsync(new DeliveryOptions(), Instance("a", a), Instance("b", b), Instance("d", d), Instance("e", e) with { StartFromBeginning = true });
        Assert.Equal([30], log.Advanced);
        await UntilAsync(() => log.Waiting == 4, "all at the end");
        log.Add(1);
        await UntilAsync(() => engine!.Status.All(static status => status.Depth == 0), "all delivered");
        Assert.Equal(("7|8|9|10", "10", "10", "0|1|2|3|4|5|6|7|8|9|10"), (a.Batches, b.Batches, d.Batches, e.Batches));
        Assert.Equal("Output b of type other is not configured any more. Its position is kept for 1h, in case it comes back.", Assert.Single(lines.Lines, static line => line.Id == 3106).Text);
        Assert.Equal(["a scripted 7", "b scripted 10", "d scripted 10", "e scripted 0", "b other 2", "c scripted 3"], store.Load()!.Select(static position => $"{position.Name} {position.Type} {position.Low}"));
        Assert.Equal([0, 0, 0, 0, UnixTime.ToNanoseconds(Start), 55], store.Load()!.Select(static position => position.OrphanedAt));
    }

    [Fact]
    public async Task Without_saved_positions_a_new_output_begins_at_the_end_and_the_log_is_not_moved()
    {
        log.Add(3);
        var output = new RuleOutput();
        await BeginAsync(new DeliveryOptions(), Instance("a", output));
        await UntilAsync(() => log.Waiting == 1, "at the end");
        Assert.Equal((0, ""), (log.Advanced.Count, output.Batches));
    }

    [Fact]
    public async Task With_damaged_positions_every_output_begins_with_the_oldest()
    {
        store.Save([new("a", "scripted", 2, 2, [])]);
        files.Edit("/data/cursors/cursors", static bytes => bytes[..^1]);
        log.Add(3);
        var output = new RuleOutput();
        await BeginAsync(new DeliveryOptions(), Instance("a", output));
        await UntilAsync(() => engine!.Status[0].Depth == 0, "delivered");
        Assert.Equal(("0|1|2", 0), (output.Batches, log.Advanced.Count));
    }

    [Fact]
    public async Task Saves_come_seldomer_to_their_interval_and_upkeep_with_them()
    {
        await BeginAsync(new DeliveryOptions { SaveInterval = TimeSpan.FromSeconds(16) }, Instance("a", new RuleOutput()));
        var done = 0;
        foreach (var seconds in new[] { 1, 2, 4, 8, 16, 16 })
        {
            log.Add(1);
            await UntilAsync(() => engine!.Status[0].Depth == 0, "delivered");
            clock.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromTicks(1));
            Assert.Equal((done, done), (log.Releases(), Saved("a")));
            clock.Advance(TimeSpan.FromTicks(1));
            done++;
            await UntilAsync(() => log.Releases() == done, "upkeep");
            Assert.Equal((done, done), (Saved("a"), log.Released[^1]));
        }
    }

    [Fact]
    public async Task Upkeep_comes_once_a_second_at_most()
    {
        await BeginAsync(new DeliveryOptions { SaveInterval = TimeSpan.FromSeconds(4.8) }, Instance("a", new RuleOutput()));
        foreach (var seconds in new[] { 0.3, 0.6 })
        {
            log.Add(1);
            await UntilAsync(() => engine!.Status[0].Depth == 0, "delivered");
            clock.Advance(TimeSpan.FromSeconds(seconds));
            await UntilAsync(() => Saved("a") == log.Next, "saved");
        }

        // The next saves come 1.2 and 2.4 seconds later, and with them the upkeep.
        clock.Advance(TimeSpan.FromSeconds(1.2));
        await UntilAsync(() => log.Releases() > 0, "upkeep");
        Assert.Equal(1, log.Releases());
    }

    [Fact]
    public async Task What_has_not_changed_is_not_saved_again()
    {
        var writes = 0;
        files.BeforeWrite = path => writes += path.Contains("cursors", StringComparison.Ordinal) ? 1 : 0;
        await BeginAsync(new DeliveryOptions { SaveInterval = TimeSpan.FromSeconds(16) }, Instance("a", new RuleOutput()));
        var first = writes;
        Assert.True(first > 0);
        clock.Advance(TimeSpan.FromSeconds(1));
        await UntilAsync(() => log.Releases() == 1, "upkeep");
        Assert.Equal(first, writes);
    }

    [Fact]
    public async Task A_save_that_fails_is_said_once_and_so_is_its_end()
    {
        await BeginAsync(new DeliveryOptions { SaveInterval = TimeSpan.FromSeconds(16) }, Instance("a", new RuleOutput()));
        files.BeforeWrite = static _ => throw new IOException("The disk is full.");
        log.Add(1);
        await UntilAsync(() => engine!.Status[0].Depth == 0, "delivered");
        await TickAsync(1);
        await TickAsync(2);
        Assert.Equal("The outputs' positions could not be saved: The disk is full. A crash now would deliver again what was delivered since the last save.", Assert.Single(lines.Lines, static line => line.Id == 3109).Text);
        files.BeforeWrite = null;
        await TickAsync(4);
        Assert.Equal(1, Saved("a"));
        await TickAsync(8);
        Assert.Equal([3109, 3110], lines.Lines.Select(static line => line.Id).Where(static id => id is 3109 or 3110));
        files.BeforeWrite = static _ => throw new UnauthorizedAccessException("Not allowed.");
        log.Add(1);
        await UntilAsync(() => engine!.Status[0].Depth == 0, "delivered");
        await TickAsync(16);
        Assert.Equal([3109, 3110, 3109], lines.Lines.Select(static line => line.Id).Where(static id => id is 3109 or 3110));
        files.BeforeWrite = null;
    }

    [Fact]
    public async Task The_position_of_a_removed_output_holds_the_log_for_its_time_to_the_tick()
    {
        log.Add(9);
        store.Save([new("a", "scripted", 8, 8, []), new("gone", "scripted", 2, 8, []), new("long gone", "scripted", 4, 8, [], UnixTime.ToNanoseconds(Start.AddSeconds(-4)))]);
        await BeginAsync(new DeliveryOptions { SaveInterval = TimeSpan.FromSeconds(16), OrphanAfter = TimeSpan.FromSeconds(7) }, Instance("a", new RuleOutput()));
        await UntilAsync(() => engine!.Status[0].Depth == 0, "delivered");
        await TickAsync(1);
        Assert.Equal((2, 0), (log.Released[^1], lines.Lines.Count(static line => line.Id == 3107)));
        await TickAsync(2);
        Assert.Equal("The position of the removed output long gone of type scripted was dropped; it left up to 5 alerts undelivered.", Assert.Single(lines.Lines, static line => line.Id == 3107).Text);
        Assert.Equal(2, log.Released[^1]);
        await TickAsync(4);
        Assert.Equal("The position of the removed output gone of type scripted was dropped; it left up to 7 alerts undelivered.", lines.Lines.Last(static line => line.Id == 3107).Text);
        Assert.Equal((9, 2), (log.Released[^1], lines.Lines.Count(static line => line.Id == 3107)));
        await TickAsync(8);
        Assert.Equal(["a"], store.Load()!.Select(static position => position.Name));
    }

    [Fact]
    public async Task A_release_that_fails_is_said_and_comes_again()
    {
        await BeginAsync(new DeliveryOptions { SaveInterval = TimeSpan.FromSeconds(16) }, Instance("a", new RuleOutput()));
        log.ReleaseFault = new IOException("The disk is gone.");
        await TickAsync(1);
        log.ReleaseFault = new UnauthorizedAccessException("Not allowed.");
        await TickAsync(2);
        await TickAsync(4);
        Assert.Equal(
            ["Upkeep of the alert log failed: The disk is gone. It is tried again.", "Upkeep of the alert log failed: Not allowed. It is tried again."],
            lines.Lines.Where(static line => line.Id == 3115).Select(static line => line.Text));
    }

    [Fact]
    public async Task The_log_is_released_up_to_the_slowest()
    {
        var stuck = new RuleOutput { Hold = new TaskCompletionSource() };
        await BeginAsync(new DeliveryOptions { SaveInterval = TimeSpan.FromSeconds(16) }, Instance("good", new RuleOutput()), Instance("stuck", stuck));
        log.Add(5);
        await UntilAsync(() => engine!.Status[0].Depth == 0 && stuck.Running == 1, "one delivered");
        await TickAsync(1);
        Assert.Equal(0, log.Released[^1]);
        stuck.Hold.SetResult();
        await UntilAsync(() => engine!.Status[1].Depth == 0, "the other delivered");
        await TickAsync(2);
        Assert.Equal(5, log.Released[^1]);
    }

    [Fact]
    public async Task Over_the_bytes_or_the_age_of_its_backlog_an_output_is_cut_loose()
    {
        var stuck = new RuleOutput { Hold = new TaskCompletionSource() };
        await BeginAsync(new DeliveryOptions { SaveInterval = TimeSpan.FromSeconds(16), BacklogBytes = 1000, BacklogAge = TimeSpan.FromMinutes(10) }, Instance("good", new RuleOutput()), Instance("stuck", stuck));
        log.Add(9);
        await UntilAsync(() => engine!.Status[0].Depth == 0 && stuck.Running == 1, "one delivered");
        (log.ByBytes, log.ByTime) = (3, 5);
        await TickAsync(1);
        Assert.Equal(["1000", "09:50:01"], log.Asked);
        Assert.Equal((0, 5), (engine!.Status[0].Counters.CutLoose, engine.Status[1].Counters.CutLoose));
        (log.ByBytes, log.ByTime) = (6, 5);
        await TickAsync(2);
        Assert.Equal(6, engine.Status[1].Counters.CutLoose);
        Assert.Null(engine.Full);
        stuck.Hold.SetResult();
    }

    [Fact]
    public async Task A_paused_output_is_cut_loose_as_any_other_that_lags_behind_and_goes_on_behind_that()
    {
        var output = new RuleOutput();
        await BeginAsync(new DeliveryOptions { SaveInterval = TimeSpan.FromSeconds(16) }, Instance("a", output));
        await UntilAsync(() => log.Waiting == 1, "at the end");
        engine!.Pause("a", "test");
        log.Add(9);
        log.ByBytes = 5;
        await TickAsync(1);
        Assert.Equal((5, 4, ""), (engine.Status[0].Counters.CutLoose, engine.Status[0].Depth, output.Batches));
        engine.Resume("a", "test");
        await UntilAsync(() => engine.Status[0].Depth == 0, "delivered");
        Assert.Equal("5|6|7|8", output.Batches);
    }

    [Fact]
    public async Task A_full_backlog_refuses_until_a_tenth_is_free()
    {
        var (a, b) = (new RuleOutput { Hold = new TaskCompletionSource() }, new RuleOutput { Hold = new TaskCompletionSource() });
        var options = new DeliveryOptions { SaveInterval = TimeSpan.FromSeconds(16), BacklogBytes = 1000, BacklogAge = TimeSpan.FromMinutes(10), RefuseWhenFull = true, AttemptTimeout = TimeSpan.FromHours(1) };
        await BeginAsync(options, Instance("a", a), Instance("b", b), Instance("good", new RuleOutput()));
        Assert.Equal(["1000", "09:50:00"], log.Asked);
        log.Add(9);
        await UntilAsync(() => engine!.Status[2].Depth == 0 && a.Running == 1 && b.Running == 1, "one delivered");
        await TickAsync(1);
        Assert.Null(engine!.Full); // at the bound is not over it
        log.ByBytes = 1;
        await TickAsync(2);
        Assert.Equal("a, b", engine.Full);
        await TickAsync(4);
        Assert.Equal(["900", "09:51:07"], log.Asked.TakeLast(2));
        Assert.Equal("Over their backlog budget: a, b. Alerts are refused (503) until they have caught up, because delivery.whenfull says 'refuse'.", Assert.Single(lines.Lines, static line => line.Id == 3116).Text);
        Assert.Equal(0, engine.Status[0].Counters.CutLoose);
        a.Hold.SetResult();
        await UntilAsync(() => engine.Status[0].Depth == 0, "a has caught up");
        await TickAsync(8);
        Assert.Equal("b", engine.Full);
        b.Hold.SetResult();
        await UntilAsync(() => engine.Status[1].Depth == 0, "b has caught up");
        await TickAsync(16);
        Assert.Null(engine.Full);
        Assert.Equal([3116, 3117], lines.Lines.Select(static line => line.Id).Where(static id => id is 3116 or 3117));
        Assert.Equal(3, log.Asked.Count(static asked => asked == "1000"));
    }

    [Fact]
    public async Task A_stop_says_what_is_left_of_each_output()
    {
        var stuck = new RuleOutput();
        await BeginAsync(new DeliveryOptions(), Instance("good", new RuleOutput()), Instance("stuck", stuck));
        log.Add(2);
        await UntilAsync(() => engine!.Status.All(static status => status.Depth == 0), "both delivered");
        stuck.Hold = new TaskCompletionSource();
        log.Add(5);
        await UntilAsync(() => engine!.Status[0].Depth == 0 && stuck.Running == 1, "one delivered");
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await engine!.StopAsync(now.Token);
        Assert.Equal("Stopped. Not delivered yet, and delivered after the next start: stuck up to 5.", Assert.Single(lines.Lines, static line => line.Id is 3112 or 3113).Text);
        Assert.Equal((7, 2), (Saved("good"), Saved("stuck")));
    }

    [Fact]
    public async Task A_stop_with_nothing_left_says_so()
    {
        await BeginAsync(new DeliveryOptions(), Instance("good", new RuleOutput()));
        log.Add(5);
        await UntilAsync(() => engine!.Status[0].Depth == 0, "delivered");
        await engine!.StopAsync(TestContext.Current.CancellationToken);
        Assert.Equal(3112, Assert.Single(lines.Lines, static line => line.Id is 3112 or 3113).Id);
        Assert.Equal(5, Saved("good"));
    }

    [Theory]
    [InlineData(0, "Delivered")]
    [InlineData(1, null)] // no output of its name
    [InlineData(2, null)] // an output of its name, but of another type
    [InlineData(3, null)] // holds no alert
    [InlineData(4, null)] // is not there
    public async Task A_letter_is_sent_again_to_its_own_output_only(int id, string? expected)
    {
        var (output, other) = (new RuleOutput(), new RuleOutput());
        await BeginAsync(new DeliveryOptions(), Instance("other", other), Instance("a", output));
        foreach (var (name, type, payload) in new[] { ("a", "scripted", LogFixture.Alert(7)), ("b", "scripted", LogFixture.Alert(7)), ("a", "slack", LogFixture.Alert(7)), ("a", "scripted", "{}"u8.ToArray()) })
        {
            await letters.AddAsync(new DeadLetter { Output = name, Type = type, Reason = "rejected", Answer = "", Attempts = 1, Accepted = Start, Payload = payload });
        }

        var result = await engine!.ResendAsync(id, TestContext.Current.CancellationToken);
        Assert.Equal(expected, result?.Status.ToString());
        Assert.Equal((expected is null ? "" : "7", "", expected is null ? 4 : 3), (output.Batches, other.Batches, (int)letters.Count));
    }

    [Fact]
    public async Task Counters_go_on_when_an_output_is_replaced_and_a_removed_one_is_kept_in_mind()
    {
        var (before, after) = (new RuleOutput(), new RuleOutput());
        var steady = Instance("steady", new RuleOutput());
        await BeginAsync(new DeliveryOptions(), steady, Instance("a", before), Instance("removed", new RuleOutput()));
        log.Add(3);
        await UntilAsync(() => engine!.Status.All(static status => status.Depth == 0), "delivered");
        var ended = new List<string>();
        await engine!.ApplyAsync([Instance("a", after), steady, Instance("new", new RuleOutput())], instance =>
        {
            ended.Add(instance.Name);
            return ValueTask.CompletedTask;
        });
        Assert.Equal(["a", "removed"], ended.Order());
        Assert.Equal(["a", "steady", "new"], engine.Status.Select(static status => status.Name));
        Assert.Equal(["a 3 0", "steady 3 0", "new 3 0", $"removed 3 {UnixTime.ToNanoseconds(Start)}"], store.Load()!.Select(static position => string.Create(CultureInfo.InvariantCulture, $"{position.Name} {position.Low} {position.OrphanedAt}")));
        log.Add(2);
        await UntilAsync(() => engine.Status.All(static status => status.Depth == 0), "delivered");
        Assert.Equal(("0|1|2", "3|4", 5, 5, 2), (before.Batches, after.Batches, engine.Status[0].Counters.Delivered, engine.Status[1].Counters.Delivered, engine.Status[2].Counters.Delivered));

        // What comes back goes on where it was.
        var back = new RuleOutput();
        await engine.ApplyAsync([steady, Instance("removed", back)], static _ => ValueTask.CompletedTask);
        await UntilAsync(() => engine.Status[1].Depth == 0, "delivered");
        Assert.Equal(("3|4", 5), (back.Batches, engine.Status[1].Counters.Delivered));
        Assert.Equal(["steady", "removed", "a", "new"], store.Load()!.Select(static position => position.Name));
    }

    private async Task BeginAsync(DeliveryOptions options, params DeliveryInstance[] instances)
    {
        engine = new DeliveryEngine(log, letters, store, instances, options, clock, lines);
        engine.Start();
        await UntilAsync(() => clock.PeriodicTimers > 0, "upkeep waits for its first tick");
    }

    private long Saved(string name) => store.Load()!.Single(position => position.Name == name).Low;

    // With a save interval of 16 seconds the ticks come after 1, 2, 4, 8 and 16 seconds.
    private async Task TickAsync(int seconds)
    {
        var before = log.Releases();
        clock.Advance(TimeSpan.FromSeconds(seconds));
        await UntilAsync(() => log.Releases() > before, "a tick");
    }

    /// <summary>Knows whether somebody waits for ticks.</summary>
    private sealed class TickingClock(DateTimeOffset start) : FakeTimeProvider(start)
    {
        private int periodicTimers;

        public int PeriodicTimers => Volatile.Read(ref periodicTimers);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = base.CreateTimer(callback, state, dueTime, period);
            if (period != Timeout.InfiniteTimeSpan)
            {
                Interlocked.Increment(ref periodicTimers);
            }

            return timer;
        }
    }
}
