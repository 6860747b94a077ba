using System.Text;
using System.Text.Json;
using Saker.Conditions.Fields;
using Saker.Detector.Capture;
using Saker.Detector.Engine;
using Saker.Detector.Events;
using Saker.Detector.Fields;
using Saker.Detector.Scap;
using Saker.Detector.State;
using Saker.Testing;

namespace Saker.Detector.Tests.Captures;

/// <summary>Every field of every event of the recorded captures, compared with what Falco recorded.</summary>
public sealed class FieldAgreement(ITestOutputHelper output)
{
    /// <summary>Share of values that agree, over the fields that this build fills.</summary>
    private const double Floor = 0.9992;

    /// <summary>The same of captures by old drivers.</summary>
    private const double OldFloor = 0.9998;

    [Fact]
    public void Field_values_agree_with_those_recorded() => Compare(Replay.LiveCaptures, Floor);

    [Fact]
    public void Field_values_of_old_captures_agree_with_those_recorded() => Compare(Replay.OldCaptures, OldFloor);

    private void Compare(string[] captures, double floor)
    {
        var counts = new Dictionary<string, (long Right, long All, string Example)>();
        var unexplained = new List<string>();
        var reasons = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var catalogue = new FieldCatalogue();
        foreach (var name in captures)
        {
            Compare(name, catalogue, counts, unexplained, reasons);
        }

        var filled = counts.Where(pair => Resolve(catalogue, pair.Key)?.Definition.Unavailable is null && !KnownDifferences.NeverWritten.Contains(pair.Key)).ToList();
        foreach (var (field, (right, all, example)) in filled.OrderByDescending(static p => p.Value.All - p.Value.Right).Where(static p => p.Value.All > p.Value.Right))
        {
            output.WriteLine($"{field} {right}/{all} {(double)right / all:P2} {example}");
        }

        var agreed = filled.Sum(static pair => pair.Value.Right);
        var values = filled.Sum(static pair => pair.Value.All);
        output.WriteLine($"Fields: {filled.Count} filled of {counts.Count}; values: {agreed} of {values} agree ({(double)agreed / values:P3}).");
        output.WriteLine("Differences by reason: " + string.Join("; ", reasons.Select(static p => $"{p.Key} {p.Value}")));
        Assert.Empty(unexplained);
        Assert.True((double)agreed / values >= floor, $"{agreed} of {values} values agree.");
    }

    private static FieldReference? Resolve(FieldCatalogue catalogue, string text)
    {
        var bracket = text.IndexOf('[', StringComparison.Ordinal);
        var name = bracket < 0 ? text : text[..bracket];
        var argument = bracket < 0 ? null : text[(bracket + 1)..^1];
        return new FieldResolver(catalogue).Resolve(name, argument, out _, out _);
    }

    private static void Compare(string name, FieldCatalogue catalogue, Dictionary<string, (long Right, long All, string Example)> counts,
        List<string> unexplained, SortedDictionary<string, int> reasons)
    {
        using var state = new MachineState();
        using var source = new CaptureSource(new MemoryStream(Replay.Bytes(name)), state);
        using var lines = RecordedMatches.Lines("fields", name + ".jsonl.gz").GetEnumerator();
        using var context = EventStream.OfSystemCalls(null).ContextFor("");
        var pipeline = new EventPipeline(state);
        var comparer = new Comparer(pipeline, context, catalogue, lines, counts, unexplained, reasons, name);
        source.Start(new SourceSettings { SystemCalls = new HashSet<int>() });
        var batch = new RawEvent[256];
        for (int count; (count = source.Read(batch, TimeSpan.Zero)) > 0; source.Release())
        {
            for (var i = 0; i < count; i++)
            {
                pipeline.Process(batch[i], comparer);
            }
        }

        Assert.False(lines.MoveNext());
        Assert.Equal(0, pipeline.Malformed);
    }

    private sealed class Comparer(
        EventPipeline pipeline, EventContext context, FieldCatalogue catalogue, IEnumerator<string> lines,
        Dictionary<string, (long Right, long All, string Example)> counts, List<string> unexplained, SortedDictionary<string, int> reasons, string capture) : IEventConsumer
    {
        private readonly Dictionary<string, FieldReference?> references = [];
        private readonly HashSet<string> all = [];

        public void Handle(in EventView view, EventFrame frame, in RawEvent raw)
        {
            if (!Replay.IsShown(view))
            {
                return;
            }

            context.Set(pipeline.State, view, frame, raw, pipeline.Processed);
            using var expected = JsonDocument.Parse(lines.MoveNext() ? lines.Current : throw new InvalidDataException("The record has fewer events."));
            Assert.Equal(pipeline.Processed, expected.RootElement.GetProperty("evt.num").GetInt64());
            foreach (var property in expected.RootElement.EnumerateObject())
            {
                all.Add(property.Name);
                Check(property.Name, property.Value.GetRawText(), property.Value);
            }

            foreach (var absent in all)
            {
                if (!expected.RootElement.TryGetProperty(absent, out _))
                {
                    Check(absent, "null", default);
                }
            }
        }

        private void Check(string name, string expectedText, JsonElement expected)
        {
            if (!references.TryGetValue(name, out var field))
            {
                references.Add(name, field = Resolve(catalogue, name));
            }

            var actual = field is null ? "unknown field" : Json(field);
            var right = actual == expectedText || Same(actual, expected);
            if (!right && field?.Definition.Unavailable is null)
            {
                Explain(name, field, actual, expectedText);
            }

            var (rightBefore, allBefore, example) = counts.GetValueOrDefault(name);
            counts[name] = (rightBefore + (right ? 1 : 0), allBefore + 1,
                right || example is not null ? example! : $"{capture}:{pipeline.Processed}: {Cut(actual)} for {Cut(expectedText)}");
        }

        private void Explain(string name, FieldReference? field, string actual, string expected)
        {
            var reason = field is null ? null : KnownDifferences.ReasonFor(field, context);
            if (reason is null)
            {
                unexplained.Add($"{capture}:{pipeline.Processed}: {name} is {Cut(actual)}, of Falco {Cut(expected)}");
            }
            else if (!KnownDifferences.NeverWritten.Contains(name))
            {
                reasons[reason] = reasons.GetValueOrDefault(reason) + 1;
            }
        }

        private static string Cut(string text) => text.Length > 160 ? text[..160] : text;

        private static bool Same(string actual, JsonElement expected) => expected.ValueKind switch
        {
            JsonValueKind.String => actual.StartsWith('"') && JsonDocument.Parse(actual).RootElement.GetString() == expected.GetString(),
            JsonValueKind.Number => double.TryParse(actual, out var number) && expected.GetRawText().Contains('.', StringComparison.Ordinal) && Math.Abs(number - expected.GetDouble()) < 1e-9,
            // A set: its order is that of a hash table.
            JsonValueKind.Array => actual.StartsWith('[') && Members(JsonDocument.Parse(actual).RootElement).SetEquals(Members(expected)),
            _ => false,
        };

        private static HashSet<string> Members(JsonElement array) => [.. array.EnumerateArray().Select(static member => member.ToString())];

        private string Json(FieldReference field)
        {
            using var stream = new MemoryStream();
            using (var writer = new Utf8JsonWriter(stream))
            {
                ValueFormatter.WriteJson(field, context.ReadShown(field), writer);
            }

            return Encoding.UTF8.GetString(stream.ToArray());
        }
    }
}
