namespace Saker.Outputs;

/// <summary>What one attempt came to.</summary>
public enum DeliveryStatus : byte
{
    /// <summary>The destination has it.</summary>
    Delivered,

    /// <summary>Not now: another attempt may succeed.</summary>
    Retry,

    /// <summary>Refused for good: the same alert would be refused again.</summary>
    Rejected,

    /// <summary>Refused for what is configured, such as the address or the token: any alert would be refused until that is mended.</summary>
    Blocked,

    /// <summary>The output has nothing to send for this alert, which is settled without having been sent.</summary>
    Skipped,
}

/// <summary>The outcome of one attempt for one alert. The router waits, backs off, counts and logs; an output only says what happened.</summary>
public readonly record struct DeliveryResult
{
    private DeliveryResult(DeliveryStatus status, string reason, TimeSpan? retryAfter)
    {
        Status = status;
        this.reason = reason.Length == 0 ? null : reason;
        RetryAfter = retryAfter;
    }

    private readonly string? reason;

    /// <summary>What the attempt came to.</summary>
    public DeliveryStatus Status { get; }

    /// <summary>Why it was not delivered, in words for the log: the status and the destination's own words, cut, without secrets.</summary>
    public string Reason => reason ?? "";

    /// <summary>The delay that the destination asked for, with <see cref="DeliveryStatus.Retry"/>.</summary>
    public TimeSpan? RetryAfter { get; }

    /// <summary>The destination has it.</summary>
    public static DeliveryResult Delivered => default;

    /// <summary>Another attempt may succeed.</summary>
    public static DeliveryResult Retry(string reason, TimeSpan? after = null) => new(DeliveryStatus.Retry, reason, after);

    /// <summary>Refused for good.</summary>
    public static DeliveryResult Rejected(string reason) => new(DeliveryStatus.Rejected, reason, null);

    /// <summary>Refused for what is configured.</summary>
    public static DeliveryResult Blocked(string reason) => new(DeliveryStatus.Blocked, reason, null);

    /// <summary>Nothing to send.</summary>
    public static DeliveryResult Skipped(string reason) => new(DeliveryStatus.Skipped, reason, null);

    /// <summary>The same outcome with other words.</summary>
    public DeliveryResult With(string words) => new(Status, words, RetryAfter);
}
