using Microsoft.Extensions.Time.Testing;
using Saker.Outputs;
using Saker.Router.Delivery;
using Saker.Router.Tests.Log;
using static Saker.Router.Tests.Delivery.DeliveryRig;

namespace Saker.Router.Tests.Delivery;

/// <summary>A paused output takes nothing from the log until it is resumed, whatever happens to the router meanwhile.</summary>
public sealed class PauseTests
{
    private readonly CrashableFiles files = new();

    [Theory]
    [InlineData(1, 1)]
    [InlineData(4, 1)]
    [InlineData(1, 10)]
    public async Task Its_alerts_wait_while_the_others_get_theirs_and_follow_when_it_is_resumed(int concurrency, int maxBatch)
    {
        var (paused, other) = (new ScriptedOutput(), new ScriptedOutput());
        var lines = new LogLines();
        await using var rig = Open(files, Quick, null, lines, Instance("a", paused, concurrency, maxBatch), Instance("b", other));
        Assert.Equal(PauseResult.Done, rig.Engine.Pause("a", "somebody"));
        await LogFixture.FillAsync(rig.Log, 50);
        await UntilAsync(() => other.Count() == 50, "the other has all");
        var status = rig.Engine.Status[0];
        Assert.Equal((0, true, true, 50L), (paused.Count(), status.PausedSince is not null, status.IsHealthy, status.Depth));
        Assert.True(status.OldestAge > TimeSpan.Zero);
        Assert.Equal("Output a is paused by somebody. Its alerts wait within its backlog until it is resumed, also beyond a restart.", Assert.Single(lines.Lines, static line => line.Id == 3123).Text);

        Assert.Equal(PauseResult.Done, rig.Engine.Resume("a", "somebody"));
        await UntilAsync(() => paused.Count() == 50, "all delivered");
        Assert.Equal(Enumerable.Range(0, 50).Select(static i => (long)i), concurrency == 1 ? paused.Delivered : paused.Delivered.Order());
        Assert.Null(rig.Engine.Status[0].PausedSince);
        Assert.Single(lines.Lines, static line => line.Id == 3124);
    }

    [Fact]
    public async Task What_is_under_way_ends_as_it_ends_and_nothing_follows_it()
    {
        var output = new ScriptedOutput { Hold = new TaskCompletionSource() };
        await using var rig = Open(files, Quick with { AttemptTimeout = TimeSpan.FromHours(1) }, Instance("a", output));
        await LogFixture.FillAsync(rig.Log, 5);
        await UntilAsync(() => output.LargestBatch == 1, "one is under way");
        rig.Engine.Pause("a", "test");
        output.Hold.SetResult();
        await UntilAsync(() => rig.Engine.Status[0].Depth == 4, "it has ended");
        Assert.Equal([0], output.Snapshot());
        rig.Engine.Resume("a", "test");
        await UntilAsync(() => output.Count() == 5, "all delivered");
    }

    [Fact]
    public async Task A_batch_that_waits_for_more_alerts_does_not_wait_beyond_the_pause()
    {
        var clock = new FakeTimeProvider();
        var output = new ScriptedOutput();
        var instance = Instance("a", output) with { Batch = new BatchLimits(100, Linger: TimeSpan.FromHours(1)) };
        await using var rig = Open(files, clock, Quick, null, new LogLines(), instance);
        await LogFixture.FillAsync(rig.Log, 3);
        clock.Advance(TimeSpan.FromMinutes(1));
        await UntilAsync(() => rig.Engine.Status[0].OldestAge > TimeSpan.Zero, "taken up");
        rig.Engine.Pause("a", "test");
        await UntilAsync(() => output.Count() == 3, "delivered without waiting");
        await LogFixture.FillAsync(rig.Log, 1);
        await UntilAsync(() => rig.Engine.Status[0].Depth == 1, "the others settled");
        Assert.Equal(3, output.Count());
    }

