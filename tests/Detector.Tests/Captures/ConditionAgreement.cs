using Saker.Conditions.Compilation;
using Saker.Conditions.Fields;
using Saker.Conditions.Parsing;
using Saker.Detector.Capture;
using Saker.Detector.Engine;
using Saker.Detector.Events;
using Saker.Detector.Fields;
using Saker.Detector.State;
using Saker.Testing;

namespace Saker.Detector.Tests.Captures;

/// <summary>
/// Every recorded condition over every event of the recorded captures, decoded, kept state of and read by this program, compared
/// with what Falco matched.
/// </summary>
public sealed class ConditionAgreement(ITestOutputHelper output)
{
    /// <summary>Pairs of a condition and a capture in which all events agree, of 7,500: what was reached.</summary>
    private const double Floor = 0.985;

    /// <summary>The same of captures by old drivers.</summary>
    private const double OldFloor = 0.99;

    [Fact]
    public void Conditions_match_the_events_that_falco_matched() => Compare("conditions-live.tsv", Replay.LiveCaptures, Floor);

    [Fact]
    public void Conditions_match_the_events_of_old_captures_that_falco_matched() => Compare("conditions.tsv", Replay.OldCaptures, OldFloor);

    private void Compare(string list, string[] captures, double floor)
    {
        var catalogue = new FieldCatalogue();
        var compiler = new ConditionCompiler(catalogue);
        var conditions = new List<(string Id, string Text, CompiledCondition Condition)>();
        foreach (var (id, text) in RecordedMatches.Conditions(list))
        {
            var errors = new List<ConditionError>();
            var condition = compiler.Compile(text, errors);
            Assert.True(condition is not null, errors.Count > 0 ? $"{id}: {errors[0]}" : id);
            if (condition.Fields.All(static field => field.Definition.Unavailable is null))
            {
                conditions.Add((id, text, condition));
            }
        }

        long pairs = 0, equalPairs = 0, verdicts = 0, equalVerdicts = 0;
        var byField = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var examples = new List<string>();
        var unexplained = new List<string>();
        foreach (var capture in captures)
        {
            var tally = Run(capture, conditions.ConvertAll(static c => c.Condition), [.. conditions.Select(static c => c.Id)]);
            pairs += conditions.Count;
            verdicts += tally.Events * conditions.Count;
            equalVerdicts += tally.Events * conditions.Count;
            for (var i = 0; i < conditions.Count; i++)
            {
                equalVerdicts -= tally.Wrong[i];
                if (tally.Wrong[i] == 0)
                {
                    equalPairs++;
                    continue;
                }

                foreach (var field in conditions[i].Condition.Fields.Select(static field => field.Text).Distinct())
                {
                    byField[field] = byField.GetValueOrDefault(field) + 1;
                }

                if (tally.Unexplained[i] is > 0 and var number)
                {
                    unexplained.Add($"{conditions[i].Id} {conditions[i].Text}: event {number} of {capture}");
                }

                examples.Add($"{conditions[i].Id} {conditions[i].Text}: {tally.Wrong[i]} events of {capture}, the first is {tally.First[i]}");
            }
        }

        output.WriteLine($"Conditions: {conditions.Count}; with captures: {equalPairs} of {pairs} agree ({(double)equalPairs / pairs:P3}); verdicts on events: {equalVerdicts} of {verdicts} ({(double)equalVerdicts / verdicts:P4}).");
        output.WriteLine("Fields of those that differ: " + string.Join(", ", byField.OrderByDescending(static p => p.Value).Select(static p => $"{p.Key} {p.Value}")));
        foreach (var example in examples)
        {
            output.WriteLine(example);
        }

        Assert.Empty(unexplained);
        Assert.True(conditions.Count > 1000, $"{conditions.Count} conditions");
        Assert.True((double)equalPairs / pairs >= floor, $"{equalPairs} of {pairs} agree.");
    }

    private static Tally Run(string capture, List<CompiledCondition> conditions, string[] ids)
    {
        var matches = RecordedMatches.Of(capture);
        using var replay = new Replay(capture);
        using var state = new MachineState();
        using var source = replay.Open(state);
        using var context = EventStream.OfSystemCalls(null).ContextFor("");
        var pipeline = new EventPipeline(state);
        var tally = new Tally(pipeline, context, conditions, [.. ids.Select(id => matches[id])]);
        replay.Run(pipeline, tally);
        return tally;
    }

    private sealed class Tally(EventPipeline pipeline, EventContext context, List<CompiledCondition> conditions, IReadOnlySet<long>[] expected) : IEventConsumer
    {
        private readonly IReadOnlyCollection<FieldReference>[] fields = [.. conditions.Select(static c => c.Fields)];

        public long Events { get; private set; }

        public int[] Wrong { get; } = new int[conditions.Count];

        public long[] First { get; } = new long[conditions.Count];

        /// <summary>The first event of each condition that differs without a reason; 0 mostly.</summary>
        public long[] Unexplained { get; } = new long[conditions.Count];

        public void Handle(in EventView view, EventFrame frame, in RawEvent raw)
        {
            if (!Replay.IsShown(view))
            {
                return;
            }

            Events++;
            var number = pipeline.Processed;
            context.Set(pipeline.State, view, frame, raw, number);
            for (var i = 0; i < conditions.Count; i++)
            {
                if (conditions[i].Evaluate(context) == expected[i].Contains(number))
                {
                    continue;
                }

                if (Wrong[i]++ == 0)
                {
                    First[i] = number;
                }

                if (Unexplained[i] == 0 && fields[i].All(field => KnownDifferences.ReasonInCondition(field, context) is null))
                {
                    Unexplained[i] = number;
                }
            }
        }
    }
}
