namespace Saker.Detector.Following;

/// <summary>A source gives nothing that can be used. The message is a sentence without secrets.</summary>
internal sealed class RulesSourceException(string message, bool isRefusal, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Whether the source answered, and what it has must not be used; else trying again soon may help.</summary>
    public bool IsRefusal { get; } = isRefusal;

    /// <summary>What the source has must not be used.</summary>
    public static RulesSourceException Refused(string message, Exception? inner = null) => new(message, isRefusal: true, inner);

    /// <summary>The source does not answer as it should.</summary>
    public static RulesSourceException Unreachable(string message, Exception? inner = null) => new(message, isRefusal: false, inner);
}
