using Saker.Logging;
using Saker.Router.Access;
using Saker.Router.Delivery;
using Saker.Router.Enrichment;
using Saker.Router.Http;
using Saker.Router.Options;
using Saker.Router.Routing;
using Saker.Router.Telemetry;

namespace Saker.Router.Reload;

/// <summary>The parts of a running router that another configuration changes.</summary>
internal sealed record ReloadTargets
{
    public required AlertEnricher Enricher { get; init; }

    public required AccessControl Access { get; init; }

    public required DeliveryEngine Delivery { get; init; }

    public required LogLevelSwitch Levels { get; init; }

    /// <summary>Gets what the outputs have to say.</summary>
    public required OutputNotices Notices { get; init; }

    public required RouterMetrics Metrics { get; init; }

    public required ReloadMetrics Reloads { get; init; }

    /// <summary>Null without TLS towards senders.</summary>
    public ServerCertificates? Certificates { get; init; }

    /// <summary>The least level of the log that options ask for.</summary>
    public static LogLevel LevelOf(RouterOptions options) => options.Debug ? LogLevel.Debug : options.LogLevel switch
    {
        "debug" => LogLevel.Debug,
        "warning" => LogLevel.Warning,
        "error" => LogLevel.Error,
        _ => LogLevel.Information,
    };
}
