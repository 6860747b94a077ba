using Saker.Conditions.Fields;
using Saker.Detector.Configuration;
using Saker.Detector.Engine;
using Saker.Rules;
using Saker.Rules.Yaml;

namespace Saker.Detector.RuleTools.Noise;

/// <summary>What rules would do over a capture.</summary>
/// <param name="Totals">Events and alerts.</param>
/// <param name="Rules">The rules that matched, the noisiest first.</param>
/// <param name="Suggestion">An exception for the noisiest, with the proof that it silences; null when no value makes enough of the noise.</param>
internal sealed record NoiseReport(ReplayTotals Totals, IReadOnlyList<RuleNoise> Rules, ProvenException? Suggestion);

/// <summary>An exception that was loaded, and the same capture replayed with it.</summary>
/// <param name="Exception">The exception.</param>
/// <param name="Before">Alerts of the rule without it.</param>
/// <param name="After">Alerts of the rule with it.</param>
/// <param name="Others">Alerts of other rules that came in their place, when only the first match counts.</param>
internal sealed record ProvenException(NoiseException Exception, long Before, long After, long Others);

/// <summary>Finds out what rules would do over a capture, and how most of the noise could be silenced. Replays as often as it must.</summary>
/// <param name="files">The rule files.</param>
/// <param name="options">How matches are decided, which rules are on.</param>
/// <param name="load">Makes the rules of files ready, or tells their mistakes unless that is to be done quietly; null after mistakes.</param>
/// <param name="capture">The capture.</param>
internal sealed class NoiseStudy(IReadOnlyList<RuleFile> files, DetectorOptions options, Func<IReadOnlyList<RuleFile>, IReadOnlyList<EventStream>, bool, RuleSet?> load, string capture)
{
    private const double LeastShare = 0.1, CompanionShare = 0.9;
    private const int MaxFields = 3;
    private const int MaxNames = 100;

    /// <summary>Does it. Null when the rules have mistakes.</summary>
    /// <param name="stop">Ends it early, with an exception.</param>
    public async Task<NoiseReport?> RunAsync(CancellationToken stop)
    {
        var streams = EventStream.All(null);
        if (load(files, streams, false) is not { } rules)
        {
            return null;
        }

        var replay = new RuleReplay(rules, streams, options);
        var count = new NoiseCount(replay.Stream.Catalogue);
        var totals = await replay.RunAsync(capture, count, stop);
        var all = count.ByNoise;
        return new NoiseReport(totals, all, all.Count == 0 ? null : await SuggestAsync(replay, all[0], totals.Alerts, stop));
    }

    private async Task<ProvenException?> SuggestAsync(RuleReplay replay, RuleNoise noise, long alerts, CancellationToken stop)
    {
        if (Anchor(noise) is not { } anchor)
        {
            return null;
        }

        // Of the alerts with that value, what else have nearly all of them?
        var among = new NoiseCount(replay.Stream.Catalogue, (rule, context, text) => ReferenceEquals(rule, noise.Rule) && text.Of(anchor.Field, context) == anchor.Value);
        await replay.RunAsync(capture, among, stop);
        var values = new List<(FieldReference Field, string Value)> { anchor };
        if (among.ByNoise is [var narrowed, ..])
        {
            values.AddRange(narrowed.Fields
                .Where(pair => pair.Field.Slot != anchor.Field.Slot && pair.Values.Distinct > 0 && NarrowingFields.RankOfCompanion(pair.Field.Text) is not null)
                .Select(static pair => (pair.Field, Top: pair.Values.Top(1)[0]))
                .Where(pair => pair.Top.AtLeast >= narrowed.Alerts * CompanionShare && IsUsable(pair.Top.Text))
                .OrderBy(static pair => NarrowingFields.RankOfCompanion(pair.Field.Text))
                .Take(MaxFields - 1)
                .Select(static pair => (pair.Field, pair.Top.Text)));
        }

        return await ProveAsync(noise, values, alerts, stop);
    }

    /// <summary>The value that most of the noise has, and that an exception can be about.</summary>
    private static (FieldReference Field, string Value)? Anchor(RuleNoise noise)
    {
        var possible = noise.Fields.Where(static pair => pair.Values.Distinct > 0 && NarrowingFields.RankOfAnchor(pair.Field.Text) is not null)
            .Select(static pair => (pair.Field, Top: pair.Values.Top(1)[0], Rank: NarrowingFields.RankOfAnchor(pair.Field.Text)))
            .Where(pair => pair.Top.AtLeast >= noise.Alerts * LeastShare && IsUsable(pair.Top.Text))
            // What the condition itself asks for says nothing more of an alert than that the rule matched.
            .OrderBy(pair => noise.Rule.Condition.ValuesNamed(pair.Field.Definition.Name).Contains(pair.Top.Text))
            .ThenByDescending(static pair => pair.Top.AtLeast)
            .ThenBy(static pair => pair.Rank)
            .ToList();
        return possible.Count == 0 ? null : (possible[0].Field, possible[0].Top.Text);
    }

    private async Task<ProvenException?> ProveAsync(RuleNoise noise, IReadOnlyList<(FieldReference Field, string Value)> values, long alerts, CancellationToken stop)
    {
        var stem = $"expected_{string.Join('_', values.Select(static pair => pair.Field.Definition.Name.Replace('.', '_')))}";
        for (var number = 1; number <= MaxNames; number++)
        {
            // The rule may have an exception of that name already.
            var exception = new NoiseException(noise.Rule.Name, number == 1 ? stem : $"{stem}_{number}", values);
            var streams = EventStream.All(null);
            if (files.Any(file => file.Content.Contains(exception.Name, StringComparison.Ordinal)))
            {
                continue;
            }

            if (load([.. files, new RuleFile("the suggested exception", exception.Yaml)], streams, true) is not { } rules)
            {
                return null;
            }

            var replay = new RuleReplay(rules, streams, options);
            var count = new NoiseCount(replay.Stream.Catalogue);
            var totals = await replay.RunAsync(capture, count, stop);
            var after = count.ByNoise.FirstOrDefault(left => left.Rule.Name == noise.Rule.Name)?.Alerts ?? 0;
            var others = totals.Alerts - after - (alerts - noise.Alerts);
            return after < noise.Alerts ? new ProvenException(exception, noise.Alerts, after, others) : null;
        }

        return null;
    }

    // What was cut, what is absent, and what an output could not show as it is, no condition can be compared with.
    private static bool IsUsable(string value) =>
        value.Length > 0 && value != "<NA>" && !value.EndsWith('…') && !value.Contains('\uFFFD', StringComparison.Ordinal);
}
