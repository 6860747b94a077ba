namespace Saker.Router.Ingest;

internal enum IntakeStatus : byte
{
    /// <summary>Durable; the sender may forget it.</summary>
    Stored,

    /// <summary>No alert.</summary>
    Invalid,

    /// <summary>An alert, but larger than the log takes, or with more fields than are allowed.</summary>
    TooLarge,

    /// <summary>An alert that its sender may not send.</summary>
    NotAllowed,

    /// <summary>An alert that comes back in a circle; it is kept already.</summary>
    Circle,

    /// <summary>An alert that cannot be kept now; the sender should come again.</summary>
    Refused,
}

/// <summary>What became of one alert.</summary>
/// <param name="Status">What became of it.</param>
/// <param name="Reason">Why it was not stored, without a word of the body.</param>
/// <param name="RetryAfter">When to come again.</param>
internal readonly record struct IntakeResult(IntakeStatus Status, string Reason, TimeSpan RetryAfter)
{
    public static IntakeResult Stored => default;

    public static IntakeResult Invalid(string reason) => new(IntakeStatus.Invalid, reason, default);
}
