using System.Collections.Frozen;
using Saker.Detector.Capture;
using Saker.Detector.Configuration;
using Saker.Detector.Drivers.ModernEbpf;
using Saker.Detector.Events;
using Saker.Detector.Fields;
using Saker.Rules;

namespace Saker.Detector.Engine;

/// <summary>What the kernel may leave out, as it follows from the rules: nothing that a rule could match, and nothing that the state is made of.</summary>
internal sealed class Prefilters
{
    private const int ShownRegions = 8;
    private const string Number = "evt.num";

    private static readonly int close = SystemCalls.All.Single(static call => call.Name == "close").Code;
    private static readonly int[] opens = [.. SystemCalls.All.Where(static call => OpenTrial.Opens.Contains((EventType)call.ExitEvent)).Select(static call => call.Code)];

    // Their values come from the events before, whatever those were.
    private static readonly string[] times = ["evt.reltime", "evt.deltatime"];

    private readonly EventStream stream;
    private readonly RuleSet rules;
    private readonly RuleMatcher matcher;
    private readonly bool countsEvents;

    /// <param name="stream">The stream of system calls.</param>
    /// <param name="rules">The rules, compiled for it.</param>
    public Prefilters(EventStream stream, RuleSet rules)
    {
        this.stream = stream;
        this.rules = rules;
        matcher = stream.MatcherOf(rules, RuleMatching.All);
        countsEvents = rules.Rules.Any(static rule => rule.IsOn && Counts(rule));
    }

    /// <summary>Asks a source to leave out what it may.</summary>
    /// <param name="source">What it is asked for.</param>
    /// <param name="stream">The stream of system calls.</param>
    /// <param name="rules">The rules, compiled for it.</param>
    /// <param name="options">Whether it is wanted, and what else looks at events.</param>
    public static SourceSettings Apply(SourceSettings source, EventStream stream, RuleSet rules, DetectorOptions options)
    {
        var driver = options.Engine.ModernEbpf;
        if (!driver.Prefilter || driver.DropFailedExit || options.BaseSyscalls.All || options.Capture.Enabled)
        {
            return source;
        }

        var filters = new Prefilters(stream, rules);
        return source with { FailedLeftOut = filters.FailedCalls(source.SystemCalls), OpensLeftOut = filters.Opens(source.SystemCalls) };
    }

    /// <summary>The calls (<c>ppm_sc</c> codes) of which a failed one can match no rule and changes nothing.</summary>
    /// <param name="calls">The calls that are asked for.</param>
    public IReadOnlySet<int> FailedCalls(IReadOnlySet<int> calls)
    {
        if (countsEvents)
        {
            return FrozenSet<int>.Empty;
        }

        using var trial = new FailedCallTrial(stream, matcher);
        return SystemCalls.All.Where(call => calls.Contains(call.Code) && !trial.IsWanted(call.ExitEvent, call.Code)).Select(static call => call.Code)
            .Concat(GenericCalls.All.Where(call => calls.Contains(call.Code) && !trial.IsWanted(GenericCalls.Event, call.Code)).Select(static call => call.Code))
            .ToFrozenSet();
    }

    /// <summary>The opens of regular files that can match no rule, and of whose descriptors nothing is asked later.</summary>
    /// <param name="calls">The calls that are asked for.</param>
    public OpensLeftOut Opens(IReadOnlySet<int> calls)
    {
        // A number that is used anew must not mean what it meant before, so its close has to be told.
        if (countsEvents || !calls.Contains(close) || EventStream.FieldsOf(rules).Any(static field => FieldCatalogue.IsOfAllDescriptors(field.Definition.Name)))
        {
            return OpensLeftOut.None;
        }

        using var trial = new OpenTrial(stream, matcher);
        return trial.Find();
    }

    /// <summary>Whether a rule asks how many events there were, or when. Upstream's macro for "never" is <c>evt.num = 0</c>, which does not.</summary>
    private static bool Counts(Rule rule) =>
        rule.Fields.Any(static field => times.Any(name => field.Definition.Name.StartsWith(name, StringComparison.Ordinal)))
        || rule.Condition.DependsOnCount(Number) || rule.AlertFields.Any(static field => field.Definition.Name == Number);

    /// <summary>Says what is left out.</summary>
    public static void Tell(SourceSettings asked, ILogger logger)
    {
        if (asked.FailedLeftOut.Count > 0)
        {
            var names = EventTable.SystemCalls.Where(call => asked.FailedLeftOut.Contains(call.Number)).Select(static call => call.Name).Distinct().Order(StringComparer.Ordinal);
            EngineMessages.FailedLeftOut(logger, string.Join(", ", names));
        }

        var regions = asked.OpensLeftOut.Regions;
        if (asked.OpensLeftOut.Keeper is var (rule, call))
        {
            EngineMessages.OpensKept(logger, rule, call);
        }
        else
        {
            TellOpens("Opens of files", regions, static region => region.Wanted, logger);
        }

        if (!asked.FailedLeftOut.Overlaps(opens))
        {
            TellOpens("Failed opens", regions, static region => region.WantedFailed, logger);
        }
    }

    private static void TellOpens(string which, IReadOnlyList<OpenRegion> regions, Func<OpenRegion, OpenClasses> wanted, ILogger logger)
    {
        var told = regions.Where(region => wanted(region) != OpenClasses.None).ToList();
        if (told.Count == 0 && regions.Count > 0)
        {
            EngineMessages.AllOpensLeftOut(logger, which);
        }
        else if (regions.Any(region => wanted(region) != OpenClasses.All))
        {
            EngineMessages.OpensLeftOut(logger, which, told.Count, string.Join(", ", told.Take(ShownRegions).Select(static region => region.Beginning)) + (told.Count > ShownRegions ? ", …" : ""));
        }
    }
}
