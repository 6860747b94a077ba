using Saker.Detector.Alerting;
using Saker.Detector.Capture;
using Saker.Detector.Configuration;
using Saker.Detector.Engine;
using Saker.Detector.Events;
using Saker.Detector.Fields;
using Saker.Detector.Holding;
using Saker.Detector.State;
using Saker.Detector.Tests.Captures;
using Saker.Rules;
using Saker.Rules.Yaml;

namespace Saker.Detector.Tests.Engine;

/// <summary>What a capture tells of users and groups happened in no thread, and rules do not see it; it is counted all the same.</summary>
public sealed class Bookkeeping
{
    [Theory]
    [InlineData("live-net")]
    [InlineData("live-files")]
    public void Rules_see_none_of_it(string capture)
    {
        using var replay = new Replay(capture);
        using var state = new MachineState();
        using var source = replay.Open(state);
        using var context = new EventContext();
        var pipeline = new EventPipeline(state);
        var stream = EventStream.OfSystemCalls(null);
        var rules = RuleLoading.Load([new RuleFile("rules.yaml", "- rule: all\n  desc: all\n  condition: evt.num > 0\n  output: x\n  priority: INFO\n")], [stream]);
        using var formatter = new AlertFormatter(new DetectorOptions(), stream.Catalogue, "here");
        var engine = new RuleEngine(pipeline, stream.MatcherOf(rules, RuleMatching.First), stream.Types, context, formatter, [], new HoldCounters());
        var counter = new Counter(engine);
        replay.Run(pipeline, counter);
        Assert.Equal(72, counter.Bookkeeping);
        Assert.Equal(counter.Others, engine.Alerts);
        Assert.True(engine.Alerts > 500);
    }

    [Theory]
    [InlineData(EventType.UserAddedEnter, -1, true)]
    [InlineData(EventType.GroupDeletedEnter, -1, true)]
    [InlineData(EventType.ProcinfoEnter, 10, false)]
    [InlineData(EventType.CloseExit, 10, false)]
    public void It_is_what_is_about_no_thread(object type, long tid, bool expected)
    {
        var memory = new byte[4096];
        var length = State.EventBuilder.Write(memory, (EventType)type, tid, 1);
        Assert.True(EventView.TryParse(memory.AsSpan(0, length), out var view));
        Assert.Equal(expected, view.IsBookkeeping);
    }

    private sealed class Counter(RuleEngine engine) : IEventConsumer
    {
        public int Bookkeeping { get; private set; }

        public int Others { get; private set; }

        public void Handle(in EventView view, EventFrame frame, in RawEvent raw)
        {
            if (view.ThreadId < 0)
            {
                Bookkeeping++;
            }
            else if (!view.Definition.IsEnter || (view.Definition.Category & EventCategory.Syscall) == 0)
            {
                Others++;
            }

            engine.Handle(view, frame, raw);
        }
    }
}
