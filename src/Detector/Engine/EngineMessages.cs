using Saker.Settings;

namespace Saker.Detector.Engine;

/// <summary>What the engine says. Numbers 1000 to 1099; never reused.</summary>
internal static partial class EngineMessages
{
    /// <summary>Says what was found in a configuration.</summary>
    public static void Tell(ILogger logger, ConfigFaults faults)
    {
        foreach (var fault in faults.All)
        {
            if (fault.Severity == FaultSeverity.Error)
            {
                Mistake(logger, fault.ToString());
            }
            else
            {
                Finding(logger, fault.ToString());
            }
        }
    }

    [LoggerMessage(1001, LogLevel.Warning, "{Finding}")]
    public static partial void Finding(ILogger logger, string finding);

    [LoggerMessage(1002, LogLevel.Error, "{Finding}")]
    public static partial void Mistake(ILogger logger, string finding);

    [LoggerMessage(1003, LogLevel.Information, "rules loaded: {On} on, {Off} off.")]
    public static partial void RulesLoaded(ILogger logger, int on, int off);

    [LoggerMessage(1004, LogLevel.Debug, "rule on: {Rule} ({Priority}).")]
    public static partial void RuleOn(ILogger logger, string rule, string priority);

    [LoggerMessage(1005, LogLevel.Warning, "{Count} rules off, for {Reason}: {Rules}.")]
    public static partial void RulesOff(ILogger logger, int count, string reason, string rules);

    [LoggerMessage(1006, LogLevel.Information, "driver loaded: {Driver} (attached: {Attached}; {Calls} system calls asked for).")]
    public static partial void DriverLoaded(ILogger logger, string driver, string attached, int calls);

    [LoggerMessage(1007, LogLevel.Error, "The detector cannot start: {Reason}")]
    public static partial void CannotStart(ILogger logger, string reason);

    [LoggerMessage(1023, LogLevel.Error, "The replay ends early, after {Events} events: {Reason} What came before was told.")]
    public static partial void EndedEarly(ILogger logger, long events, string reason);

    [LoggerMessage(1008, LogLevel.Information, "{Threads} threads known from /proc. Watching.")]
    public static partial void Watching(ILogger logger, int threads);

    [LoggerMessage(1009, LogLevel.Warning, "Events were lost: {RingFull} since rings were full, {TooLarge} too large, {Busy} since the kernel skipped a busy driver, {Other} to other faults in the kernel, {Backlog} while /proc was read, {Malformed} malformed ({Total} since the start).")]
    public static partial void Drops(ILogger logger, long ringFull, long tooLarge, long busy, long other, long backlog, long malformed, long total);

    [LoggerMessage(1010, LogLevel.Information, "Stopped: {Events} events, {Alerts} alerts, {Dropped} events lost, {Unwritten} alerts left unwritten{ByOutput}.")]
    public static partial void Stopped(ILogger logger, long events, long alerts, long dropped, long unwritten, string byOutput);

    [LoggerMessage(1011, LogLevel.Warning, "No output is enabled; alerts go nowhere (stdout_output, file_output, syslog_output, program_output, http_output, router_output, grpc_output).")]
    public static partial void NoOutput(ILogger logger);

    [LoggerMessage(1012, LogLevel.Debug, "rule {Rule}: its output prints {Field} as absent: {Reason}.")]
    public static partial void OutputFieldAbsent(ILogger logger, string rule, string field, string reason);

    [LoggerMessage(1013, LogLevel.Information, "{Count} rules on with less to go by, for {Fields} never have a value here ({Reason}): {Rules}.")]
    public static partial void ConditionFieldsAbsent(ILogger logger, int count, string fields, string reason, string rules);

    [LoggerMessage(1014, LogLevel.Warning, "Events had been lost, so the state was read from /proc again: {Threads} threads ({Rescans} times since the start).")]
    public static partial void Rescanned(ILogger logger, int threads, long rescans);

