namespace Saker.Detector.Engine;

/// <summary>What the engine says. Numbers 1000 to 1099; never reused.</summary>
internal static partial class EngineMessages
{
    [LoggerMessage(1001, LogLevel.Warning, "{Finding}")]
    public static partial void Finding(ILogger logger, string finding);

    [LoggerMessage(1002, LogLevel.Error, "{Finding}")]
    public static partial void Mistake(ILogger logger, string finding);

    [LoggerMessage(1003, LogLevel.Information, "rules loaded: {On} on, {Off} off.")]
    public static partial void RulesLoaded(ILogger logger, int on, int off);

    [LoggerMessage(1004, LogLevel.Debug, "rule on: {Rule} ({Priority}).")]
    public static partial void RuleOn(ILogger logger, string rule, string priority);

    [LoggerMessage(1005, LogLevel.Warning, "rule off: {Rule}: {Reason}.")]
    public static partial void RuleOff(ILogger logger, string rule, string reason);

    [LoggerMessage(1006, LogLevel.Information, "driver loaded: {Driver} (attached: {Attached}; {Calls} system calls asked for).")]
    public static partial void DriverLoaded(ILogger logger, string driver, string attached, int calls);

    [LoggerMessage(1007, LogLevel.Error, "The detector cannot start: {Reason}")]
    public static partial void CannotStart(ILogger logger, string reason);

    [LoggerMessage(1008, LogLevel.Information, "{Threads} threads known from /proc. Watching.")]
    public static partial void Watching(ILogger logger, int threads);

    [LoggerMessage(1009, LogLevel.Warning, "Events were lost: {RingFull} since rings were full, {TooLarge} too large, {Other} to other faults in the kernel, {Backlog} while /proc was read, {Malformed} malformed ({Total} since the start).")]
    public static partial void Drops(ILogger logger, long ringFull, long tooLarge, long other, long backlog, long malformed, long total);

    [LoggerMessage(1010, LogLevel.Information, "Stopped: {Events} events, {Alerts} alerts, {Dropped} events lost, {Unwritten} alerts left unwritten.")]
    public static partial void Stopped(ILogger logger, long events, long alerts, long dropped, long unwritten);

    [LoggerMessage(1011, LogLevel.Warning, "No output is enabled; alerts go nowhere (stdout_output, file_output, http_output).")]
    public static partial void NoOutput(ILogger logger);

    [LoggerMessage(1012, LogLevel.Debug, "rule {Rule}: its output prints {Field} as absent: {Reason}.")]
    public static partial void OutputFieldAbsent(ILogger logger, string rule, string field, string reason);

    [LoggerMessage(1013, LogLevel.Information, "rule on, with less to go by: {Rule}: the field '{Field}' never has a value here: {Reason}.")]
    public static partial void ConditionFieldAbsent(ILogger logger, string rule, string field, string reason);

    [LoggerMessage(1014, LogLevel.Warning, "Events had been lost, so the state was read from /proc again: {Threads} threads ({Rescans} times since the start).")]
    public static partial void Rescanned(ILogger logger, int threads, long rescans);

    [LoggerMessage(1015, LogLevel.Warning, "{Note}")]
    public static partial void SourceNote(ILogger logger, string note);

    [LoggerMessage(1016, LogLevel.Error, "{Dropped} events were lost in the last second, and syscall_event_drops.actions says 'exit': the detector ends.")]
    public static partial void ExitOnDrops(ILogger logger, long dropped);

    [LoggerMessage(1017, LogLevel.Warning, "Rule files that the configuration names are not there, and are passed over: {Files}.")]
    public static partial void RuleFilesAbsent(ILogger logger, string files);

    [LoggerMessage(1018, LogLevel.Error, "There are no rules to watch by: {Reason}. Name rule files or folders below 'rules_files' in {File}, or with --rules.")]
    public static partial void NoRuleFile(ILogger logger, string reason, string file);

    [LoggerMessage(1040, LogLevel.Information, "There is no {File}: the defaults are used.")]
    public static partial void Defaults(ILogger logger, string file);
}
