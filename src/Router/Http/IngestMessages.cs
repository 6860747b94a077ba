namespace Saker.Router.Http;

/// <summary>What the way in says. Numbers 3200 to 3219; never reused.</summary>
internal static partial class IngestMessages
{
    [LoggerMessage(3200, LogLevel.Warning, "Not taken: {Count} since this was last said, the last one from {Sender}: {Reason}.")]
    public static partial void NotTaken(ILogger logger, long count, string sender, string reason);

    [LoggerMessage(3201, LogLevel.Error, "A request failed unexpectedly ({Count} since this was last said).")]
    public static partial void Failed(ILogger logger, Exception? exception, long count);

    [LoggerMessage(3202, LogLevel.Warning, "The HTTP server was held up for more than a second ({Count} since this was last said): the machine, or what the container may use of it, is too small for what runs there.")]
    public static partial void HeldUp(ILogger logger, long count);

    [LoggerMessage(3203, LogLevel.Warning, "The HTTP server says ({Count} since this was last said): {Message}")]
    public static partial void Says(ILogger logger, long count, string message);
}
