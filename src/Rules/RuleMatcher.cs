using Saker.Conditions.Runtime;

namespace Saker.Rules;

/// <summary>Which of several matching rules count.</summary>
public enum RuleMatching
{
    /// <summary>The first in the order of the files.</summary>
    First,

    /// <summary>All of them.</summary>
    All,
}

/// <summary>
/// Finds the rules that an event matches, by its type first. One per worker: the counters are not shared. Allocates nothing
/// for events that match nothing, and nothing for those that do as long as the caller's list is large enough.
/// </summary>
public sealed class RuleMatcher
{
    private readonly Rule[] rules;
    private readonly int[][] byType;
    private readonly int[] anyType;
    private readonly long[] matches;
    private readonly RuleMatching matching;

    /// <summary>Makes the index.</summary>
    /// <param name="set">The rules; those that are off or cannot work here are left out.</param>
    /// <param name="source">The source of the events.</param>
    /// <param name="eventTypeCount">How many event types there are.</param>
    /// <param name="matching">Which of several matching rules count.</param>
    public RuleMatcher(RuleSet set, string source, int eventTypeCount, RuleMatching matching)
    {
        rules = [.. set.Rules.Where(rule => rule.Enabled && rule.Unavailable is null && rule.Source == source)];
        matches = new long[rules.Length];
        this.matching = matching;
        var index = new List<int>[eventTypeCount];
        for (int type = 0; type < eventTypeCount; type++)
            index[type] = [];
        var any = new List<int>();
        for (int i = 0; i < rules.Length; i++)
        {
            if (rules[i].EventTypes is null)
                any.Add(i);
            foreach (int type in rules[i].EventTypes ?? Enumerable.Range(0, eventTypeCount))
                index[type].Add(i);
        }
        byType = [.. index.Select(static list => list.ToArray())];
        anyType = [.. any];
    }

    /// <summary>The rules that are evaluated, in their order.</summary>
    public IReadOnlyList<Rule> Rules => rules;

    /// <summary>How often each of <see cref="Rules"/> matched.</summary>
    public ReadOnlySpan<long> Matches => matches;

    /// <summary>Whether any rule is about a type of event.</summary>
    public bool Concerns(int eventType) => (uint)eventType < (uint)byType.Length ? byType[eventType].Length > 0 : anyType.Length > 0;

    /// <summary>Evaluates the rules for the present event of the context. Returns how many matched.</summary>
    /// <param name="eventType">The event's type; one that is outside the index meets the rules that name no type.</param>
    /// <param name="context">The event.</param>
    /// <param name="matched">Gets the rules that matched.</param>
    public int Match(int eventType, EvaluationContext context, ICollection<Rule> matched)
    {
        int count = 0;
        foreach (int index in (uint)eventType < (uint)byType.Length ? byType[eventType] : anyType)
        {
            if (!rules[index].Condition.Evaluate(context))
                continue;
            matches[index]++;
            matched.Add(rules[index]);
            count++;
            if (matching == RuleMatching.First)
                break;
        }
        return count;
    }
}
