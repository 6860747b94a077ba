namespace Saker.Detector.Following;

/// <summary>How a source of rules does, at one moment.</summary>
internal sealed record FollowedState
{
    /// <summary>What it is called.</summary>
    public required string Name { get; init; }

    /// <summary>The source, without secrets.</summary>
    public required string Source { get; init; }

    /// <summary>The digest of what is kept; empty when nothing is.</summary>
    public string Digest { get; init; } = "";

    /// <summary>Whether a signature is checked.</summary>
    public bool IsSigned { get; init; }

    /// <summary>When what is kept was fetched.</summary>
    public DateTimeOffset? Fetched { get; init; }

    /// <summary>When it was last looked at.</summary>
    public DateTimeOffset? Looked { get; init; }

    /// <summary>When a look last found what is in use, or something that came into use.</summary>
    public DateTimeOffset? Succeeded { get; init; }

    /// <summary>When it will be looked at.</summary>
    public DateTimeOffset? NextLook { get; init; }

    /// <summary>Why the last look came to nothing, as a sentence; null when it did not.</summary>
    public string? Trouble { get; init; }

    /// <summary>Looks whose rules came into use.</summary>
    public long Taken { get; init; }

    /// <summary>Looks that found nothing new.</summary>
    public long Unchanged { get; init; }

    /// <summary>Looks that got no answer.</summary>
    public long Unreachable { get; init; }

    /// <summary>Looks that found something that must not be used.</summary>
    public long Refused { get; init; }
}
