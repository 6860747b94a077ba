using System.Text.Json;
using System.Text.Json.Serialization;
using Saker.Router.Configuration;
using Saker.Router.Log;
using Saker.Router.Reload;
using Saker.Settings;

namespace Saker.Router.Api;

/// <summary>How the router stands.</summary>
internal sealed record StatusView
{
    /// <summary>The router's version.</summary>
    public required string Version { get; init; }

    /// <summary>When it started.</summary>
    public required DateTimeOffset Started { get; init; }

    /// <summary>Seconds since then.</summary>
    public required double UptimeSeconds { get; init; }

    /// <summary>The directory that holds alerts, positions and dead letters.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>Where it listens.</summary>
    public required IReadOnlyList<string> Addresses { get; init; }

    /// <summary>Why alerts cannot be taken at present; null when they can.</summary>
    public required string? Fault { get; init; }

    /// <summary>The alert log.</summary>
    public required LogView Log { get; init; }

    /// <summary>Dead letters that are kept.</summary>
    public required long DeadLetters { get; init; }

    /// <summary>How many outputs stand how.</summary>
    public required OutputCounts Outputs { get; init; }

    /// <summary>The last time that the configuration was read again; null when it was not.</summary>
    public required ReloadView? LastReload { get; init; }
}

/// <summary>How many outputs stand how.</summary>
/// <param name="Healthy">Outputs whose attempts succeed.</param>
/// <param name="Failing">Outputs whose attempts fail.</param>
/// <param name="Blocked">Outputs whose destination refuses everything for what is configured.</param>
/// <param name="Paused">Outputs that somebody has wait.</param>
internal sealed record OutputCounts(int Healthy, int Failing, int Blocked, int Paused);

/// <summary>The alert log.</summary>
internal sealed record LogView
{
    /// <summary>The oldest position that can still be read.</summary>
    public required long First { get; init; }

    /// <summary>The position that the next alert gets.</summary>
    public required long Next { get; init; }

    /// <summary>Bytes on the disk.</summary>
    public required long Bytes { get; init; }

    /// <summary>Segments on the disk.</summary>
    public required int Segments { get; init; }

    /// <summary>Groups of alerts that were stored with one sync, since the start.</summary>
    public required long Groups { get; init; }

    /// <summary>Appends refused since the start, for a full or failing disk.</summary>
    public required long Refused { get; init; }

    /// <summary>Damaged stretches seen since the start.</summary>
    public required long Damaged { get; init; }

    public static LogView Of(AlertLogStatus log) => new()
    {
        First = log.First,
        Next = log.Next,
        Bytes = log.Bytes,
        Segments = log.Segments,
        Groups = log.Groups,
        Refused = log.Refused,
        Damaged = log.Damaged,
    };
}

/// <summary>A reading of the configuration.</summary>
internal sealed record ReloadView
{
    /// <summary>When.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>What caused it: `SIGHUP`, or a file that changed.</summary>
    public required string Cause { get; init; }

    /// <summary>What came of it: `applied`, `unchanged`, `refused` for its faults, or `failed` unexpectedly.</summary>
    public required string Result { get; init; }

    /// <summary>Outputs that were added, changed (with the keys) or removed, and the router's own keys that took effect.</summary>
    public required IReadOnlyList<string> Changes { get; init; }

    /// <summary>Keys that take effect with the next start only.</summary>
    public required IReadOnlyList<string> NeedsRestart { get; init; }

    public static ReloadView? Of(LastReload? reload) => reload is null ? null
        : new() { At = reload.At, Cause = reload.Cause, Result = reload.Result, Changes = reload.Changes, NeedsRestart = reload.NeedsRestart };
}

/// <summary>The configuration in effect.</summary>
internal sealed record ConfigurationView
{
    /// <summary>The file; null when the environment alone configures the router.</summary>
    public required string? File { get; init; }

    /// <summary>Every setting with its source. Secrets are masked.</summary>
    public required IReadOnlyList<SettingView> Settings { get; init; }

    /// <summary>The proxies towards outputs.</summary>
    public required string Proxies { get; init; }

