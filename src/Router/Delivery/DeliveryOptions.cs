using Saker.Alerts;
using Saker.Outputs;

namespace Saker.Router.Delivery;

/// <summary>How delivery behaves, the same for every instance.</summary>
internal sealed record DeliveryOptions
{
    /// <summary>Time that one attempt has.</summary>
    public TimeSpan AttemptTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Wait before the second attempt; later waits double, with jitter.</summary>
    public TimeSpan FirstDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest wait that the router chooses by itself.</summary>
    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Longest wait that a destination may ask for.</summary>
    public TimeSpan MaxRetryAfter { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>Attempts that fail in a row before the circuit breaker opens.</summary>
    public int BreakerFailures { get; init; } = 5;

    /// <summary>Time for which an open breaker lets no attempt through.</summary>
    public TimeSpan BreakDuration { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Wait before the next alert is tried on an output that is blocked; later waits double.</summary>
    public TimeSpan FirstBlockedDelay { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Longest wait before an alert is tried on an output that is blocked.</summary>
    public TimeSpan MaxBlockedDelay { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Refusals for what is configured after which an alert is given up, if others were delivered between them.</summary>
    public int MaxBlocked { get; init; } = 3;

    /// <summary>Failures after which an alert is given up, if others were delivered meanwhile.</summary>
    public int MaxFailures { get; init; } = 8;

    /// <summary>Unexpected exceptions after which an alert is given up.</summary>
    public int MaxUnexpected { get; init; } = 3;

    /// <summary>Age, since it was accepted, at which an undelivered alert is given up.</summary>
    public TimeSpan GiveUpAfter { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Bytes of the log that one instance may lag behind before it is cut loose.</summary>
    public long BacklogBytes { get; init; } = 4L << 30;

    /// <summary>Age of alerts that one instance may lag behind before it is cut loose.</summary>
    public TimeSpan BacklogAge { get; init; } = TimeSpan.FromHours(72);

    /// <summary>Over its backlog an instance is not cut loose; instead no alert is taken until it has caught up.</summary>
    public bool RefuseWhenFull { get; init; }

    /// <summary>Time for which the cursor of a removed instance still holds the log.</summary>
    public TimeSpan OrphanAfter { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Time that a stopping router gives to what is not delivered yet.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Time between two saves of the positions: what a crash delivers twice at most.</summary>
    public TimeSpan SaveInterval { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Attempts under way at once for <c>maxconcurrentrequests: 0</c>.</summary>
    public int DefaultConcurrency { get; init; } = 16;
}

/// <summary>An output instance as delivery needs it.</summary>
internal sealed record DeliveryInstance
{
    /// <summary>Its name; with the type its identity.</summary>
    public required string Name { get; init; }

    /// <summary>What the output is and can do.</summary>
    public required OutputDescriptor Descriptor { get; init; }

    /// <summary>The output. The engine does not dispose it.</summary>
    public required IOutput Output { get; init; }

    /// <summary>How many alerts it takes at once.</summary>
    public BatchLimits Batch { get; init; } = BatchLimits.One;

    /// <summary>True for an exception of its client after which another attempt may succeed.</summary>
    public Func<Exception, bool> IsTransient { get; init; } = static _ => false;

    /// <summary>Time that one attempt has; zero for that of <see cref="DeliveryOptions"/>.</summary>
    public TimeSpan AttemptTimeout { get; init; }

    /// <summary>True for the alerts it gets. Called for every alert.</summary>
    public required Func<Alert, bool> Filter { get; init; }

    /// <summary>Attempts under way at once: 1 keeps the order of the log, retries included; 0 leaves the number to the router.</summary>
    public int MaxConcurrentRequests { get; init; } = 1;

    /// <summary>A new instance begins with the oldest alert of the log instead of the next one.</summary>
    public bool StartFromBeginning { get; init; }

    /// <summary>Values that are masked in reasons before they are logged or kept.</summary>
    public IReadOnlyList<Secret> Secrets { get; init; } = [];
}
