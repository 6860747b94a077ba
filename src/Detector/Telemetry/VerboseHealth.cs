using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Saker.Detector.Outputs;

namespace Saker.Detector.Telemetry;

/// <summary>
/// The health page with <c>?verbose</c>: each part of the detector with its status and a plain sentence, and figures beside them. No
/// secret is in it: what it shows of faults is what the log says.
/// </summary>
internal sealed class VerboseHealth(DetectorFacts facts, DetectorParts parts, TimeProvider clock)
{
    private const string Ok = "ok";
    private const string Degraded = "degraded";

    private static readonly JsonSerializerOptions indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The page as it is now.</summary>
    public async Task<string> WriteAsync(CancellationToken cancellationToken)
    {
        var engine = await parts.Monitor.ReadAsync(cancellationToken);
        var described = new JsonObject
        {
            ["driver"] = Driver(engine),
            ["rules"] = Rules(),
            ["reload"] = Reload(parts.Reloads.State),
            ["outputs"] = Together(parts.Outputs.Select(Output), "No output is enabled; alerts go nowhere.", "All outputs take alerts.", "At least one output does not take alerts, or loses them."),
            ["containers"] = Together(parts.Runtimes().Select(Runtime), "No container runtime is asked.", "All container runtimes that were found answer.", "At least one container runtime cannot be asked."),
        };
        if (parts.Followed() is { Count: > 0 } followed)
        {
            described["rules_follow"] = Together(followed.Select(Followed), "", "All rule files that are followed are up to date.", "At least one source of rules gives nothing that can be used; the last good rules stay in use.");
        }

        var page = new JsonObject
        {
            ["status"] = described.Any(static part => part.Value!["status"]!.GetValue<string>() != Ok) ? Degraded : Ok,
            ["version"] = DetectorFacts.Version,
            ["hostname"] = facts.Hostname,
            ["started"] = Text(facts.Started),
            ["now"] = Text(clock.GetUtcNow()),
            ["parts"] = described,
        };
        return page.ToJsonString(indented);
    }

    private JsonObject Driver(EngineSnapshot engine)
    {
        var lost = engine.Source.Dropped + engine.Malformed;
        var says = string.Create(CultureInfo.InvariantCulture, $"Events come from {parts.Monitor.EngineName}: {engine.Events} so far, {lost} lost.");
        return Part(Ok, says, new JsonObject
        {
            ["name"] = parts.Monitor.EngineName,
            ["source"] = parts.Monitor.StreamName,
            ["events"] = engine.Events,
            ["events_per_second"] = Math.Round(engine.EventsPerSecond, 3),
            ["lost"] = lost,
            ["alerts"] = engine.Alerts,
        });
    }

    private JsonObject Rules() => Part(
        parts.RulesOn > 0 ? Ok : Degraded,
        parts.RulesOn > 0 ? string.Create(CultureInfo.InvariantCulture, $"{parts.RulesOn} rules are on.") : "No rule is on, so that there will be no alerts.",
        new JsonObject
        {
            ["loaded_at"] = Text(facts.Loaded),
            ["on"] = parts.RulesOn,
            ["off"] = parts.RulesOff,
            ["files"] = Files(facts.RuleFiles),
            ["configuration"] = Files(facts.ConfigFiles),
        });

    private static JsonObject Reload(ReloadState state)
    {
        var part = Part(
            state.IsCurrent ? Ok : Degraded,
            state.IsCurrent ? "What is in use is what was read last." : "What was read last has faults and is not in use; the detector goes on with what it had before.",
            new JsonObject
            {
                ["in_use_is_what_was_read"] = state.IsCurrent,
                ["applied"] = state.Applied,
                ["refused"] = state.Refused,
                ["last_success"] = Text(state.LastSuccess),
            });
        if (state.Last is { } last)
        {
            part["last_attempt"] = new JsonObject
            {
                ["at"] = Text(last.At),
                ["cause"] = last.Cause,
                ["faults"] = new JsonArray([.. last.Faults.Select(static fault => JsonValue.Create(fault))]),
            };
        }

        return part;
    }

    private static JsonObject Output(OutputQueue output)
    {
        var troubled = output.IsFailing || output.IsDropping;
        var part = Part(
            troubled ? Degraded : Ok,
            output.IsFailing ? "It does not take alerts; they wait." : output.IsDropping ? "Its queue is full, and alerts are dropped." : "It takes alerts.",
            new JsonObject
            {
                ["name"] = output.Name,
                ["written"] = output.Written,
                ["waiting"] = output.Waiting,
                ["failed"] = output.Failed,
                ["dropped"] = output.Dropped,
            });
        if (output.LastTrouble is { } trouble)
        {
            part["last_error"] = new JsonObject { ["at"] = Text(trouble.At), ["reason"] = trouble.Reason };
        }

        if (output.Spool is { } spool)
        {
            part["spool"] = new JsonObject { ["alerts"] = spool.Alerts, ["bytes"] = spool.Bytes, ["dropped"] = spool.Dropped };
        }

        return part;
    }

    private static JsonObject Runtime(Inquiry.RuntimeState runtime) => Part(
        runtime.Trouble is null ? Ok : Degraded,
        runtime.Trouble ?? (runtime.IsFollowed ? "Its containers are followed." : "It is being asked for its containers."),
        new JsonObject { ["name"] = runtime.Name });

    private static JsonObject Followed(Following.FollowedState source)
    {
        var part = Part(source.Trouble is null ? Ok : Degraded, source.Trouble ?? "What it has is in use.", new JsonObject { ["name"] = source.Name, ["source"] = source.Source });
        part["digest"] = source.Digest;
        part["signed"] = source.IsSigned;
        part["fetched_at"] = source.Fetched is { } fetched ? Text(fetched) : null;
        part["looked_at"] = source.Looked is { } looked ? Text(looked) : null;
        part["next_look"] = source.NextLook is { } next ? Text(next) : null;
        return part;
    }

    private static JsonObject Together(IEnumerable<JsonObject> items, string none, string well, string ill)
    {
        var all = items.ToList();
        var degraded = all.Exists(static item => item["status"]!.GetValue<string>() != Ok);
        return new JsonObject { ["status"] = degraded ? Degraded : Ok, ["says"] = all.Count == 0 ? none : degraded ? ill : well, ["each"] = new JsonArray([.. all]) };
    }

    private static JsonObject Part(string status, string says, JsonObject figures)
    {
        figures.Insert(0, "status", status);
        figures.Insert(1, "says", says);
        return figures;
    }

    private static JsonArray Files(IReadOnlyList<HashedFile> files) =>
        new([.. files.Select(static file => new JsonObject { ["name"] = file.Name, ["sha256"] = file.Sha256 })]);

    private static string Text(DateTimeOffset time) => time.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);
}
