using System.Collections.Concurrent;
using System.Threading.Channels;
using Saker.Detector.Kubernetes;
using Saker.Detector.State;

namespace Saker.Detector.Inquiry;

/// <summary>
/// Asks the Kubernetes API server about pods, away from the event thread. The pods of this node are followed; what belongs to one is
/// asked for when the event thread meets it, and again from time to time. What comes back is taken over by the event thread between two
/// events. Everything is bounded; a server that cannot be asked is said once, and tried again.
/// </summary>
internal sealed class PodInquiry : IPodListener, IAsyncDisposable
{
    /// <summary>Questions that wait at most.</summary>
    public const int MaxQuestions = 1000;

    /// <summary>For how long a pod counts as being asked for, and alerts wait for it.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private const int MaxAnswers = 10_000;
    private const int AtOnce = 4;
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan RefreshInterval = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Oblivion = TimeSpan.FromMinutes(10);

    private readonly TimeProvider clock;
    private readonly ILogger logger;
    private readonly CancellationTokenSource stop = new();
    private readonly ClusterHttp http;
    private readonly PodFollower follower;
    private readonly PodRelations relations;
    private readonly Channel<string> questions = Channel.CreateBounded<string>(new BoundedChannelOptions(MaxQuestions) { SingleWriter = true, SingleReader = true });
    private readonly Channel<Answer> answers = Channel.CreateBounded<Answer>(new BoundedChannelOptions(MaxAnswers) { SingleReader = true });

    // Each pod stands in it once at most, so that the pods bound it.
    private readonly Channel<string> work = Channel.CreateUnbounded<string>();
    private readonly ConcurrentDictionary<string, PodRecord> pods = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Question> wanted = new(StringComparer.Ordinal);
    private readonly List<Task> tasks = [];

    /// <param name="access">Where the server is, and who asks.</param>
    /// <param name="parts">What the rules name.</param>
    /// <param name="clock">The time.</param>
    /// <param name="logger">Told what can be asked, and what cannot.</param>
    public PodInquiry(ClusterAccess access, KubernetesParts parts, TimeProvider clock, ILogger logger)
    {
        this.clock = clock;
        this.logger = logger;
        http = new ClusterHttp(access, Counters, clock);
        follower = new PodFollower(http, access.Node, this, Counters, clock, logger);
        relations = new PodRelations(http, parts, clock, logger, stop.Token);
    }

    /// <summary>The counters.</summary>
    public ClusterCounters Counters { get; } = new();

    /// <summary>Begins. Returns when the server has told the pods of this node, or could not, or the patience is over.</summary>
    /// <param name="patience">For how long to wait.</param>
    public async Task StartAsync(TimeSpan patience)
    {
        tasks.Add(Task.Run(() => follower.RunAsync(stop.Token), CancellationToken.None));
        tasks.Add(Task.Run(() => UntilStopAsync(TakeQuestionsAsync), CancellationToken.None));
        tasks.Add(Task.Run(() => UntilStopAsync(LookAsync), CancellationToken.None));
        for (var i = 0; i < AtOnce; i++)
        {
            tasks.Add(Task.Run(() => UntilStopAsync(AnswerAsync), CancellationToken.None));
        }

        try
        {
            await follower.Listed.WaitAsync(patience, clock);
        }
        catch (TimeoutException)
        {
            KubernetesMessages.SlowServer(logger, patience.TotalSeconds);
        }
    }

    /// <summary>Asks for a pod. For the event thread.</summary>
    public void Ask(PodEntry pod) => pod.Knowledge = questions.Writer.TryWrite(pod.Uid) ? PodKnowledge.Asked : PodKnowledge.Unasked;

