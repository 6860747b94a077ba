using Saker.Conditions.Compilation;
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
/// Finds the rules that an event matches, by its type first. One per worker: the counters are not shared. The first event of
/// a type makes versions of its rules' conditions that know the type; after that, events that match nothing allocate
/// nothing, and those that do nothing as long as the caller's list is large enough.
/// </summary>
public sealed class RuleMatcher
{
    private const string EventType = "evt.type";

    private readonly Rule[] rules;
    private readonly int[][] byType;
    private readonly Candidate[]?[] candidates;
    private readonly Candidate[] anyType;
    private readonly IReadOnlyList<string> eventTypes;
    private readonly long[] matches;
    private readonly RuleMatching matching;

    /// <summary>Makes the index.</summary>
    /// <param name="set">The rules; those that are off or cannot work here are left out.</param>
    /// <param name="source">The source of the events.</param>
    /// <param name="eventTypes">The event types as rules name them (<see cref="RuleSource.EventTypes"/>).</param>
    /// <param name="matching">Which of several matching rules count.</param>
    public RuleMatcher(RuleSet set, string source, IReadOnlyList<string> eventTypes, RuleMatching matching)
    {
        rules = [.. set.Rules.Where(rule => rule.Enabled && rule.Unavailable is null && rule.Source == source)];
        matches = new long[rules.Length];
        this.eventTypes = eventTypes;
        this.matching = matching;
        candidates = new Candidate[]?[eventTypes.Count];
        var index = new List<int>[eventTypes.Count];
        for (var type = 0; type < index.Length; type++)
        {
            index[type] = [];
        }

        for (var i = 0; i < rules.Length; i++)
        {
            foreach (var type in rules[i].EventTypes ?? Enumerable.Range(0, index.Length))
            {
                index[type].Add(i);
            }
        }

        byType = [.. index.Select(static list => list.ToArray())];
        anyType = [.. Enumerable.Range(0, rules.Length).Where(i => rules[i].EventTypes is null).Select(i => new Candidate(i, rules[i].Condition))];
    }

    /// <summary>The rules that are evaluated, in their order.</summary>
    public IReadOnlyList<Rule> Rules => rules;

    /// <summary>How often each of <see cref="Rules"/> matched.</summary>
    public ReadOnlySpan<long> Matches => matches;

    /// <summary>Whether any rule is about a type of event.</summary>
    public bool Concerns(int eventType) => (uint)eventType < (uint)byType.Length ? byType[eventType].Length > 0 : anyType.Length > 0;

    /// <summary>Evaluates the rules for the present event of the context. Returns how many matched.</summary>
    /// <param name="eventType">The event's type; one that is outside the index meets the rules that name no type.</param>
    /// <param name="context">The event, whose <c>evt.type</c> is the name of its type.</param>
    /// <param name="matched">Gets the rules that matched.</param>
    public int Match(int eventType, EvaluationContext context, ICollection<Rule> matched)
    {
        var count = 0;
        var of = (uint)eventType < (uint)candidates.Length ? candidates[eventType] ??= MakeVersions(eventType) : anyType;
        foreach (var candidate in of)
        {
            if (!candidate.Condition.Evaluate(context))
            {
                continue;
            }

            matches[candidate.Rule]++;
            matched.Add(rules[candidate.Rule]);
            count++;
            if (matching == RuleMatching.First)
            {
                break;
            }
        }

        return count;
    }

    private Candidate[] MakeVersions(int eventType)
    {
        var specializer = new ConditionSpecializer(EventType, eventTypes[eventType]);
        return [.. byType[eventType]
            .Select(rule => new Candidate(rule, specializer.Apply(rules[rule].Condition)))
            .Where(static candidate => !candidate.Condition.IsNever)];
    }

    /// <summary>A rule's place among the rules, and its condition for events of one type.</summary>
    private readonly record struct Candidate(int Rule, CompiledCondition Condition);
}
