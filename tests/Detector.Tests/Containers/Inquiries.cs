using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Saker.Detector.Containers;
using Saker.Detector.Inquiry;
using Saker.Detector.State;

namespace Saker.Detector.Tests.Containers;

/// <summary>Runtimes are asked away from the event thread, and what they say is taken over by it.</summary>
public sealed class Inquiries : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly FakeTimeProvider clock = new();
    private readonly KeptLog log = new(LogLevel.Information);
    private readonly FakeRuntime runtime = new();
    private readonly ContainerTable table = new();
    private readonly List<string> learnt = [];
    private readonly ContainerInquiry inquiry;

    public Inquiries()
    {
        inquiry = new ContainerInquiry(runtime, clock, log);
        table.Ask = inquiry.Ask;
    }

    public ValueTask DisposeAsync() => inquiry.DisposeAsync();

    [Fact]
    public async Task What_there_is_at_the_start_is_known_before_the_first_event()
    {
        runtime.All = [Record(1), Record(2)];
        await StartAsync();
        TakeOver();
        Assert.Equal(["c1", "c2"], learnt);
        Assert.Equal(ContainerKnowledge.Known, Meet(1).Knowledge);
        Assert.Equal(0, runtime.Asked);
        Assert.Equal("Containers: fake (/run/fake.sock) is followed; it has 2.", Assert.Single(log.Lines));
    }

    [Fact]
    public async Task What_is_made_later_is_told_by_the_runtime()
    {
        await StartAsync();
        runtime.Make(Record(1));
        await UntilAsync(() => table.Known == 1);
        Assert.Equal(ContainerKnowledge.Known, Meet(1).Knowledge);
    }

    [Fact]
    public async Task What_an_event_tells_of_first_is_asked_for()
    {
        await StartAsync();
        runtime.Find = static id => id == Id(1) ? Record(1) : null;
        var entry = Meet(1);
        Assert.True(entry.IsPending);
        await UntilAsync(() => !entry.IsPending);
        Assert.Equal("c1", entry.Facts!.Record.Name);
    }

    [Fact]
    public async Task A_container_that_the_runtime_knows_a_little_later_is_asked_for_again()
    {
        await StartAsync();
        var entry = Meet(1);
        await UntilAsync(() => runtime.Asked == 1);
        runtime.Find = static _ => Record(1);
        await UntilAsync(() => !entry.IsPending, advance: TimeSpan.FromMilliseconds(10));
        Assert.Equal(ContainerKnowledge.Known, entry.Knowledge);
        Assert.True(runtime.Asked > 1);
    }

    [Fact]
    public async Task One_that_nobody_knows_is_said_to_be_unknown_and_asked_for_once_more()
    {
        await StartAsync();
        var entry = Meet(1);
        await UntilAsync(() => entry.Knowledge == ContainerKnowledge.Unanswered, advance: TimeSpan.FromMilliseconds(10));
        Assert.Equal(6, runtime.Asked);
        Assert.Equal(1, inquiry.Counters.NotFound);
        runtime.Find = static _ => Record(1);
        await UntilAsync(() => entry.Knowledge == ContainerKnowledge.Known, advance: TimeSpan.FromMilliseconds(500));
        Assert.Equal(7, runtime.Asked);
    }

    [Fact]
    public async Task An_answer_about_another_container_is_none()
    {
        // Docker takes names for ids.
        await StartAsync();
        runtime.Find = static _ => Record(2);
        var entry = Meet(1);
        await UntilAsync(() => !entry.IsPending, advance: TimeSpan.FromMilliseconds(10));
        Assert.Equal(ContainerKnowledge.Unanswered, entry.Knowledge);
        Assert.Null(table.Find(Id(2)[..12]));
    }

    [Fact]
    public async Task A_runtime_that_cannot_be_asked_is_said_once_and_followed_when_it_can()
    {
        runtime.Trouble = "permission denied";
        await StartAsync();
        await UntilAsync(() => runtime.Followed > 3, advance: TimeSpan.FromSeconds(5));
        Assert.Equal("Containers: fake (/run/fake.sock): permission denied. It is tried again; until then its containers have only their ids.", Assert.Single(log.Lines));
        runtime.All = [Record(1)];
        runtime.Trouble = null;
        await UntilAsync(() => table.Known == 1, advance: TimeSpan.FromSeconds(5));
        Assert.Equal(2, log.Lines.Count);
    }

    [Fact]
    public async Task A_socket_that_is_named_and_not_there_is_said_once()
    {
        runtime.Missing = ["/run/mine.sock"];
        await StartAsync();
        await UntilAsync(() => runtime.Followed > 0, advance: TimeSpan.FromSeconds(5));
        Assert.Single(log.Lines, "Containers: there is no socket /run/mine.sock, which container_engines names. It is looked for every 5 seconds; until then nobody is asked there.");
    }

    [Fact]
    public async Task After_a_connection_broke_all_is_listed_again()
    {
        await StartAsync();
        runtime.All = [Record(1)];
        runtime.Break();
        await UntilAsync(() => table.Known == 1, advance: TimeSpan.FromSeconds(1));
        Assert.Equal(2, runtime.Listed);
    }

    [Fact]
    public async Task Without_a_runtime_nothing_is_waited_for()
    {
        runtime.FindNew();
        await StartAsync();
        Assert.Equal(ContainerKnowledge.NobodyToAsk, Meet(1).Knowledge);
        Assert.Equal((1, 0), (inquiry.Counters.NobodyToAsk, inquiry.Counters.Asked));
    }

    [Fact]
    public async Task More_questions_than_wait_are_asked_with_the_next_process()
    {
        await StartAsync();
        for (var i = 0; i < ContainerInquiry.MaxQuestions + 100; i++)
        {
            Meet(i);
        }

        Assert.True(inquiry.Counters.TooMany > 0);
        var late = Enumerable.Range(0, ContainerInquiry.MaxQuestions + 100).Select(i => table.Find(Id(i)[..12])!).First(static entry => entry.Knowledge == ContainerKnowledge.Unasked);
        runtime.Find = static id => Record(int.Parse(id[..8], System.Globalization.NumberStyles.HexNumber, System.Globalization.CultureInfo.InvariantCulture));
        await UntilAsync(() =>
        {
            table.Of(Cgroup(Encoding.UTF8.GetString(late.FullId)));
            return late.Knowledge == ContainerKnowledge.Known;
        }, advance: TimeSpan.FromMilliseconds(10));
    }

    private static string Id(int number) => string.Concat(Enumerable.Repeat($"{number:x8}", 8));

    private static ContainerRecord Record(int number) => new() { Id = Id(number)[..12], FullId = Id(number), Type = ContainerType.Docker, Name = $"c{number}" };

    private static byte[] Cgroup(string id) => Encoding.UTF8.GetBytes($"cpu=/docker/{id}\0");

    private ContainerEntry Meet(int number) => table.Of(Cgroup(Id(number)));

    private Task StartAsync() => inquiry.StartAsync(Patience);

    private void TakeOver() => inquiry.TakeOver(table, entry => learnt.Add(entry.Facts!.Record.Name));

    private async Task UntilAsync(Func<bool> condition, TimeSpan advance = default)
    {
        using var limit = new CancellationTokenSource(Patience);
        for (TakeOver(); !condition(); TakeOver())
        {
            Assert.False(limit.IsCancellationRequested, $"It did not happen within {Patience.TotalSeconds} s.");
            clock.Advance(advance);
            await Task.Delay(1, CancellationToken.None);
        }
    }
}