    /// <summary>The outputs that are on.</summary>
    public required IReadOnlyList<ConfiguredOutput> Outputs { get; init; }

    /// <summary>What was found in it, in the order of the findings.</summary>
    public required IReadOnlyList<FindingView> Findings { get; init; }

    public static ConfigurationView Of(RouterConfiguration configuration) => Of(configuration, []);

    public static ConfigurationView Of(RouterConfiguration configuration, IEnumerable<ConfigFault> further) => new()
    {
        File = configuration.File,
        Settings = [.. configuration.Effective.Select(static value => new SettingView(value.Path, value.Text, value.Source?.ToString() ?? "default"))],
        Proxies = configuration.Proxy.ToString(),
        Outputs = [.. configuration.Outputs.Select(static output => new ConfiguredOutput(output.Name, output.Registration.Descriptor.Type))],
        Findings = [.. configuration.Faults.Concat(further).Select(static fault => new FindingView(fault.Severity.ToString().ToLowerInvariant(), fault.ToString()))],
    };
}

/// <summary>A setting.</summary>
/// <param name="Key">Its key with the sections before it.</param>
/// <param name="Value">Its value; a secret is masked.</param>
/// <param name="Source">Where it comes from: a line of a file, a variable, or `default`.</param>
internal sealed record SettingView(string Key, string Value, string Source);

/// <summary>An output of the configuration.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type.</param>
internal sealed record ConfiguredOutput(string Name, string Type);

/// <summary>What was found in the configuration.</summary>
/// <param name="Severity">`notice`, `warning` or `error`.</param>
/// <param name="Detail">Where and what.</param>
internal sealed record FindingView(string Severity, string Detail);

/// <summary>What the router would do with an alert.</summary>
internal sealed record RouteAnswer
{
    /// <summary>The alert as it would be stored, with what the configuration adds.</summary>
    public required JsonElement Alert { get; init; }

    /// <summary>Fields that the configuration adds.</summary>
    public required IReadOnlyList<AddedField> Added { get; init; }

    /// <summary>Templates that fail on this alert; their fields hold what was written until then.</summary>
    public required IReadOnlyList<string> Problems { get; init; }

    /// <summary>Each output, also those that are off.</summary>
    public required IReadOnlyList<RoutedView> Outputs { get; init; }
}

/// <summary>A field that the configuration adds.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its value.</param>
/// <param name="By">`customfields` or `templatedfields`.</param>
internal sealed record AddedField(string Name, string Value, string By);

/// <summary>Whether an output would get an alert.</summary>
internal sealed record RoutedView
{
    /// <summary>The output's name.</summary>
    public required string Name { get; init; }

    /// <summary>The output's type.</summary>
    public required string Type { get; init; }

    /// <summary>True when it would get the alert at once.</summary>
    public required bool Gets { get; init; }

    /// <summary>Why not; empty when it would.</summary>
    public required IReadOnlyList<RouteReason> Reasons { get; init; }
}

/// <summary>Why an output would not get an alert.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Detail">A sentence.</param>
internal sealed record RouteReason(RouteReasonKind Kind, string Detail);

/// <summary>Why an output would not get an alert.</summary>
[JsonConverter(typeof(CamelCaseEnumConverter<RouteReasonKind>))]
internal enum RouteReasonKind : byte
{
    /// <summary>The alert's priority is below the output's least one.</summary>
    MinimumPriority,

    /// <summary>The output's condition does not hold for it.</summary>
    When,

    /// <summary>The output is paused: it would get the alert when it is resumed.</summary>
    Paused,

    /// <summary>The output is off.</summary>
    Off,
}

/// <summary>What happened, in the stream of events.</summary>
internal sealed record ApiEvent
{
    /// <summary>When.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>How an output stands now, with the event `output`.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public OutputView? Output { get; init; }

    /// <summary>The name of an output that is gone from the configuration, with the event `removed`.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Removed { get; init; }

    /// <summary>A reading of the configuration, with the event `reload`.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ReloadView? Reload { get; init; }
}
