using System.Threading.Channels;
using Saker.Detector.Containers;
using Saker.Detector.State;

namespace Saker.Detector.Inquiry;

/// <summary>
/// Asks the runtimes of this machine about containers, away from the event thread: all that there are at the start, each that is made
/// from then on, and those that the event thread meets before their runtime has told of them; one that nobody knew, or not wholly, is asked
/// for once more after 5 s. What comes back is taken over by the event thread between two events. Everything is bounded; a runtime that
/// cannot be asked is said once, and tried again.
/// </summary>
internal sealed class ContainerInquiry : IAsyncDisposable
{
    /// <summary>Questions that wait at most.</summary>
    public const int MaxQuestions = 1000;

    /// <summary>Answers that wait at most; who has more of them waits.</summary>
    public const int MaxAnswers = 10_000;

    private const int AtOnce = 32; // some may wait for an answer that never comes
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LastPause = TimeSpan.FromSeconds(5);

    private readonly IRuntimeDiscovery discovery;
    private readonly TimeProvider clock;
    private readonly ILogger logger;
    private readonly CancellationTokenSource stop = new();
    private readonly Channel<Question> questions = Channel.CreateBounded<Question>(new BoundedChannelOptions(MaxQuestions) { SingleWriter = true });
    private readonly Channel<Question> unanswered = Channel.CreateBounded<Question>(MaxQuestions);
    private readonly Channel<Answer> answers = Channel.CreateBounded<Answer>(new BoundedChannelOptions(MaxAnswers) { SingleReader = true });
    private readonly List<Task> work = [];
    private volatile IContainerRuntime[] runtimes = [];
    private volatile RuntimeFollower[] followers = [];

    /// <param name="discovery">Finds runtimes.</param>
    /// <param name="clock">The time.</param>
    /// <param name="logger">Told which runtimes are asked, and which cannot be.</param>
    public ContainerInquiry(IRuntimeDiscovery discovery, TimeProvider clock, ILogger logger)
    {
        this.discovery = discovery;
        this.clock = clock;
        this.logger = logger;
    }

    /// <summary>The counters.</summary>
    public InquiryCounters Counters { get; } = new();

    /// <summary>The runtimes that were found, and how they do. For any thread.</summary>
    public IReadOnlyList<RuntimeState> Runtimes => [.. followers.Select(static follower => follower.State)];

    /// <summary>Begins. Returns when every runtime that is there has told its containers, or could not, or the patience is over.</summary>
    /// <param name="patience">For how long to wait.</param>
    public async Task StartAsync(TimeSpan patience)
    {
        Look();
        foreach (var path in discovery.Missing)
        {
            ContainerMessages.SocketMissing(logger, path, LookInterval.TotalSeconds);
        }

        work.Add(Task.Run(() => LookOnAsync(stop.Token), CancellationToken.None));
        work.Add(Task.Run(() => AskOnceMoreAsync(stop.Token), CancellationToken.None));
        for (var i = 0; i < AtOnce; i++)
        {
            work.Add(Task.Run(() => AnswerAsync(stop.Token), CancellationToken.None));
        }

        try
        {
            await Task.WhenAll(followers.Select(static follower => follower.Listed)).WaitAsync(patience, clock);
        }
        catch (TimeoutException)
        {
            ContainerMessages.SlowRuntimes(logger, patience.TotalSeconds);
        }
    }

    /// <summary>Asks for a container, or says that there is nobody to ask. For the event thread.</summary>
    public void Ask(ContainerEntry container)
    {
        if (runtimes.Length == 0)
        {
            container.Knowledge = ContainerKnowledge.NobodyToAsk;
            Counters.NobodyToAsk++;
        }
        else if (questions.Writer.TryWrite(new Question(ToText(container.OwnId), ToText(container.OwnFullId))))
        {
            container.Knowledge = ContainerKnowledge.Asked;
            Counters.Asked++;
        }
        else
        {
            // The next process of it asks again.
            container.Knowledge = ContainerKnowledge.Unasked;
            Counters.TooMany++;
        }
    }

