using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Saker.Conditions.Fields;
using Saker.Detector.Capture;
using Saker.Detector.Capture.Scap;
using Saker.Detector.Events;
using Saker.Detector.Fields;
using Saker.Detector.State;
using Saker.Testing;

namespace Saker.Detector.Tests.Captures;

/// <summary>Every field of every event of the live captures, compared with what Falco recorded.</summary>
public sealed class FieldAgreement(ITestOutputHelper output)
{
    /// <summary>Share of values that agree, over the fields that this build fills.</summary>
    private const double Floor = 0.998;

    /// <summary>Fields that Falco fills from uninitialised memory when a start time is unknown; ours are absent then.</summary>
    private static readonly string[] noise = ["proc.ppid.duration", "proc.exe_ino.ctime_duration_proc_start", "proc.exe_ino.ctime_duration_pidns_start"];

    [Fact]
    public void Field_values_agree_with_those_recorded()
    {
        var counts = new Dictionary<string, (long Right, long All, string Example)>();
        var catalogue = new FieldCatalogue();
        foreach (string name in (string[])["live-files", "live-procs", "live-net", "live-admin", "live-32bit"])
            Compare(name, catalogue, counts);
        var filled = counts.Where(pair => Resolve(catalogue, pair.Key)?.Definition.Unavailable is null && !noise.Contains(pair.Key)).ToList();
        foreach (var (field, (right, all, example)) in filled.OrderByDescending(static p => p.Value.All - p.Value.Right).Where(static p => p.Value.All > p.Value.Right))
            output.WriteLine($"{field} {right}/{all} {(double)right / all:P2} {example}");
        long agreed = filled.Sum(static pair => pair.Value.Right);
        long values = filled.Sum(static pair => pair.Value.All);
        output.WriteLine($"Fields: {filled.Count} filled of {counts.Count}; values: {agreed} of {values} agree ({(double)agreed / values:P3}).");
        Assert.True((double)agreed / values >= Floor, $"{agreed} of {values} values agree.");
    }

    private static FieldReference? Resolve(FieldCatalogue catalogue, string text)
    {
        int bracket = text.IndexOf('[', StringComparison.Ordinal);
        string name = bracket < 0 ? text : text[..bracket];
        string? argument = bracket < 0 ? null : text[(bracket + 1)..^1];
        return new FieldResolver(catalogue).Resolve(name, argument, out _, out _);
    }

    private static void Compare(string name, FieldCatalogue catalogue, Dictionary<string, (long Right, long All, string Example)> counts)
    {
        using var state = new MachineState();
        using var source = new CaptureSource(File.OpenRead(SharedData.Path("falco", "captures", name + ".scap")), state);
        using var lines = new StreamReader(new GZipStream(File.OpenRead(SharedData.Path("falco", "expected", "fields", name + ".jsonl.gz")), CompressionMode.Decompress));
        using var context = new EventContext();
        var pipeline = new EventPipeline(state);
        var comparer = new Comparer(pipeline, context, catalogue, lines, counts, name);
        source.Start(new SourceSettings { SystemCalls = new HashSet<int>() });
        var batch = new RawEvent[256];
        for (int count; (count = source.Read(batch, TimeSpan.Zero)) > 0; source.Release())
            for (int i = 0; i < count; i++)
                pipeline.Process(batch[i], comparer);
        Assert.Null(lines.ReadLine());
        Assert.Equal(0, pipeline.Malformed);
    }

    private sealed class Comparer(
        EventPipeline pipeline, EventContext context, FieldCatalogue catalogue, StreamReader lines,
        Dictionary<string, (long Right, long All, string Example)> counts, string capture) : IEventSink
    {
        private readonly Dictionary<string, FieldReference?> references = [];
        private readonly HashSet<string> all = [];

        public void Handle(in EventView view, EventFrame frame, in RawEvent raw)
        {
            if (view.ThreadId < 0)
                return;
            context.Set(pipeline.State, view, frame, raw, pipeline.Processed);
            using var expected = JsonDocument.Parse(lines.ReadLine()!);
            Assert.Equal(pipeline.Processed, expected.RootElement.GetProperty("evt.num").GetInt64());
            foreach (var property in expected.RootElement.EnumerateObject())
            {
                all.Add(property.Name);
                Check(property.Name, property.Value.GetRawText(), property.Value);
            }
            foreach (string absent in all)
                if (!expected.RootElement.TryGetProperty(absent, out _))
                    Check(absent, "null", default);
        }

        private void Check(string name, string expectedText, JsonElement expected)
        {
            if (!references.TryGetValue(name, out var field))
                references.Add(name, field = Resolve(catalogue, name));
            string actual = field is null ? "unknown field" : Json(field);
            bool right = actual == expectedText || Same(actual, expected);
            var (rightBefore, allBefore, example) = counts.GetValueOrDefault(name);
            counts[name] = (rightBefore + (right ? 1 : 0), allBefore + 1,
                right || example is not null ? example! : $"{capture}:{pipeline.Processed}: {Cut(actual)} for {Cut(expectedText)}");
        }

        private static string Cut(string text) => text.Length > 160 ? text[..160] : text;

        private static bool Same(string actual, JsonElement expected) => expected.ValueKind switch
        {
            JsonValueKind.String => actual.StartsWith('"') && JsonDocument.Parse(actual).RootElement.GetString() == expected.GetString(),
            JsonValueKind.Number => double.TryParse(actual, out double number) && expected.GetRawText().Contains('.', StringComparison.Ordinal) && Math.Abs(number - expected.GetDouble()) < 1e-9,
            // A set: its order is that of a hash table.
            JsonValueKind.Array => actual.StartsWith('[') && Members(JsonDocument.Parse(actual).RootElement).SetEquals(Members(expected)),
            _ => false,
        };

        private static HashSet<string> Members(JsonElement array) => [.. array.EnumerateArray().Select(static member => member.ToString())];

        private string Json(FieldReference field)
        {
            using var stream = new MemoryStream();
            using (var writer = new Utf8JsonWriter(stream))
                ValueFormatter.WriteJson(field, context.ReadShown(field), writer);
            return Encoding.UTF8.GetString(stream.ToArray());
        }
    }
}