    [LoggerMessage(1015, LogLevel.Warning, "{Note}")]
    public static partial void SourceNote(ILogger logger, string note);

    [LoggerMessage(1016, LogLevel.Error, "{Dropped} events were lost in the last second, and syscall_event_drops.actions says 'exit': the detector ends.")]
    public static partial void ExitOnDrops(ILogger logger, long dropped);

    [LoggerMessage(1019, LogLevel.Information, "Failed calls of these are left out in the kernel, as no rule can match them (engine.modern_ebpf.prefilter): {Calls}.")]
    public static partial void FailedLeftOut(ILogger logger, string calls);

    [LoggerMessage(1021, LogLevel.Information, "{Opens} that no rule can match are left out in the kernel (engine.modern_ebpf.prefilter). Told are some of paths that begin with one of {Count} texts: {Beginnings}.")]
    public static partial void OpensLeftOut(ILogger logger, string opens, int count, string beginnings);

    [LoggerMessage(1024, LogLevel.Information, "{Opens} are left out in the kernel altogether, as no rule can match one (engine.modern_ebpf.prefilter).")]
    public static partial void AllOpensLeftOut(ILogger logger, string opens);

    [LoggerMessage(1022, LogLevel.Information, "All opens of files that succeed are told, as the rule '{Rule}' may match {Call} on any file, and reads which one it is.")]
    public static partial void OpensKept(ILogger logger, string rule, string call);

    [LoggerMessage(1030, LogLevel.Warning, "{Count} rules on without an event that they name, for '{Event}' is not delivered by this driver: {Rules}.")]
    public static partial void EventUndelivered(ILogger logger, int count, string @event, string rules);

    [LoggerMessage(1017, LogLevel.Warning, "Rule files that the configuration names are not there, and are passed over: {Files}.")]
    public static partial void RuleFilesAbsent(ILogger logger, string files);

    [LoggerMessage(1018, LogLevel.Error, "There are no rules to watch by: {Reason}. Name rule files or folders below 'rules_files' in {File}, or with --rules.")]
    public static partial void NoRuleFile(ILogger logger, string reason, string file);

    [LoggerMessage(1040, LogLevel.Information, "There is no {File}: the defaults are used.")]
    public static partial void Defaults(ILogger logger, string file);

    [LoggerMessage(1041, LogLevel.Information, "Stopped before watching had begun.")]
    public static partial void StoppedEarly(ILogger logger);

    [LoggerMessage(1049, LogLevel.Information, "Stopping: outputs have {Seconds} seconds for the alerts that wait for them.")]
    public static partial void Stopping(ILogger logger, double seconds);

    [LoggerMessage(1042, LogLevel.Information, "Configuration and rules have no mistakes; nothing was started (--dry-run).")]
    public static partial void Checked(ILogger logger);

    [LoggerMessage(1043, LogLevel.Information, "Reading configuration and rules again: {Cause}.")]
    public static partial void Rereading(ILogger logger, string cause);

    [LoggerMessage(1044, LogLevel.Error, "Configuration or rules have mistakes, which the lines above name; the detector goes on with what it had.")]
    public static partial void OldOneKept(ILogger logger);

    [LoggerMessage(1045, LogLevel.Information, "Configuration and rules are in use ({Driver}).")]
    public static partial void Reloaded(ILogger logger, string driver);

    [LoggerMessage(1046, LogLevel.Warning, "A replay reads its configuration once; SIGHUP changes nothing.")]
    public static partial void ReplayIsNotReloaded(ILogger logger);

    [LoggerMessage(1047, LogLevel.Error, "The new configuration cannot be used: {Reason} The detector goes on with what it had.")]
    public static partial void CannotReload(ILogger logger, string reason);

    [LoggerMessage(1048, LogLevel.Information, "Files of outputs are opened anew.")]
    public static partial void Reopened(ILogger logger);
}
