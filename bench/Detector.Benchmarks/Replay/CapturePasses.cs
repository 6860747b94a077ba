using Saker.Detector.Alerting;
using Saker.Detector.Capture;
using Saker.Detector.Configuration;
using Saker.Detector.Engine;
using Saker.Detector.Scap;
using Saker.Detector.Holding;
using Saker.Detector.State;
using Saker.Rules;
using Saker.Rules.Yaml;

namespace Saker.Detector.Benchmarks.Replay;

/// <summary>
/// Passes over a capture the way the detector goes: unpack, read, decode, apply to the state, ask the rules, write alerts
/// (to nowhere). The rules are loaded once; everything else is made afresh for each pass, as at a start.
/// </summary>
internal sealed class CapturePasses
{
    private readonly string capture;
    private readonly DetectorOptions options = new() { JsonOutput = true };
    private readonly EventStream calls = EventStream.OfSystemCalls(deliverable: null);
    private readonly RuleSet rules;

    /// <param name="capture">The capture.</param>
    /// <param name="files">The rules; none for decoding and state alone.</param>
    public CapturePasses(string capture, IReadOnlyList<RuleFile> files)
    {
        this.capture = capture;
        rules = RuleLoading.Load(files, [calls]);
        if (!rules.Successful)
        {
            throw new InvalidOperationException(rules.Diagnostics[0].Headline);
        }
    }

    /// <summary>Runs one pass.</summary>
    public (long Events, long Alerts) Run()
    {
        using var state = new MachineState();
        using var source = new CaptureSource(File.OpenRead(capture), state);
        using var context = calls.ContextFor("benchmark");
        using var formatter = new AlertFormatter(options, calls.Catalogue, "benchmark");
        var matcher = calls.MatcherOf(rules, RuleMatching.First);
        var pipeline = new EventPipeline(state);
        var engine = new RuleEngine(pipeline, matcher, calls.Types, context, formatter, outputs: [], new HoldCounters());
        source.Start(new SourceSettings { SystemCalls = new HashSet<int>() });
        source.Drain(pipeline, engine);
        return (pipeline.Processed, engine.Alerts);
    }
}
