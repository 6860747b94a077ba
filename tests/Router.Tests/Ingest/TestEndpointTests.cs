using Saker.Alerts;
using Saker.Outputs;
using Saker.Router.Enrichment;
using Saker.Router.Ingest;
using Saker.Router.Options;
using Saker.Router.Telemetry;
using Saker.Router.Tests.Delivery;
using Saker.Router.Tests.Log;

namespace Saker.Router.Tests.Ingest;

/// <summary>Who sends a test alert learns what the outputs did with it.</summary>
public sealed class TestEndpointTests
{
    [Fact]
    public async Task Each_output_says_what_it_did_with_the_test_alert_and_why()
    {
        await using var rig = DeliveryRig.Open(
            new CrashableFiles(),
            null,
            DeliveryRig.Instance("good", new Answering(DeliveryResult.Delivered)),
            DeliveryRig.Instance("wrong", new Answering(DeliveryResult.Blocked("status 401: who are you"))),
            DeliveryRig.Instance("down", new Answering(DeliveryResult.Retry("nobody listens there"))),
            DeliveryRig.Instance("strict", new Answering(DeliveryResult.Rejected("status 400: no text"))),
            DeliveryRig.Instance("held", new Answering(DeliveryResult.Delivered)),
            DeliveryRig.Instance("other", new Answering(DeliveryResult.Delivered), filter: static _ => false));
        var metrics = new RouterMetrics(EventLabels.Create(new(), static _ => { }), 100);
        var intake = new AlertIntake(rig.Log, new AlertEnricher(new RouterOptions(), static (_, _) => { }), metrics);
        rig.Engine.Pause("held", "test");
        var (result, answer) = await new TestEndpoint(intake, rig.Engine.Watch, () => rig.Engine.Status, TimeProvider.System).RunAsync(TestContext.Current.CancellationToken);
        Assert.Equal(IntakeStatus.Stored, result.Status);
        var said = answer!.Outputs.ToDictionary(static output => output.Name, static output => (output.Result, output.Reason));
        Assert.Equal(("delivered", ""), said["good"]);
        Assert.Equal(("blocked", "status 401: who are you"), said["wrong"]);
        Assert.Equal(("failing", "nobody listens there"), said["down"]);
        Assert.Equal(("given up", "status 400: no text"), said["strict"]);
        Assert.Equal("filtered", said["other"].Result);
        Assert.Equal(("paused", "somebody has paused it; 1 alerts wait until it is resumed"), said["held"]);
    }

    [Fact]
    public async Task One_that_hangs_is_not_waited_for_beyond_the_bound()
    {
        var clock = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
        await using var rig = DeliveryRig.Open(new CrashableFiles(), null, DeliveryRig.Instance("hung", new Answering(DeliveryResult.Delivered) { Hold = new() }));
        var metrics = new RouterMetrics(EventLabels.Create(new(), static _ => { }), 100);
        var intake = new AlertIntake(rig.Log, new AlertEnricher(new RouterOptions(), static (_, _) => { }), metrics);
        var asking = new TestEndpoint(intake, rig.Engine.Watch, () => rig.Engine.Status, clock).RunAsync(TestContext.Current.CancellationToken);
        while (!asking.IsCompleted)
        {
            clock.Advance(TestEndpoint.Patience);
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        var said = Assert.Single((await asking).Answer!.Outputs);
        Assert.Equal(("waiting", "1 alerts wait before or with it"), (said.Result, said.Reason));
    }

    private sealed class Answering(DeliveryResult result) : IOutput
    {
        public TaskCompletionSource? Hold { get; init; }

        public async ValueTask<BatchResult> DeliverAsync(IReadOnlyList<Alert> alerts, CancellationToken cancellationToken)
        {
            await Task.Yield();
            if (Hold is { } hold)
            {
                await hold.Task.WaitAsync(cancellationToken);
            }

            return BatchResult.All(result);
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
