using Saker.Conditions.Fields;
using Saker.Detector.Engine;
using Saker.Detector.Fields;
using Saker.Detector.Outputs;
using Saker.Rules;

namespace Saker.Detector.RuleTools.Noise;

/// <summary>How often a rule matched, and by which values its alerts can be told apart.</summary>
/// <param name="rule">The rule.</param>
internal sealed class RuleNoise(Rule rule)
{
    /// <summary>The rule.</summary>
    public Rule Rule => rule;

    /// <summary>Alerts.</summary>
    public long Alerts { get; set; }

    /// <summary>The number of the first event that it matched.</summary>
    public ulong FirstEvent { get; set; }

    /// <summary>The number of the last one.</summary>
    public ulong LastEvent { get; set; }

    /// <summary>Its fields and their values.</summary>
    public required IReadOnlyList<(FieldReference Field, FrequentValues Values)> Fields { get; init; }

    /// <summary>The fields with their most frequent values; first those that one value says most about.</summary>
    public IReadOnlyList<(FieldReference Field, FrequentValues Values)> ByShare =>
    [
        .. Fields.Where(static pair => pair.Values.Distinct > 0)
            .OrderByDescending(static pair => pair.Values.Top(1)[0].AtLeast)
            .ThenBy(static pair => NarrowingFields.RankOfAnchor(pair.Field.Text) ?? int.MaxValue),
    ];
}

/// <summary>Counts matches by rule and by the values of the rule's fields. Bounded: each field by places, all together by a budget.</summary>
/// <param name="catalogue">The fields.</param>
/// <param name="chosen">The alerts that count; null for all.</param>
internal sealed class NoiseCount(IFieldCatalogue catalogue, Func<Rule, AlertContext, FieldText, bool>? chosen = null) : IMatchObserver
{
    private const int MaxValues = 250_000;
    private const int MaxCharacters = 300;

    private readonly Dictionary<Rule, RuleNoise> rules = new(ReferenceEqualityComparer.Instance);
    private readonly ValueBudget budget = new(MaxValues);
    private readonly FieldText text = new();

    /// <summary>The rules that matched, the noisiest first.</summary>
    public IReadOnlyList<RuleNoise> ByNoise => [.. rules.Values.OrderByDescending(static noise => noise.Alerts).ThenBy(static noise => noise.Rule.Name, StringComparer.Ordinal)];

    /// <inheritdoc/>
    public void Matched(Rule rule, EventContext context, AlertLine alert)
    {
        if (chosen?.Invoke(rule, context, text) == false)
        {
            return;
        }

        if (!rules.TryGetValue(rule, out var noise))
        {
            noise = new RuleNoise(rule)
            {
                FirstEvent = context.Number,
                Fields = [.. NarrowingFields.Of(rule, catalogue).Select(field => (field, new FrequentValues(budget)))],
            };
            rules.Add(rule, noise);
        }

        noise.Alerts++;
        noise.LastEvent = context.Number;
        foreach (var (field, values) in noise.Fields)
        {
            // An empty value tells nothing apart, as the image of what runs in no container.
            if (context.Read(field).Exists && text.Of(field, context) is { Length: > 0 } value)
            {
                values.Add(value.Length <= MaxCharacters ? value : value[..MaxCharacters] + "…");
            }
        }
    }
}
