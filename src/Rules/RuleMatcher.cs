using Saker.Conditions.Compilation;
using Saker.Conditions.Fields;
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
    private readonly List<RuleMatcher> shared = [];
    private readonly RuleMatching matching;
    private readonly Predicate<FieldReference>? late;

    /// <summary>Makes the index.</summary>
    /// <param name="set">The rules; those that are off or cannot work here are left out.</param>
    /// <param name="source">The source of the events.</param>
    /// <param name="eventTypes">The event types as rules name them (<see cref="RuleSource.EventTypes"/>).</param>
    /// <param name="matching">Which of several matching rules count.</param>
    /// <param name="late">Fields whose values may come after the event; null for none.</param>
    public RuleMatcher(RuleSet set, string source, IReadOnlyList<string> eventTypes, RuleMatching matching, Predicate<FieldReference>? late = null)
    {
        this.late = late;
        rules = [.. set.Rules.Where(rule => rule.IsOn && rule.Source == source)];
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
        anyType = [.. Enumerable.Range(0, rules.Length).Where(i => rules[i].EventTypes is null).Select(i => new Candidate(i, rules[i].Condition, late))];
    }

    private RuleMatcher(RuleMatcher original)
    {
        (rules, byType, candidates, anyType, eventTypes) = (original.rules, original.byType, original.candidates, original.anyType, original.eventTypes);
        (matching, late) = (original.matching, original.late);
        matches = new long[rules.Length];
    }

    /// <summary>The rules that are evaluated, in their order.</summary>
    public IReadOnlyList<Rule> Rules => rules;

    /// <summary>How often each of <see cref="Rules"/> matched, here and in the matchers that share these rules.</summary>
    public IReadOnlyList<long> Matches => [.. Enumerable.Range(0, matches.Length).Select(rule => matches[rule] + shared.Sum(other => other.matches[rule]))];

    /// <summary>
    /// A matcher of the same rules with counters of its own, for another thread. <see cref="Prepare"/> is to be called before two of
    /// them look at events of a type at once.
    /// </summary>
    public RuleMatcher Share()
    {
        var other = new RuleMatcher(this);
        shared.Add(other);
        return other;
    }

    /// <summary>Makes the versions of conditions that know a type of event, as the first event of that type does otherwise.</summary>
    public void Prepare(int eventType) => CandidatesOf(eventType);

    /// <summary>Whether any rule is about a type of event.</summary>
    public bool Concerns(int eventType) => (uint)eventType < (uint)byType.Length ? byType[eventType].Length > 0 : anyType.Length > 0;

    /// <summary>The conditions of the rules that are about a type of event, as they are for events of that type; without those that none of them can satisfy.</summary>
    public IReadOnlyList<CompiledCondition> ConditionsOf(int eventType) => [.. CandidatesOf(eventType).Select(static candidate => candidate.Condition)];

    /// <summary>The rules that belong to <see cref="ConditionsOf"/>, in the same order.</summary>
    public IReadOnlyList<Rule> RulesOf(int eventType) => [.. CandidatesOf(eventType).Select(candidate => rules[candidate.Rule])];

    /// <summary>Evaluates the rules for the present event of the context. Returns how many matched.</summary>
    /// <param name="eventType">The event's type; one that is outside the index meets the rules that name no type.</param>
    /// <param name="context">The event, whose <c>evt.type</c> is the name of its type.</param>
    /// <param name="matched">Gets the rules that matched.</param>
    public int Match(int eventType, EvaluationContext context, ICollection<Rule> matched)
    {
        var count = 0;
        foreach (var candidate in CandidatesOf(eventType))
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

    /// <summary>
    /// Evaluates the rules for an event some of whose fields have no value yet. Those that need none of them are decided; of the
    /// others those remain that may match. When the first match counts, what comes after a decided one is left out.
    /// </summary>
    /// <param name="eventType">The event's type, as for <see cref="Match"/>.</param>
    /// <param name="context">The event.</param>
    /// <param name="possible">Gets the rules that match or may, in their order. Their matches are not counted: see <see cref="Confirm"/>.</param>
    /// <returns>How many are undecided.</returns>
    public int MatchEarly(int eventType, EvaluationContext context, ICollection<PossibleMatch> possible)
    {
        var undecided = 0;
        foreach (var candidate in CandidatesOf(eventType))
        {
            if (candidate.Possible is { } may)
            {
                if (may.Evaluate(context))
                {
                    possible.Add(new PossibleMatch(candidate.Rule, candidate.Condition));
                    undecided++;
                }
            }
            else if (candidate.Condition.Evaluate(context))
            {
                possible.Add(new PossibleMatch(candidate.Rule, null));
                if (matching == RuleMatching.First)
                {
                    break;
                }
            }
        }

        return undecided;
    }

    /// <summary>
    /// Decides what <see cref="MatchEarly"/> left open, with a context in which all fields have the values that they will have, and
    /// counts the matches.
    /// </summary>
    /// <param name="possible">The rules that match or may.</param>
    /// <param name="context">The event.</param>
    /// <param name="matched">Gets the rules that matched.</param>
    public void Confirm(IReadOnlyList<PossibleMatch> possible, EvaluationContext context, ICollection<Rule> matched)
    {
        for (var i = 0; i < possible.Count; i++)
        {
            if (possible[i].Undecided?.Evaluate(context) == false)
            {
                continue;
            }

            matches[possible[i].Rule]++;
            matched.Add(rules[possible[i].Rule]);
            if (matching == RuleMatching.First)
            {
                return;
            }
        }
    }

    private Candidate[] CandidatesOf(int eventType) =>
        (uint)eventType < (uint)candidates.Length ? candidates[eventType] ??= MakeVersions(eventType) : anyType;

    private Candidate[] MakeVersions(int eventType)
    {
        var specializer = new ConditionSpecializer(EventType, eventTypes[eventType]);
        return [.. byType[eventType]
            .Select(rule => new Candidate(rule, specializer.Apply(rules[rule].Condition), late))
            .Where(static candidate => !candidate.Condition.IsNever)];
    }

    /// <summary>A rule for events of one type.</summary>
    /// <param name="Rule">Its place among the rules.</param>
    /// <param name="Condition">Its condition.</param>
    /// <param name="Possible">Whether it may match before late fields have their values; null when it needs none of them.</param>
    private readonly record struct Candidate(int Rule, CompiledCondition Condition, CompiledCondition? Possible)
    {
        public Candidate(int rule, CompiledCondition condition, Predicate<FieldReference>? late)
            : this(rule, condition, late is null ? null : condition.WhereUnknown(late))
        {
        }
    }
}

/// <summary>A rule that matches an event, or may.</summary>
/// <param name="Rule">Its place in <see cref="RuleMatcher.Rules"/>.</param>
/// <param name="Undecided">What decides; null when it matches.</param>
public readonly record struct PossibleMatch(int Rule, CompiledCondition? Undecided);
