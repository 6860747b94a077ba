using System.Collections.Frozen;
using Saker.Detector.Configuration;
using Saker.Detector.Drivers.ModernEbpf;
using Saker.Detector.Events;
using Saker.Rules;

namespace Saker.Detector.Engine;

/// <summary>What the kernel may leave out, as it follows from the rules: nothing that a rule could match, and nothing that the state is made of.</summary>
internal static class Prefilters
{
    private const string Number = "evt.num";

    // Their values come from the events before, whatever those were.
    private static readonly string[] times = ["evt.reltime", "evt.deltatime"];

    /// <summary>The calls (<c>ppm_sc</c> codes) of which a failed one can match no rule and changes nothing.</summary>
    /// <param name="stream">The stream of system calls.</param>
    /// <param name="rules">The rules, compiled for it.</param>
    /// <param name="calls">The calls that are asked for.</param>
    /// <param name="options">Whether it is wanted, and what else looks at events.</param>
    public static IReadOnlySet<int> FailedCalls(EventStream stream, RuleSet rules, IReadOnlySet<int> calls, DetectorOptions options)
    {
        var driver = options.Engine.ModernEbpf;
        return driver.Prefilter && !driver.DropFailedExit && !options.BaseSyscalls.All && !options.Capture.Enabled
            ? FailedCalls(stream, rules, calls)
            : FrozenSet<int>.Empty;
    }

    /// <summary>The calls (<c>ppm_sc</c> codes) of which a failed one can match no rule and changes nothing.</summary>
    /// <param name="stream">The stream of system calls.</param>
    /// <param name="rules">The rules, compiled for it.</param>
    /// <param name="calls">The calls that are asked for.</param>
    public static IReadOnlySet<int> FailedCalls(EventStream stream, RuleSet rules, IReadOnlySet<int> calls)
    {
        if (rules.Rules.Any(static rule => rule is { Enabled: true, Unavailable: null } && Counts(rule)))
        {
            return FrozenSet<int>.Empty;
        }

        using var trial = new FailedCallTrial(stream, rules);
        return SystemCalls.All.Where(call => calls.Contains(call.Code) && !trial.IsWanted(call.ExitEvent, call.Code)).Select(static call => call.Code)
            .Concat(GenericCalls.All.Where(call => calls.Contains(call.Code) && !trial.IsWanted(GenericCalls.Event, call.Code)).Select(static call => call.Code))
            .ToFrozenSet();
    }

    /// <summary>Whether a rule asks how many events there were, or when. Upstream's macro for "never" is <c>evt.num = 0</c>, which does not.</summary>
    private static bool Counts(Rule rule) =>
        rule.Condition.Fields.Concat(rule.AlertFields).Any(static field => times.Any(name => field.Definition.Name.StartsWith(name, StringComparison.Ordinal)))
        || rule.Condition.DependsOnCount(Number) || rule.AlertFields.Any(static field => field.Definition.Name == Number);

    /// <summary>Says what is left out.</summary>
    public static void Tell(IReadOnlySet<int> failed, ILogger logger)
    {
        if (failed.Count > 0)
        {
            var names = EventTable.SystemCalls.Where(call => failed.Contains(call.Number)).Select(static call => call.Name).Distinct().Order(StringComparer.Ordinal);
            EngineMessages.FailedLeftOut(logger, string.Join(", ", names));
        }
    }
}
