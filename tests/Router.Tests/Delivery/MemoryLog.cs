using Saker.Alerts;
using Saker.Outputs;
using Saker.Router.Delivery;
using Saker.Router.Log;
using Saker.Router.Tests.Log;

namespace Saker.Router.Tests.Delivery;

/// <summary>A log in memory that does as it is told, and remembers what it was asked.</summary>
internal sealed class MemoryLog(TimeProvider clock) : IAlertLog
{
    private readonly Lock gate = new();
    private readonly List<LogRecord?> records = [];
    private TaskCompletionSource more = new();
    private int waiting;

    public long First { get; set; }

    public long Next
    {
        get
        {
            lock (gate)
            {
                return records.Count;
            }
        }
    }

    public AcceptClock Time { get; } = new(clock);

    public AlertLogStatus Status => throw new NotSupportedException();

    /// <summary>Readers that have nothing to read.</summary>
    public int Waiting => Volatile.Read(ref waiting);

    /// <summary>Thrown instead of reading this position.</summary>
    public (long Position, Exception Exception)? Fault { get; set; }

    /// <summary>Thrown once by the next release, after it is noted.</summary>
    public Exception? ReleaseFault { get; set; }

    public List<long> Positions { get; } = [];

    public List<long> Released { get; } = [];

    public List<long> Advanced { get; } = [];

    public List<string> Asked { get; } = [];

    public long ByBytes { get; set; }

    public long ByTime { get; set; }

    /// <summary>Adds alerts whose rules are their positions; null is a record that is lost.</summary>
    public MemoryLog Add(params IEnumerable<byte[]?> payloads)
    {
        lock (gate)
        {
            foreach (var payload in payloads)
            {
                records.Add(payload is null ? null : new LogRecord(records.Count, Time.Now, payload));
            }

            var before = more;
            more = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            before.TrySetResult();
        }

        return this;
    }

    public MemoryLog Add(int count) => Add(Enumerable.Range((int)Next, count).Select(static number => LogFixture.Alert(number)));

    public ValueTask<AppendResult> AppendAsync(ReadOnlyMemory<byte> payload, Alert? alert = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public ValueTask<AppendResult> AppendAsync(IReadOnlyList<LogEntry> entries, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public IAlertLogReader OpenReader(long position) => new Reader(this) { Position = position };

    public void Release(long position)
    {
        lock (gate)
        {
            Released.Add(position);
            if (ReleaseFault is { } fault)
            {
                ReleaseFault = null;
                throw fault;
            }
        }
    }

    public int Releases()
    {
        lock (gate)
        {
            return Released.Count;
        }
    }

    public void AdvanceTo(long position) => Advanced.Add(position);

    public long FindByTime(DateTimeOffset time)
    {
        lock (gate)
        {
            Asked.Add($"{time:HH:mm:ss}");
        }

        return ByTime;
    }

    public long FindByBytes(long bytes)
    {
        lock (gate)
        {
            Asked.Add($"{bytes}");
        }

        return ByBytes;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private sealed class Reader(MemoryLog log) : IAlertLogReader
    {
        public long Position { get; set; }

        public long Lost { get; private set; }

        public bool IsBehind => false;

        public bool TryRead(out LogRecord? record)
        {
            lock (log.gate)
            {
                if (Position < log.First)
                {
                    Lost += log.First - Position;
                    Position = log.First;
                }

                while (Position < log.records.Count)
                {
                    if (log.Fault is { } fault && fault.Position == Position)
                    {
                        throw fault.Exception;
                    }

                    log.Positions.Add(Position);
                    record = log.records[(int)Position++];
                    if (record is not null)
                    {
                        return true;
                    }

                    Lost++;
                }

                record = null;
                return false;
            }
        }

        public async ValueTask WaitAsync(CancellationToken cancellationToken)
        {
            Task wait;
            lock (log.gate)
            {
                if (Position < log.records.Count)
                {
                    return;
                }

                wait = log.more.Task;
                log.waiting++;
            }

            try
            {
                await wait.WaitAsync(cancellationToken);
            }
            finally
            {
                lock (log.gate)
                {
                    log.waiting--;
                }
            }
        }

        public void Seek(long position) => Position = position;

        public void Dispose()
        {
        }
    }
}

/// <summary>Dead letters that are remembered, or refused as told.</summary>
internal sealed class MemoryLetters : IDeadLetters
{
    private readonly Lock gate = new();
    private readonly List<DeadLetter> letters = [];

    public Queue<AppendStatus> Refusals { get; } = [];

    /// <summary>How often one was to be kept.</summary>
    public int Asked { get; private set; }

    public long Count => letters.Count;

    public long Displaced => 0;

    public long Newest => letters.Count - 1;

    public ValueTask<AppendResult> AddAsync(DeadLetter letter)
    {
        lock (gate)
        {
            Asked++;
            if (Refusals.TryDequeue(out var refusal))
            {
                return new(AppendResult.Refused(refusal));
            }

            letters.Add(letter with { Id = letters.Count });
            return new(new AppendResult(AppendStatus.Stored, letters.Count - 1));
        }
    }

    public IEnumerable<DeadLetter> List(string? output = null, long from = 0) => letters;

    public DeadLetter? Find(long id) => letters.Find(letter => letter.Id == id);

    public ValueTask<bool> RemoveAsync(long id) => new(letters.RemoveAll(letter => letter.Id == id) > 0);
}

/// <summary>Answers by the rule, at once or when it is let go on.</summary>
internal sealed class RuleOutput : IOutput
{
    private readonly Lock gate = new();
    private readonly List<string> batches = [];
    private int running;

    public Func<string, DeliveryResult> Answer { get; set; } = static _ => DeliveryResult.Delivered;

    public TaskCompletionSource? Hold { get; set; }

    public int Running => Volatile.Read(ref running);

    /// <summary>The rules of each batch that came.</summary>
    public string Batches
    {
        get
        {
            lock (gate)
            {
                return string.Join('|', batches);
            }
        }
    }

    public async ValueTask<BatchResult> DeliverAsync(IReadOnlyList<Alert> alerts, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            batches.Add(string.Join(',', alerts.Select(static alert => alert.Rule)));
            running++;
        }

        try
        {
            if (Hold is { } hold)
            {
                await hold.Task.WaitAsync(cancellationToken);
            }

            return BatchResult.Each([.. alerts.Select(alert => Answer(alert.Rule))]);
        }
        finally
        {
            Interlocked.Decrement(ref running);
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