    [Fact]
    public async Task It_stays_paused_beyond_a_restart_and_a_stop_does_not_wait_for_it()
    {
        var output = new ScriptedOutput();
        await using (var rig = Open(files, Quick with { DrainTimeout = TimeSpan.FromHours(1) }, Instance("a", output)))
        {
            rig.Engine.Pause("a", "test");
            await LogFixture.FillAsync(rig.Log, 10);
            await rig.StopAsync();
        }

        var lines = new LogLines();
        await using var again = Open(files, Quick, null, lines, Instance("a", output), Instance("b", new ScriptedOutput()));
        Assert.Equal((true, 10L, false), (again.Engine.Status[0].PausedSince is not null, again.Engine.Status[0].Depth, again.Engine.Status[1].PausedSince is not null));
        Assert.Contains("outputs resume a", Assert.Single(lines.Lines, static line => line.Id == 3125).Text, StringComparison.Ordinal);
        Assert.Equal(0, output.Count());
        again.Engine.Resume("a", "test");
        await UntilAsync(() => output.Count() == 10, "all delivered");
    }

    [Fact]
    public async Task It_stays_paused_beyond_a_crash_right_after_the_answer()
    {
        var output = new ScriptedOutput();
        var rig = Open(files, Quick, Instance("a", output));
        await LogFixture.FillAsync(rig.Log, 1);
        await UntilAsync(() => output.Count() == 1, "delivered");
        Assert.Equal(PauseResult.Done, rig.Engine.Pause("a", "test"));
        files.Crash(new Random(1));
        await rig.DisposeAsync();
        await using var again = Open(files, Quick, Instance("a", output));
        Assert.NotNull(again.Engine.Status[0].PausedSince);
    }

    [Fact]
    public async Task It_stays_paused_when_its_configuration_changes_and_when_it_comes_back()
    {
        var output = new ScriptedOutput();
        await using var rig = Open(files, Quick, Instance("a", output));
        rig.Engine.Pause("a", "test");
        var since = rig.Engine.Status[0].PausedSince;
        await rig.Engine.ApplyAsync([Instance("a", output, concurrency: 4)], static _ => ValueTask.CompletedTask);
        Assert.Equal(since, rig.Engine.Status[0].PausedSince);
        await rig.Engine.ApplyAsync([Instance("b", new ScriptedOutput())], static _ => ValueTask.CompletedTask);
        Assert.Equal(PauseResult.NoSuchOutput, rig.Engine.Resume("a", "test"));
        await rig.Engine.ApplyAsync([Instance("a", output)], static _ => ValueTask.CompletedTask);
        Assert.Equal(since, rig.Engine.Status[0].PausedSince);
        await LogFixture.FillAsync(rig.Log, 3);
        rig.Engine.Resume("a", "test");
        await UntilAsync(() => output.Count() == 3, "all delivered");
    }

    [Fact]
    public async Task A_pause_that_the_disk_does_not_take_is_none()
    {
        var output = new ScriptedOutput();
        await using var rig = Open(files, Quick, Instance("a", output));
        files.BeforeWrite = static path =>
        {
            if (path.Contains("cursors", StringComparison.Ordinal))
            {
                throw new IOException("The disk is full.");
            }
        };
        Assert.Equal(PauseResult.NotKept, rig.Engine.Pause("a", "test"));
        Assert.Null(rig.Engine.Status[0].PausedSince);
        files.BeforeWrite = null;
        Assert.Equal(PauseResult.Done, rig.Engine.Pause("a", "test"));
        Assert.Equal(PauseResult.Done, rig.Engine.Pause("a", "test"));
        Assert.NotNull(rig.Engine.Status[0].PausedSince);
    }

    [Fact]
    public void Without_a_pause_the_positions_are_written_as_before_and_with_one_they_come_back()
    {
        var store = new CursorStore(files, "/data/cursors", new LogLines());
        store.Save([new("a", "scripted", 7, 9, [8], 5)]);
        Assert.Equal(1, FormatOf("/data/cursors/cursors"));
        Assert.Equal(("a", 5, 0L), (store.Load()![0].Name, (int)store.Load()![0].OrphanedAt, store.Load()![0].PausedAt));
        store.Save([new("a", "scripted", 7, 9, [8], 5, 77), new("b", "scripted", 1, 1, [])]);
        Assert.Equal(2, FormatOf("/data/cursors/cursors"));
        Assert.Equal([("a", 77L), ("b", 0L)], store.Load()!.Select(static position => (position.Name, position.PausedAt)));

        int FormatOf(string path)
        {
            var format = 0;
            files.Edit(path, bytes =>
            {
                format = bytes[8];
                return bytes;
            });
            return format;
        }
    }
}
