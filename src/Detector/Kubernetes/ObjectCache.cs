namespace Saker.Detector.Kubernetes;

/// <summary>What came of looking something up.</summary>
/// <param name="Value">What is known; null for nothing, or when there is no such thing.</param>
/// <param name="IsSure">Whether the server has said so; else it could not be asked, and this is what was known before.</param>
internal readonly record struct Found<T>(T? Value, bool IsSure)
    where T : class;

/// <summary>
/// Answers of the API server for their time. Who asks for what is being asked for gets the same answer, so that a hundred pods of a
/// namespace cost one request. Bounded by what the answers weigh: beyond, the oldest are forgotten. For several threads.
/// </summary>
/// <param name="life">How long an answer holds.</param>
/// <param name="weigh">About how many characters an answer has.</param>
/// <param name="limit">Characters that are kept at most.</param>
/// <param name="clock">The time.</param>
internal sealed class ObjectCache<T>(TimeSpan life, Func<T, int> weigh, long limit, TimeProvider clock)
    where T : class
{
    private const int OwnWeight = 300;
    private static readonly TimeSpan LifeOfMissing = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LifeOfTrouble = TimeSpan.FromSeconds(30);

    private readonly Lock gate = new();
    private readonly Dictionary<string, Entry> entries = new(StringComparer.Ordinal);
    private long weight;
    private long uses;

    /// <summary>Answers that are kept.</summary>
    public int Count
    {
        get
        {
            lock (gate)
            {
                return entries.Count;
            }
        }
    }

    /// <summary>Looks something up.</summary>
    /// <param name="key">What it is.</param>
    /// <param name="ask">Asks the server, given what was known before; a trouble is no answer.</param>
    /// <param name="trouble">Told of a trouble; of none with null.</param>
    public Task<Found<T>> FindAsync(string key, Func<T?, Task<T?>> ask, Action<ClusterTroubleException?> trouble)
    {
        lock (gate)
        {
            if (!entries.TryGetValue(key, out var entry))
            {
                entry = new Entry();
                entries.Add(key, entry);
                weight += OwnWeight;
            }

            entry.UsedAt = ++uses;
            if (entry.Answer is null || (entry.Answer.IsCompleted && clock.GetElapsedTime(entry.AskedAt) >= entry.Life))
            {
                entry.Answer = Task.Run(() => AskAsync(key, entry, ask, trouble));
            }

            return entry.Answer;
        }
    }

    private async Task<Found<T>> AskAsync(string key, Entry entry, Func<T?, Task<T?>> ask, Action<ClusterTroubleException?> trouble)
    {
        var before = entry.Value;
        try
        {
            var value = await ask(before);
            Keep(key, entry, value, value is null ? LifeOfMissing : life);
            trouble(null);
            return new Found<T>(value, IsSure: true);
        }
        catch (ClusterTroubleException exception)
        {
            Keep(key, entry, before, LifeOfTrouble);
            trouble(exception);
            return new Found<T>(before, IsSure: false);
        }
        catch
        {
            Keep(key, entry, before, TimeSpan.Zero);
            throw;
        }
    }

    private void Keep(string key, Entry entry, T? value, TimeSpan lasts)
    {
        lock (gate)
        {
            entry.Life = lasts;
            entry.AskedAt = clock.GetTimestamp();
            if (!entries.TryGetValue(key, out var kept) || kept != entry)
            {
                return; // forgotten meanwhile
            }

            var weighs = value is null ? 0 : weigh(value);
            weight += weighs - entry.Weight;
            entry.Weight = weighs;
            entry.Value = value;
            while (weight > limit && entries.Count > 1)
            {
                var oldest = entries.MinBy(static pair => pair.Value.UsedAt);
                entries.Remove(oldest.Key);
                weight -= oldest.Value.Weight + OwnWeight;
            }
        }
    }

    private sealed class Entry
    {
        public Task<Found<T>>? Answer { get; set; }

        public T? Value { get; set; }

        public int Weight { get; set; }

        public long AskedAt { get; set; }

        public long UsedAt { get; set; }

        public TimeSpan Life { get; set; }
    }
}
