using Saker.Outputs;
using Saker.Router.Tests.Log;
using static Saker.Router.Tests.Delivery.DeliveryRig;

namespace Saker.Router.Tests.Delivery;

/// <summary>The delivery engine goes over to other instances while alerts come in.</summary>
public sealed class InstanceChangeTests
{
    private readonly CrashableFiles files = new();

    [Fact]
    public async Task Ten_changes_under_load_lose_and_double_nothing()
    {
        var (steady, changing) = (new ScriptedOutput(), new ScriptedOutput());
        var unchanged = Instance("steady", steady);
        await using var rig = Open(files, null, unchanged, Instance("changing", changing, concurrency: 4));
        const int count = 2000;
        var load = LogFixture.FillAsync(rig.Log, count);
        for (var i = 0; i < 10; i++)
        {
            await UntilAsync(() => changing.Count() >= count / 20 * i, $"delivered before change {i}");
            await rig.Engine.ApplyAsync([unchanged, Instance("changing", changing, concurrency: (i % 2) + 1)], static _ => ValueTask.CompletedTask);
        }

        await load;
        await UntilAsync(() => steady.Count() >= count && changing.Count() >= count, "all delivered");
        Assert.Equal(Numbers(0, count), steady.Delivered);
        Assert.Equal(Numbers(0, count), changing.Delivered.Order());
        Assert.Equal(count, rig.Engine.Status.Single(static status => status.Name == "changing").Counters.Delivered);
    }

    [Fact]
    public async Task An_attempt_under_way_ends_before_its_output_is_replaced()
    {
        var before = new ScriptedOutput { Hold = new TaskCompletionSource() };
        var after = new ScriptedOutput();
        await using var rig = Open(files, null, Instance("a", before));
        await LogFixture.FillAsync(rig.Log, 3);
        await UntilAsync(() => before.MostAtOnce == 1, "an attempt");
        var ended = new List<string>();
        var change = rig.Engine.ApplyAsync([Instance("a", after)], instance =>
        {
            ended.Add(instance.Name);
            return ValueTask.CompletedTask;
        });
        Assert.False(change.IsCompleted);
        before.Hold.SetResult();
        await change;
        Assert.Equal(["a"], ended);
        await UntilAsync(() => after.Count() == 2, "the rest");
        Assert.Equal([0], before.Delivered);
        Assert.Equal([1, 2], after.Delivered);
    }

    [Fact]
    public async Task An_output_that_waits_to_try_again_is_replaced_at_once()
    {
        var patient = Quick with { FirstDelay = TimeSpan.FromMinutes(10), MaxDelay = TimeSpan.FromMinutes(10) };
        var failing = new ScriptedOutput(static (_, _) => DeliveryResult.Retry("down"));
        var mended = new ScriptedOutput();
        await using var rig = Open(files, patient, Instance("a", failing));
        await LogFixture.FillAsync(rig.Log, 2);
        await UntilAsync(() => failing.AttemptsFor(0) == 1 && rig.Engine.Status[0].LastError is not null, "the first failure");
        await rig.Engine.ApplyAsync([Instance("a", mended)], static _ => ValueTask.CompletedTask);
        await UntilAsync(() => mended.Count() == 2, "delivered by the mended output");
        Assert.Equal([0, 1], mended.Delivered);
    }

    [Fact]
    public async Task A_filter_applies_from_the_change_on()
    {
        var output = new ScriptedOutput();
        await using var rig = Open(files, null, Instance("a", output, filter: static _ => false));
        await LogFixture.FillAsync(rig.Log, 5);
        await UntilAsync(() => rig.Engine.Status[0].Depth == 0, "five passed");
        await rig.Engine.ApplyAsync([Instance("a", output)], static _ => ValueTask.CompletedTask);
        await LogFixture.FillAsync(rig.Log, 5);
        await UntilAsync(() => output.Count() == 5, "five delivered");
        Assert.Equal(Numbers(5, 5), output.Delivered);
    }

    [Fact]
    public async Task A_new_instance_begins_at_the_end_or_on_request_at_the_beginning()
    {
        var (tail, all) = (new ScriptedOutput(), new ScriptedOutput());
        await using var rig = Open(files, null);
        await LogFixture.FillAsync(rig.Log, 5);
        await rig.Engine.ApplyAsync([Instance("tail", tail), Instance("all", all) with { StartFromBeginning = true }], static _ => ValueTask.CompletedTask);
        await LogFixture.FillAsync(rig.Log, 2);
        await UntilAsync(() => tail.Count() == 2 && all.Count() == 7, "both at the end");
        Assert.Equal(Numbers(5, 2), tail.Delivered);
        Assert.Equal(Numbers(0, 7), all.Delivered);
    }

    [Fact]
    public async Task A_removed_instance_that_comes_back_goes_on_where_it_was()
    {
        var output = new ScriptedOutput();
        await using var rig = Open(files, null, Instance("a", output));
        await LogFixture.FillAsync(rig.Log, 3);
        await UntilAsync(() => output.Count() == 3, "three delivered");
        await rig.Engine.ApplyAsync([], static _ => ValueTask.CompletedTask);
        Assert.Empty(rig.Engine.Status);
        await LogFixture.FillAsync(rig.Log, 3);
        await rig.Engine.ApplyAsync([Instance("a", output)], static _ => ValueTask.CompletedTask);
        await UntilAsync(() => output.Count() == 6, "six delivered");
        Assert.Equal(Numbers(0, 6), output.Delivered);
        Assert.Equal(6, rig.Engine.Status[0].Counters.Delivered);
    }

    [Fact]
    public async Task A_removed_instance_holds_the_log_for_a_time_and_then_says_what_it_left()
    {
        var lines = new LogLines();
        await using var rig = Open(files, Quick with { OrphanAfter = TimeSpan.FromSeconds(1) }, null, lines, Instance("a", new ScriptedOutput { Hold = new TaskCompletionSource() }) with { Filter = static alert => alert.Rule != "0" });
        await LogFixture.FillAsync(rig.Log, 1);
        await UntilAsync(() => rig.Engine.Status[0].Depth == 0, "one passed");
        await rig.Engine.ApplyAsync([], static _ => ValueTask.CompletedTask);
        await LogFixture.FillAsync(rig.Log, 4);
        await UntilAsync(() => lines.Lines.Any(static line => line.Id == 3107), "given up");
        Assert.Single(lines.Lines, static line => line.Id == 3106);
        Assert.EndsWith("left up to 4 alerts undelivered.", lines.Lines.Single(static line => line.Id == 3107).Text, StringComparison.Ordinal);
    }

    private static IEnumerable<long> Numbers(int first, int count) => Enumerable.Range(first, count).Select(static number => (long)number);
}
