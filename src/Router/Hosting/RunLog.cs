using Saker.Outputs.Proxies;
using Saker.Settings;

namespace Saker.Router.Hosting;

/// <summary>What the program says of its start and stop. Numbers 3500 to 3519; never reused, 3506 is gone; 3501 to 3503 are the configuration's.</summary>
internal static partial class RunLog
{
    [LoggerMessage(3500, LogLevel.Information, "Alerts are taken at {Address} and kept in {Directory}; outputs: {Outputs}; proxy: {Proxy}.")]
    public static partial void Started(ILogger logger, string address, string directory, string outputs, ProxySettings proxy);

    [LoggerMessage(3504, LogLevel.Warning, "The data directory {Directory} may be gone with the container, and each replica has its own: alerts not yet delivered would be lost, and duplicates are seen per replica. Mount a volume at /var/lib/saker-router, or name one with --data-dir or DATA_DIR.")]
    public static partial void TemporaryDirectory(ILogger logger, string directory);

    [LoggerMessage(3505, LogLevel.Information, "Stopping: alerts are taken for {Time} more, then refused.")]
    public static partial void Stopping(ILogger logger, string time);

    [LoggerMessage(3507, LogLevel.Critical, "The router cannot start: {Reason}")]
    public static partial void CannotStart(ILogger logger, string reason);

    [LoggerMessage(3508, LogLevel.Warning, "{Key} ({Count} since this was last said): {Problem}")]
    public static partial void OptionFails(ILogger logger, string key, long count, string problem);

    [LoggerMessage(3509, LogLevel.Warning, "No output is on: alerts are taken and kept in the log, and delivered nowhere.")]
    public static partial void NoOutput(ILogger logger);

    [LoggerMessage(3516, LogLevel.Warning, "Alerts are taken from everybody who reaches {Address}. To take them from known clients only, set http.clients and 'http.protect: [alerts]'.")]
    public static partial void OpenToAll(ILogger logger, string address);

    [LoggerMessage(3515, LogLevel.Warning, "Alerts are kept in memory only, in {Directory}, because no disk can be written and delivery.durability is 'memory': what is not delivered is gone with the process or the container. Sizes of the log are fitted to its {Size}.")]
    public static partial void MemoryDirectory(ILogger logger, string directory, ByteSize size);
}
