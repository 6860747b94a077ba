namespace Saker.Router.Telemetry;

/// <summary>
/// Says the first of a kind at once, and what follows now and then with how often it was: after a minute, then at intervals that
/// double up to an hour while it goes on. So neither a broken sender nor a hostile one fills the log.
/// </summary>
internal sealed class LimitedLog(TimeProvider clock) : IDisposable
{
    // Kinds come from closed sets and from the configuration; this only bounds a mistake.
    private const int MaxKinds = 1000;
    private const string Other = "other";

    private static readonly TimeSpan FirstPause = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromHours(1);

    private readonly Lock gate = new();
    private readonly Dictionary<string, Kind> kinds = new(StringComparer.Ordinal);
    private bool isDisposed;

    /// <summary>Counts one of a kind. <paramref name="write"/> gets how many there were since it was last called; the newest speaks for all.</summary>
    public void Say(string kind, Action<long> write)
    {
        lock (gate)
        {
            if (!kinds.ContainsKey(kind) && kinds.Count >= MaxKinds)
            {
                kind = Other;
            }

            if (!kinds.TryGetValue(kind, out var known))
            {
                kinds.Add(kind, known = new Kind());
            }

            known.Unsaid++;
            known.Write = write;
            if (known.Pausing is null && !isDisposed)
            {
                Speak(known);
            }
        }
    }

    /// <summary>Says now what was held back.</summary>
    public void Flush()
    {
        lock (gate)
        {
            foreach (var kind in kinds.Values.Where(static kind => kind.Unsaid > 0))
            {
                kind.Write(kind.Unsaid);
                kind.Unsaid = 0;
            }
        }
    }

    /// <summary>Says what is left.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            isDisposed = true;
            foreach (var kind in kinds.Values)
            {
                kind.Pausing?.Dispose();
            }

            Flush();
        }
    }

    private void Speak(Kind kind)
    {
        kind.Write(kind.Unsaid);
        kind.Unsaid = 0;
        kind.Pausing = clock.CreateTimer(_ => Elapsed(kind), null, kind.Pause, Timeout.InfiniteTimeSpan);
    }

    private void Elapsed(Kind kind)
    {
        lock (gate)
        {
            kind.Pausing?.Dispose();
            kind.Pausing = null;
            if (isDisposed || kind.Unsaid == 0)
            {
                kind.Pause = FirstPause;
                return;
            }

            kind.Pause = kind.Pause * 2 < LongestPause ? kind.Pause * 2 : LongestPause;
            Speak(kind);
        }
    }

    private sealed class Kind
    {
        public long Unsaid { get; set; }

        public Action<long> Write { get; set; } = static _ => { };

        public TimeSpan Pause { get; set; } = FirstPause;

        public ITimer? Pausing { get; set; }
    }
}
