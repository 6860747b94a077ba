using Saker.Detector.State;
using Saker.Rules;

namespace Saker.Detector.Tests.Holding;

public sealed class HeldAlertsOfOneWorker() : HeldAlerts(1);

public sealed class HeldAlertsOfThreeWorkers() : HeldAlerts(3);

/// <summary>Alerts wait for what runtimes say, and events never.</summary>
public abstract class HeldAlerts(int workers)
{
    private const string Names = """
        - rule: names
          desc: d
          condition: evt.type = execve and proc.name startswith run
          output: "%proc.name %container.name %container.image.repository %container.id"
          priority: NOTICE
        """;

    private const string Plain = """
        - rule: plain
          desc: d
          condition: evt.type = execve and proc.name startswith run
          output: "%proc.name %container.id"
          priority: NOTICE
        """;

    [Fact]
    public async Task An_alert_that_names_its_container_has_what_comes_after_the_event()
    {
        await using var rig = new HoldingRig(workers, Names);
        rig.Exec(10, "run");
        Assert.Equal(1, rig.Hold!.Count);
        rig.Wait(TimeSpan.FromMilliseconds(100));
        rig.Exec(11, "other"); // what happens meanwhile is not what the alert says
        rig.Answer();
        Assert.True(rig.Hold.IsEmpty);
        Assert.Equal([$"run web nginx {HoldingRig.Short}"], await rig.WrittenAsync());
        Assert.Equal((1, 0), (rig.Hold.Counters.Held, rig.Hold.Counters.Without.Sum()));
    }

    [Fact]
    public async Task What_no_answer_comes_for_is_written_without_when_the_wait_is_over()
    {
        await using var rig = new HoldingRig(workers, Names);
        rig.Exec(10, "run");
        rig.Wait(HoldingRig.Longest - TimeSpan.FromMilliseconds(1));
        Assert.Equal(1, rig.Hold!.Count);
        rig.Wait(TimeSpan.FromMilliseconds(1));
        Assert.Equal([$"run <NA> <NA> {HoldingRig.Short}"], await rig.WrittenAsync());
        Assert.Equal((1, 1), (rig.Hold.Counters.Held, rig.Hold.Counters.Without[(int)ContainerKnowledge.Asked]));
    }

    [Fact]
    public async Task What_needs_no_record_is_written_at_once()
    {
        await using var rig = new HoldingRig(workers, Plain);
        rig.Exec(10, "run");
        Assert.True(rig.Hold!.IsEmpty);
        Assert.Equal([$"run {HoldingRig.Short}"], await rig.WrittenAsync());
    }

    [Fact]
    public async Task Alerts_of_one_process_keep_their_order_and_others_do_not_wait()
    {
        await using var rig = new HoldingRig(workers, """
            - rule: names
              desc: d
              condition: evt.type = execve and proc.name = run1
              output: "%proc.name %container.name"
              priority: NOTICE
            - rule: plain
              desc: d
              condition: evt.type = openat
              output: "%fd.name %thread.tid"
              priority: NOTICE
            """);
        rig.Exec(10, "run1");
        rig.Exec(11, "else");
        rig.Events.Open(10, 3, "/behind");
        rig.Events.Open(11, 3, "/free");
        Assert.Equal(2, rig.Hold!.Count);
        rig.Answer();
        Assert.Equal(["/free 11", "run1 web", "/behind 10"], await rig.WrittenAsync());
    }

    [Theory]
    [InlineData("container.image.repository = nginx", true)]
    [InlineData("container.image.repository = redis", false)]
    [InlineData("container.image.repository != redis", true)]
    [InlineData("not container.image.repository in (redis, nginx)", false)]
    [InlineData("not container.image.repository exists", false)]
    [InlineData("(container.name = web and proc.name = run) or proc.name = no", true)]
    [InlineData("not (container.name = web or proc.name = no)", false)]
    [InlineData("container.name startswith w and container.image endswith 27", true)]
    [InlineData("tolower(container.name) = web", true)]
    public async Task A_condition_that_needs_the_record_is_decided_again_when_it_comes(string condition, bool expected)
    {
        await using var rig = new HoldingRig(workers, Rule(condition));
        rig.Exec(10, "run");
        rig.Answer();
        Assert.Equal(expected ? ["run"] : [], await rig.WrittenAsync());
        Assert.Equal(expected ? 1L : 0, rig.Matcher.Matches[0]);
    }