    /// <summary>Takes over what came back. For the event thread; costs next to nothing when nothing did.</summary>
    public void TakeOver(PodTable table)
    {
        while (answers.Reader.TryRead(out var answer))
        {
            if (answer.IsGone)
            {
                table.Remove(answer.Uid);
            }
            else
            {
                table.Find(answer.Uid)?.Learn(answer.Facts, answer.Knowledge);
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask ReplaceAsync(IReadOnlyList<PodRecord> pods, CancellationToken cancellationToken)
    {
        var present = pods.Select(static pod => pod.Uid).ToHashSet(StringComparer.Ordinal);
        foreach (var gone in this.pods.Keys.Where(uid => !present.Contains(uid)).ToList())
        {
            await RemoveAsync(gone, cancellationToken);
        }

        foreach (var pod in pods)
        {
            await ChangeAsync(pod, cancellationToken);
        }
    }

    /// <inheritdoc/>
    public ValueTask ChangeAsync(PodRecord pod, CancellationToken cancellationToken)
    {
        if (pods.ContainsKey(pod.Uid) || pods.Count < PodFollower.MaxPods)
        {
            pods[pod.Uid] = pod;
            Counters.Pods = pods.Count;
            Enqueue(pod.Uid);
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public async ValueTask RemoveAsync(string uid, CancellationToken cancellationToken)
    {
        pods.TryRemove(uid, out _);
        Counters.Pods = pods.Count;
        if (wanted.TryRemove(uid, out _))
        {
            await answers.Writer.WriteAsync(new Answer(uid, null, PodKnowledge.Unanswered, IsGone: true), cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await Task.WhenAll(tasks);
        http.Dispose();
        stop.Dispose();
    }

    private async Task UntilStopAsync(Func<CancellationToken, Task> part)
    {
        try
        {
            await part(stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The detector stops.
        }
    }

    private async Task TakeQuestionsAsync(CancellationToken cancellationToken)
    {
        await foreach (var uid in questions.Reader.ReadAllAsync(cancellationToken))
        {
            if (wanted.Count < PodTable.MaxPods)
            {
                wanted.TryAdd(uid, new Question(clock.GetTimestamp()));
                Enqueue(uid);
            }
            else
            {
                await answers.Writer.WriteAsync(new Answer(uid, null, PodKnowledge.Unanswered), cancellationToken);
            }
        }
    }

    private void Enqueue(string uid)
    {
        if (wanted.TryGetValue(uid, out var question) && pods.ContainsKey(uid) && !Interlocked.Exchange(ref question.IsQueued, true))
        {
            work.Writer.TryWrite(uid);
        }
    }

    private async Task AnswerAsync(CancellationToken cancellationToken)
    {
        await foreach (var uid in work.Reader.ReadAllAsync(cancellationToken))
        {
            if (!wanted.TryGetValue(uid, out var question))
            {
                continue;
            }

            // One after the other, so that what is told last is what is so.
            await question.Turn.WaitAsync(cancellationToken);
            try
            {
                Volatile.Write(ref question.IsQueued, false);
                if (pods.TryGetValue(uid, out var pod))
                {
                    await AnswerAsync(uid, pod, question, cancellationToken);
                }
            }
            finally
            {
                question.Turn.Release();
            }
        }
    }

    private async Task AnswerAsync(string uid, PodRecord pod, Question question, CancellationToken cancellationToken)
    {
        if (question.Told is null && !relations.IsNothingAsked)
        {
            // What the pod itself says need not wait for the rest.
            var knowledge = clock.GetElapsedTime(question.AskedAt) < Patience ? PodKnowledge.Asked : PodKnowledge.Late;
            await answers.Writer.WriteAsync(new Answer(uid, new PodFacts(relations.Begin(pod)), knowledge), cancellationToken);
        }

        var details = relations.IsNothingAsked ? relations.Begin(pod) : await relations.OfAsync(pod).WaitAsync(cancellationToken);
        if (question.Told?.IsSame(details) == true)
        {
            return;
        }

        lock (question)
        {
            question.Told = details;
        }

        await answers.Writer.WriteAsync(new Answer(uid, new PodFacts(details), details.IsComplete ? PodKnowledge.Known : PodKnowledge.Incomplete), cancellationToken);
    }

    /// <summary>Says of what is not answered in time that it is late, and asks for everything again that may have changed.</summary>
    private async Task LookAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(LookInterval, clock);
        var refreshed = clock.GetTimestamp();
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            foreach (var (uid, question) in wanted.Where(static pair => pair.Value.Told is null))
            {
                GiveUp(uid, question);
            }

            if (clock.GetElapsedTime(refreshed) < RefreshInterval)
            {
                continue;
            }

            refreshed = clock.GetTimestamp();
            foreach (var uid in wanted.Keys)
            {
                Enqueue(uid);
            }
        }
    }

    private void GiveUp(string uid, Question question)
    {
        var age = clock.GetElapsedTime(question.AskedAt);
        if (age < Patience)
        {
            return;
        }

        var isThere = pods.ContainsKey(uid);
        var isForgotten = !isThere && age > Oblivion;
        var knowledge = isForgotten ? PodKnowledge.Unasked : isThere ? PodKnowledge.Late : Counters.IsFollowing ? PodKnowledge.Unanswered : PodKnowledge.NoServer;
        // Nothing of it comes behind the whole answer; what finds no room is said with the next look.
        lock (question)
        {
            if (question.Told is null && question.GivenUp != knowledge && answers.Writer.TryWrite(new Answer(uid, null, knowledge)))
            {
                question.GivenUp = knowledge;
            }
        }

        if (isForgotten)
        {
            wanted.TryRemove(uid, out _);
        }
    }

    /// <summary>A pod that the event thread has met.</summary>
    private sealed class Question(long askedAt)
    {
        /// <summary>Whether it waits to be answered.</summary>
        public bool IsQueued;

        public long AskedAt => askedAt;

        /// <summary>Held while it is answered.</summary>
        public SemaphoreSlim Turn { get; } = new(1);

        /// <summary>What the event thread was told last; null while it was not told everything.</summary>
        public PodDetails? Told { get; set; }

        /// <summary>What it was told instead.</summary>
        public PodKnowledge? GivenUp { get; set; }
    }

    /// <summary>What came back: facts, or how far the question is without them, or that the pod is gone.</summary>
    private readonly record struct Answer(string Uid, PodFacts? Facts, PodKnowledge Knowledge, bool IsGone = false);
}
