using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Saker.Alerts;
using Saker.Outputs;
using Saker.Router.Delivery;
using Saker.Router.Log;
using Saker.Router.Tests.Log;

namespace Saker.Router.Tests.Delivery;

/// <summary>An output that answers as it is told and remembers what it delivered, in order.</summary>
internal sealed class ScriptedOutput(Func<long, int, DeliveryResult> answer) : IOutput
{
    private readonly Lock gate = new();
    private readonly Dictionary<long, int> attempts = [];

    public ScriptedOutput()
        : this(static (_, _) => DeliveryResult.Delivered)
    {
    }

    public List<long> Delivered { get; } = [];

    public TaskCompletionSource? Hold { get; set; }

    public int MostAtOnce { get; private set; }

    public int LargestBatch { get; private set; }

    private int running;

    public async ValueTask<BatchResult> DeliverAsync(IReadOnlyList<Alert> alerts, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            MostAtOnce = Math.Max(MostAtOnce, ++running);
            LargestBatch = Math.Max(LargestBatch, alerts.Count);
        }

        try
        {
            await Task.Yield();
            if (Hold is { } hold)
            {
                await hold.Task.WaitAsync(cancellationToken);
            }

            cancellationToken.ThrowIfCancellationRequested();
            lock (gate)
            {
                return BatchResult.Each([.. alerts.Select(Answer)]);
            }
        }
        finally
        {
            lock (gate)
            {
                running--;
            }
        }
    }

    public int AttemptsFor(long number)
    {
        lock (gate)
        {
            return attempts.GetValueOrDefault(number);
        }
    }

    /// <summary>What was delivered so far.</summary>
    public IReadOnlyList<long> Snapshot()
    {
        lock (gate)
        {
            return [.. Delivered];
        }
    }

    public int Count()
    {
        lock (gate)
        {
            return Delivered.Count;
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private DeliveryResult Answer(Alert alert)
    {
        var number = long.Parse(alert.Rule, CultureInfo.InvariantCulture);
        var attempt = attempts[number] = attempts.GetValueOrDefault(number) + 1;
        var result = answer(number, attempt);
        if (result.Status == DeliveryStatus.Delivered)
        {
            Delivered.Add(number);
        }

        return result;
    }
}

/// <summary>A log, dead letters, positions and an engine on one disk in memory.</summary>
internal sealed class DeliveryRig : IAsyncDisposable
{
    /// <summary>How long a test waits for what must come; it goes on as soon as that has come.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public static readonly DeliveryOptions Quick = new()
    {
        FirstDelay = TimeSpan.FromMilliseconds(2),
        MaxDelay = TimeSpan.FromMilliseconds(10),
        BreakDuration = TimeSpan.FromMilliseconds(500),
        BreakerFailures = 1000,
        DrainTimeout = Patience, // ends as soon as all is delivered
        FirstBlockedDelay = TimeSpan.FromMilliseconds(2),
        MaxBlockedDelay = TimeSpan.FromMilliseconds(10),
        SaveInterval = TimeSpan.FromMilliseconds(20),
    };

    private DeliveryRig(SegmentLog log, DeadLetters deadLetters, DeliveryEngine engine)
    {
        (Log, DeadLetters, Engine) = (log, deadLetters, engine);
    }

    public SegmentLog Log { get; }

    public DeadLetters DeadLetters { get; }

    public DeliveryEngine Engine { get; }

    public static DeliveryRig Open(IDataFiles files, DeliveryOptions? options, params DeliveryInstance[] instances) =>
        Open(files, options, null, NullLogger<DeliveryEngine>.Instance, instances);

    public static DeliveryRig Open(IDataFiles files, DeliveryOptions? options, SegmentLogOptions? logOptions, ILogger<DeliveryEngine> logger, params DeliveryInstance[] instances) =>
        Open(files, null, options, logOptions, logger, instances);

    public static DeliveryRig Open(
        IDataFiles files, TimeProvider? clock, DeliveryOptions? options, SegmentLogOptions? logOptions, ILogger<DeliveryEngine> logger, params DeliveryInstance[] instances)
    {
        var log = LogFixture.Open(files, logOptions, clock: clock);
        var letters = DeadLetters.Open(files, "/data/dead-letters", 1 << 20, freeSpaceReserve: 0, Durability.Fsync, clock ?? TimeProvider.System, NullLogger<SegmentLog>.Instance);
        var store = new CursorStore(files, "/data/cursors", logger);
        var engine = new DeliveryEngine(log, letters, store, instances, options ?? Quick, clock ?? TimeProvider.System, logger);
        engine.Start();
        return new DeliveryRig(log, letters, engine);
    }

    public static DeliveryInstance Instance(string name, IOutput output, int concurrency = 1, int maxBatch = 1, Func<Alert, bool>? filter = null) => new()
    {
        Name = name,
        Descriptor = new OutputDescriptor { Type = "scripted", Title = "", Summary = "", Transport = OutputTransport.Local, DecidingKey = "" },
        Batch = new BatchLimits(maxBatch),
        Output = output,
        Filter = filter ?? (static _ => true),
        MaxConcurrentRequests = concurrency,
    };

    public static async Task UntilAsync(Func<bool> condition, string what)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (!condition())
        {
            if (limit.IsCancellationRequested)
            {
                Assert.Fail($"Not reached: {what}");
            }

            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }

    public Task StopAsync() => Engine.StopAsync(TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await Engine.DisposeAsync();
        await DeadLetters.DisposeAsync();
        await Log.DisposeAsync();
    }
}

/// <summary>Remembers what was logged.</summary>
internal sealed class LogLines : ILogger<DeliveryEngine>
{
    public ConcurrentQueue<(int Id, string Text)> Lines { get; } = [];

    /// <summary>Remembers a line of no number.</summary>
    public void Say(string text) => Lines.Enqueue((0, text));

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Lines.Enqueue((eventId.Id, formatter(state, exception)));
}
