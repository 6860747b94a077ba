using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Saker.Alerts;
using Saker.Detector.Engine;
using Saker.Detector.Fields;
using Saker.Detector.Outputs;
using Saker.Rules;

namespace Saker.Detector.RuleTools.Differences;

/// <summary>How the alerts of a rule differ between two sets of rules.</summary>
/// <param name="rule">The rule's name.</param>
internal sealed class AlertDifference(string rule)
{
    private const int MaxExamples = 3;

    /// <summary>The rule.</summary>
    public string Rule => rule;

    /// <summary>Alerts that only the new rules make.</summary>
    public long Added { get; private set; }

    /// <summary>Alerts that only the old rules make.</summary>
    public long Gone { get; private set; }

    /// <summary>Alerts on the same event whose priority or message is another.</summary>
    public long Changed { get; private set; }

    /// <summary>A few of them.</summary>
    public List<AlertExample> Examples { get; } = [];

    /// <summary>Counts one.</summary>
    public void Count(string what, ulong number, Func<string> message)
    {
        (Added, Gone, Changed) = what switch
        {
            AlertExample.New => (Added + 1, Gone, Changed),
            AlertExample.Lost => (Added, Gone + 1, Changed),
            _ => (Added, Gone, Changed + 1),
        };
        if (Examples.Count(example => example.What == what) < MaxExamples)
        {
            Examples.Add(new AlertExample(what, number, message()));
        }
    }
}

/// <summary>An alert that differs.</summary>
/// <param name="What">How: new, gone or changed.</param>
/// <param name="Event">The number of its event.</param>
/// <param name="Message">Its message, of the new rules where they make it.</param>
internal sealed record AlertExample(string What, ulong Event, string Message)
{
    /// <summary>Only the new rules make it.</summary>
    public const string New = "new";

    /// <summary>Only the old rules make it.</summary>
    public const string Lost = "gone";

    /// <summary>Both make it, and it says something else.</summary>
    public const string Other = "changed";
}

/// <summary>Compares the alerts of two sets of rules over one capture, by the number of the event and the rule. Bounded.</summary>
internal sealed class AlertComparison
{
    /// <summary>Alerts of the old rules that are remembered.</summary>
    public const int MaxAlerts = 2_000_000;

    private const int MaxExampleBytes = 16 << 20;
    private const int MaxKept = 1000;

    private readonly List<KnownAlert> old = [];
    private readonly Dictionary<string, int> names = new(StringComparer.Ordinal);
    private readonly Dictionary<(int Rule, int Index), string> messages = [];
    private readonly SortedDictionary<string, AlertDifference> differences = new(StringComparer.Ordinal);
    private readonly List<(string Name, int Kept)> rules = [];
    private int next;
    private long messageBytes;

    /// <summary>The rules whose alerts differ.</summary>
    public IReadOnlyCollection<AlertDifference> Differences => differences.Values;

    /// <summary>Sees the alerts of the old rules. To be used first.</summary>
    public IMatchObserver Old => new Observer(this, isNew: false);

    /// <summary>Sees the alerts of the new rules.</summary>
    public IMatchObserver New => new Observer(this, isNew: true);

    /// <summary>Both have been seen.</summary>
    public void Finish() => PassOver(ulong.MaxValue);

    private void Remember(Rule rule, ulong number, AlertLine alert)
    {
        if (old.Count == MaxAlerts)
        {
            throw new InvalidDataException($"The old rules make more than {MaxAlerts} alerts over this capture, which are not compared; take a shorter capture.");
        }

        var name = NameOf(rule);
        old.Add(new KnownAlert(number, name, HashOf(rule, alert)));
        // The message of any of them may be wanted as an example; those of each rule's first alerts are kept as far as there is room.
        if (messageBytes < MaxExampleBytes && rules[name].Kept < MaxKept)
        {
            rules[name] = rules[name] with { Kept = rules[name].Kept + 1 };
            var message = AlertText.MessageOf(alert);
            messageBytes += message.Length;
            messages[(name, old.Count - 1)] = message;
        }
    }

    private void Compare(Rule rule, ulong number, AlertLine alert)
    {
        PassOver(number);
        var name = NameOf(rule);
        for (var i = next; i < old.Count && old[i].Event == number; i++)
        {
            if (old[i].Rule != name || old[i].IsMatched)
            {
                continue;
            }

            if (old[i].Hash != HashOf(rule, alert))
            {
                Of(rule.Name).Count(AlertExample.Other, number, () => $"{MessageOf(i)} → {AlertText.MessageOf(alert)}");
            }

            old[i] = old[i] with { IsMatched = true };
            return;
        }

        Of(rule.Name).Count(AlertExample.New, number, () => AlertText.MessageOf(alert));
    }

    /// <summary>Old alerts of events before that one, which nothing matched, are gone.</summary>
    private void PassOver(ulong number)
    {
        for (; next < old.Count && old[next].Event < number; next++)
        {
            if (!old[next].IsMatched)
            {
                var index = next;
                Of(rules[old[index].Rule].Name).Count(AlertExample.Lost, old[index].Event, () => MessageOf(index));
            }
        }
    }

    private string MessageOf(int index) => messages.GetValueOrDefault((old[index].Rule, index), "…");

    private AlertDifference Of(string rule)
    {
        if (!differences.TryGetValue(rule, out var difference))
        {
            differences.Add(rule, difference = new AlertDifference(rule));
        }

        return difference;
    }

    private int NameOf(Rule rule)
    {
        if (!names.TryGetValue(rule.Name, out var index))
        {
            names.Add(rule.Name, index = names.Count);
            rules.Add((rule.Name, 0));
        }

        return index;
    }

    private static ulong HashOf(Rule rule, AlertLine alert) => 
        BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{rule.Priority.Word()} {AlertText.MessageOf(alert)}")));

    private readonly record struct KnownAlert(ulong Event, int Rule, ulong Hash)
    {
        public bool IsMatched { get; init; }
    }

    private sealed class Observer(AlertComparison comparison, bool isNew) : IMatchObserver
    {
        public void Matched(Rule rule, EventContext context, AlertLine alert)
        {
            if (isNew)
            {
                comparison.Compare(rule, context.Number, alert);
            }
            else
            {
                comparison.Remember(rule, context.Number, alert);
            }
        }
    }
}