    /// <summary>Takes over what came back. For the event thread; costs next to nothing when nothing did.</summary>
    /// <param name="table">The containers.</param>
    /// <param name="learnt">Told of each container that was not known before; null for nobody.</param>
    public void TakeOver(ContainerTable table, Action<ContainerEntry>? learnt)
    {
        while (answers.Reader.TryRead(out var answer))
        {
            if (answer.Record is { } record)
            {
                var isNew = table.Find(record.Id)?.Facts is null;
                if (table.Learn(record) is { } entry && isNew)
                {
                    Counters.Records++;
                    learnt?.Invoke(entry);
                }
            }
            else if (table.Find(answer.Id) is { Knowledge: ContainerKnowledge.Asked } entry)
            {
                entry.Knowledge = ContainerKnowledge.Unanswered;
                Counters.NotFound++;
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await Task.WhenAll(work);
        foreach (var follower in followers)
        {
            await follower.DisposeAsync();
        }

        stop.Dispose();
    }

    private static string ToText(byte[] id) => System.Text.Encoding.Latin1.GetString(id);

    private void Look()
    {
        foreach (var runtime in discovery.FindNew())
        {
            runtimes = [.. runtimes, runtime];
            followers = [.. followers, new RuntimeFollower(runtime, SendAsync, clock, logger, stop.Token)];
        }
    }

    private async Task LookOnAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(LookInterval, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                Look();
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The detector stops.
        }
    }

    private async Task AnswerAsync(CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var question in questions.Reader.ReadAllAsync(cancellationToken))
            {
                var record = await Of(question).AskAsync(cancellationToken);
                await SendAsync(new Answer(question.Id, record), cancellationToken);
                if (record is null or { IsPartial: true })
                {
                    unanswered.Writer.TryWrite(question with { Again = clock.GetUtcNow() + LastPause });
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The detector stops.
        }
    }

    private async Task AskOnceMoreAsync(CancellationToken cancellationToken)
    {
        try
        {
            var options = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken };
            await Parallel.ForEachAsync(unanswered.Reader.ReadAllAsync(cancellationToken), options, async (question, token) =>
            {
                var wait = question.Again - clock.GetUtcNow();
                await Task.Delay(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, clock, token);
                if (await Of(question).OnceAsync(token) is { } record)
                {
                    await SendAsync(record, token);
                }
            });
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The detector stops.
        }
    }

    private ContainerQuestion Of(Question question) => new(question.Id, question.FullId, runtimes, clock);

    private ValueTask SendAsync(ContainerRecord record, CancellationToken cancellationToken) =>
        SendAsync(new Answer(record.Id, record), cancellationToken);

    private ValueTask SendAsync(Answer answer, CancellationToken cancellationToken) => answers.Writer.WriteAsync(answer, cancellationToken);

    /// <summary>A container that is asked for.</summary>
    private readonly record struct Question(string Id, string FullId, DateTimeOffset Again = default);

    /// <summary>What came back: a record, or that nobody knows the container.</summary>
    private readonly record struct Answer(string Id, ContainerRecord? Record);
}

/// <summary>What was asked. Plain numbers of the event thread.</summary>
internal sealed class InquiryCounters
{
    /// <summary>Containers that were asked for since an event told of them first.</summary>
    public long Asked { get; set; }

    /// <summary>Containers that a record came for.</summary>
    public long Records { get; set; }

    /// <summary>Containers that no runtime knew in time.</summary>
    public long NotFound { get; set; }

    /// <summary>Containers that were met while there was no runtime to ask.</summary>
    public long NobodyToAsk { get; set; }

    /// <summary>Containers that were not asked for at once since too many were being asked for.</summary>
    public long TooMany { get; set; }
}