    [Theory]
    [InlineData("proc.name = other and container.name = web")]
    [InlineData("not proc.name = run and not container.name = web")]
    [InlineData("proc.name = run and not (proc.name = run or container.name = web)")]
    public async Task What_cannot_match_whatever_the_record_says_is_not_held(string condition)
    {
        await using var rig = new HoldingRig(workers, Rule(condition));
        rig.Exec(10, "run");
        Assert.Equal((0, 0L), (rig.Hold!.Count, rig.Hold.Counters.Held));
        Assert.Empty(await rig.WrittenAsync());
    }

    [Theory]
    [InlineData(RuleMatching.First, "web", "first")]
    [InlineData(RuleMatching.First, "other", "second")]
    [InlineData(RuleMatching.All, "web", "first second third")]
    [InlineData(RuleMatching.All, "other", "second third")]
    public async Task Which_rule_counts_is_decided_when_all_are(RuleMatching matching, string name, string expected)
    {
        await using var rig = new HoldingRig(workers, $"""
            {Rule($"container.name = {name}", "first")}
            {Rule("proc.name = run", "second")}
            {Rule("proc.name = run", "third")}
            """, matching);
        rig.Exec(10, "run");
        rig.Answer();
        Assert.Equal(expected.Split(' '), await rig.WrittenAsync());
    }

    [Theory]
    [InlineData("user.name = web", "run web")]
    [InlineData("user.name != web", null)]
    [InlineData("user.name = <NA>", null)]
    [InlineData("proc.name = run", "run web")]
    public async Task Names_of_users_that_are_being_read_are_waited_for_too(string condition, string? expected)
    {
        await using var rig = new HoldingRig(workers, $"""
            - rule: user
              desc: d
              condition: evt.type = execve and {condition}
              output: "%proc.name %user.name"
              priority: NOTICE
            """);
        rig.Containers.AskUsers = static (_, _) => true;
        rig.Containers.Learn(HoldingRig.Record());
        rig.Events.Exec(10, "run", ("uid", 1000), ("cgroups", System.Text.Encoding.UTF8.GetBytes($"cpu=/docker/{HoldingRig.Full}\0")));
        Assert.Equal(1, rig.Hold!.Count);
        var entry = rig.Containers.Find(HoldingRig.Short)!;
        entry.Users = new UserTable();
        entry.Users.Set(1000, 1000, "web"u8, ""u8, ""u8);
        entry.AreUsersAsked = false;
        rig.Wait(TimeSpan.Zero);
        Assert.Equal(expected is null ? [] : [expected], await rig.WrittenAsync());
    }

    [Fact]
    public async Task Too_much_is_decided_with_what_is_known_the_oldest_first()
    {
        await using var rig = new HoldingRig(workers, Names);
        for (var i = 0; i < 5000; i++)
        {
            rig.Exec(10 + i, $"run{i}");
        }

        Assert.Equal(Saker.Detector.Holding.AlertHold.MaxHeld, rig.Hold!.Count);
        Assert.Equal(5000 - rig.Hold.Count, rig.Hold.Counters.Crowded);
        rig.Answer();
        var written = await rig.WrittenAsync();
        Assert.Equal(Enumerable.Range(0, 5000).Select(static i => $"run{i}"), written.Select(static line => line.Split(' ')[0]));
        Assert.Equal(rig.Hold.Counters.Crowded, written.Count(static line => line.Contains("<NA>", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task At_the_end_nothing_waits_any_longer()
    {
        await using var rig = new HoldingRig(workers, Names);
        rig.Exec(10, "run");
        Assert.Equal([$"run <NA> <NA> {HoldingRig.Short}"], await rig.WrittenAsync(all: true));
    }

    [Fact]
    public async Task Nothing_is_allocated_for_events_in_a_container_whose_record_is_awaited_when_they_match_nothing()
    {
        await using var rig = new HoldingRig(workers, Rule("proc.name = never and container.name = web"));
        rig.Exec(10, "run");
        Opens(rig, 1000);
        var before = GC.GetAllocatedBytesForCurrentThread();
        rig.Events.Open(10, 3, "/x");
        var one = GC.GetAllocatedBytesForCurrentThread() - before; // what making the event takes
        before = GC.GetAllocatedBytesForCurrentThread();
        Opens(rig, 100);
        Assert.Equal(100 * one, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static void Opens(HoldingRig rig, int count)
    {
        for (var i = 0; i < count; i++)
        {
            rig.Events.Open(10, 3, "/x");
        }
    }

    private static string Rule(string condition, string? name = null) => $"""
        - rule: {name ?? "only"}
          desc: d
          condition: evt.type in (execve, openat) and ({condition})
          output: "{name ?? "%proc.name"}"
          priority: NOTICE
        """;
}
