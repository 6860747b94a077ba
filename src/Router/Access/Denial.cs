namespace Saker.Router.Access;

/// <summary>Why a request is not let in.</summary>
internal enum DenialKind : byte
{
    /// <summary>Nobody knows who sends it.</summary>
    Unknown,

    /// <summary>Its sender is known and may not do this.</summary>
    NotAllowed,

    /// <summary>Its sender does this too often.</summary>
    TooMany,
}

/// <summary>A request that is not let in, in no protocol's words.</summary>
/// <param name="Kind">What is in its way.</param>
/// <param name="Sentence">Tells the sender.</param>
/// <param name="RetryAfter">When to come again, of those that may.</param>
internal sealed record Denial(DenialKind Kind, string Sentence, TimeSpan RetryAfter);
