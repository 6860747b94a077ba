namespace Saker.Router.Delivery;

/// <summary>What delivery says. Event ids 3100 to 3149; an id is never used again for something else.</summary>
internal static partial class DeliveryMessages
{
    [LoggerMessage(3100, LogLevel.Warning, "Output {Output} fails: {Reason}")]
    public static partial void Failing(ILogger logger, string output, string reason);

    [LoggerMessage(3101, LogLevel.Warning, "Output {Output} fails in another way now, after {Failures} failed attempts: {Reason}")]
    public static partial void FailingOtherwise(ILogger logger, string output, long failures, string reason);

    [LoggerMessage(3102, LogLevel.Information, "Output {Output} delivers again, after {Failures} failed attempts.")]
    public static partial void DeliversAgain(ILogger logger, string output, long failures);

    [LoggerMessage(3103, LogLevel.Error, "Output {Output}: {Count} alerts went to the dead letters since the start; the last one, {AlertId}, as {State}: {Reason}")]
    public static partial void DeadLettered(ILogger logger, string output, long count, Guid alertId, PendingState state, string reason);

    [LoggerMessage(3104, LogLevel.Error, "Output {Output}: {Lost} alerts were lost from the log before it could read them; {Total} so far.")]
    public static partial void Lost(ILogger logger, string output, long lost, long total);

    [LoggerMessage(3105, LogLevel.Error, "Output {Output} is over its backlog budget: up to {Count} of its oldest undelivered alerts were given up, for this output only. Later ones are still delivered; while it stays over the budget, more are given up and counted.")]
    public static partial void CutLoose(ILogger logger, string output, long count);

    [LoggerMessage(3106, LogLevel.Warning, "Output {Output} of type {Type} is not configured any more. Its position is kept for {Time}, in case it comes back.")]
    public static partial void Orphaned(ILogger logger, string output, string type, string time);

    [LoggerMessage(3107, LogLevel.Warning, "The position of the removed output {Output} of type {Type} was dropped; it left up to {Count} alerts undelivered.")]
    public static partial void OrphanDropped(ILogger logger, string output, string type, long count);

    [LoggerMessage(3108, LogLevel.Error, "The file of the outputs' positions was damaged. It is kept as {Copy}; every output begins again with the oldest alert that is kept, so that alerts may arrive twice.")]
    public static partial void CursorsDamaged(ILogger logger, string copy);

    [LoggerMessage(3109, LogLevel.Error, "The outputs' positions could not be saved: {Reason} A crash now would deliver again what was delivered since the last save.")]
    public static partial void NotSaved(ILogger logger, string reason);

    [LoggerMessage(3110, LogLevel.Information, "The outputs' positions are saved again.")]
    public static partial void SavedAgain(ILogger logger);

    [LoggerMessage(3111, LogLevel.Error, "Output {Output}: dead letter could not be kept: {Reason} It is tried again; the output waits.")]
    public static partial void DeadLetterNotKept(ILogger logger, string output, string reason);

    [LoggerMessage(3112, LogLevel.Information, "Stopped. Every alert that was accepted is delivered or in the dead letters.")]
    public static partial void StoppedEmpty(ILogger logger);

    [LoggerMessage(3113, LogLevel.Warning, "Stopped. Not delivered yet, and delivered after the next start: {Left}.")]
    public static partial void StoppedWithRest(ILogger logger, string left);

    [LoggerMessage(3114, LogLevel.Error, "Output {Output}: record {Position} of the log is intact but holds no alert, and counts as lost: {Reason}")]
    public static partial void Unreadable(ILogger logger, string output, long position, string reason);

    [LoggerMessage(3115, LogLevel.Error, "Upkeep of the alert log failed: {Reason} It is tried again.")]
    public static partial void UpkeepFailed(ILogger logger, string reason);

    [LoggerMessage(3116, LogLevel.Error, "Over their backlog budget: {Outputs}. Alerts are refused (503) until they have caught up, because delivery.whenfull says 'refuse'.")]
    public static partial void BacklogFull(ILogger logger, string outputs);

    [LoggerMessage(3117, LogLevel.Warning, "The outputs have caught up; alerts are taken again.")]
    public static partial void BacklogHasRoom(ILogger logger);

    [LoggerMessage(3120, LogLevel.Error, "The dead letters in {Directory} are damaged: {Count} entries are lost. What is intact is kept; what was dropped or sent again may show once more.")]
    public static partial void DeadLettersLost(ILogger logger, string directory, long count);

    [LoggerMessage(3118, LogLevel.Warning, "The clock jumped ahead by {By}. That time makes no alert older.")]
    public static partial void ClockAhead(ILogger logger, string by);

    [LoggerMessage(3119, LogLevel.Warning, "The clock went back by {By}. Accept times do not: they go on at half speed until it has caught up.")]
    public static partial void ClockBack(ILogger logger, string by);

    [LoggerMessage(3122, LogLevel.Error, "Output {Output} is blocked: its destination refuses what is configured for it, and would refuse every alert: {Reason}. Its alerts are kept; one is tried now and then, and at once when the configuration is read again.")]
    public static partial void Blocked(ILogger logger, string output, string reason);

    [LoggerMessage(3123, LogLevel.Warning, "Output {Output} is paused by {By}. Its alerts wait within its backlog until it is resumed, also beyond a restart.")]
    public static partial void Paused(ILogger logger, string output, string by);

    [LoggerMessage(3124, LogLevel.Information, "Output {Output} is resumed by {By}.")]
    public static partial void Resumed(ILogger logger, string output, string by);

    [LoggerMessage(3125, LogLevel.Warning, "Output {Output} is paused since {Since:u}. Its alerts wait within its backlog until it is resumed: saker-router outputs resume {Output}.")]
    public static partial void StillPaused(ILogger logger, string output, DateTimeOffset since);

    [LoggerMessage(3121, LogLevel.Debug, "Output {Output}: alert {AlertId} is {State}.")]
    public static partial void Settled(ILogger logger, string output, Guid alertId, PendingState state);
}
