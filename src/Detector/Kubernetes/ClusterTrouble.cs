namespace Saker.Detector.Kubernetes;

/// <summary>What became of a request to the API server.</summary>
internal enum ClusterOutcome
{
    /// <summary>It was answered.</summary>
    Answered,

    /// <summary>There is no such object.</summary>
    Missing,

    /// <summary>What was asked from is too old; the list is to be read anew.</summary>
    Gone,

    /// <summary>No connection came about, or it broke.</summary>
    Unreachable,

    /// <summary>The token is not taken.</summary>
    Unauthorized,

    /// <summary>The rights do not suffice.</summary>
    Forbidden,

    /// <summary>The server is busy or broken.</summary>
    Busy,

    /// <summary>No answer came in time.</summary>
    Slow,

    /// <summary>The answer is larger than any that is taken.</summary>
    TooLarge,

    /// <summary>The answer makes no sense.</summary>
    Damaged,
}

/// <summary>The API server did not answer as it should. The message names the server and the reason, in words of ours alone.</summary>
internal sealed class ClusterTroubleException(ClusterOutcome outcome, string message, Exception? inner = null) : IOException(message, inner)
{
    /// <summary>What it is.</summary>
    public ClusterOutcome Outcome { get; } = outcome;
}
