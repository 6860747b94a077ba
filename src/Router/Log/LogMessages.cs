namespace Saker.Router.Log;

/// <summary>What the alert log says. Event ids 3000 to 3049; an id is never used again for something else.</summary>
internal static partial class LogMessages
{
    [LoggerMessage(3000, LogLevel.Information, "Alert log opened in {Directory}: {Segments} segments, {Bytes} bytes, positions {First} to {Next}; durability {Durability}.")]
    public static partial void Opened(ILogger logger, string directory, int segments, long bytes, long first, long next, string durability);

    [LoggerMessage(3001, LogLevel.Warning, "The alert log's last segment {Segment} ended in {Bytes} bytes that are no whole record, as a crash in the middle of a write leaves them. It was cut at byte {Offset}; the bytes are kept in {Copy}.")]
    public static partial void TailCut(ILogger logger, string segment, long bytes, long offset, string copy);

    [LoggerMessage(3002, LogLevel.Error, "The alert log's segment {Segment} is damaged from byte {From} to {To}. Records behind it are read on; those in it are lost, and each output reports how many. The bytes are kept in {Copy}.")]
    public static partial void Damaged(ILogger logger, string segment, long from, long to, string copy);

    [LoggerMessage(3003, LogLevel.Error, "The head of the alert log's segment {Segment} is damaged; its name and its records are used instead.")]
    public static partial void HeadDamaged(ILogger logger, string segment);

    [LoggerMessage(3004, LogLevel.Error, "Writing to the alert log failed: {Reason} Alerts are refused (503) until it succeeds again; nothing that was accepted is affected.")]
    public static partial void WriteFailed(ILogger logger, string reason);

    [LoggerMessage(3005, LogLevel.Error, "Only {Free} bytes are free below {Directory}, and {Reserve} are kept in reserve. Alerts are refused (503) until there is room.")]
    public static partial void DiskFull(ILogger logger, long free, string directory, long reserve);

    [LoggerMessage(3006, LogLevel.Warning, "The alert log takes alerts again; {Refused} were refused.")]
    public static partial void Recovered(ILogger logger, long refused);

    [LoggerMessage(3007, LogLevel.Error, "The alert log ends at {Next}, but an output has read up to {Position}: its end was lost. It goes on at {Position}, so that no number is given twice.")]
    public static partial void EndLost(ILogger logger, long next, long position);

    [LoggerMessage(3008, LogLevel.Warning, "The alert log's segment {Segment} could not be deleted: {Reason}")]
    public static partial void NotDeleted(ILogger logger, string segment, string reason);

    [LoggerMessage(3009, LogLevel.Error, "The damaged bytes {From} to {To} of {Segment} could not be copied aside: {Reason} They stay where they are.")]
    public static partial void NotCopied(ILogger logger, string segment, long from, long to, string reason);

    [LoggerMessage(3010, LogLevel.Error, "{Count} alerts that were accepted at durability 'memory' could not be written and are lost.")]
    public static partial void WrittenBehindLost(ILogger logger, int count);

    [LoggerMessage(3011, LogLevel.Error, "{Segment} is named like a segment of the alert log and is none: {Reason}. It was moved to {Target} and nothing in it is used.")]
    public static partial void MovedAside(ILogger logger, string segment, string reason, string target);
}
