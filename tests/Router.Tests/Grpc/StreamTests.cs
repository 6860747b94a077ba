using System.Globalization;
using System.Text.RegularExpressions;
using Grpc.Core;
using Saker.Alerts.V1;
using Saker.Router.Tests.Delivery;
using Saker.Router.Tests.Ingest;
using Saker.Router.Tests.Log;
using Status = Saker.Alerts.V1.Status;

namespace Saker.Router.Tests.Grpc;

/// <summary>Streams of alerts, and what ends them.</summary>
public sealed partial class StreamTests
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_alert_of_a_stream_is_acknowledged_in_its_order()
    {
        await using var fixture = await IngestFixture.StartAsync();
        using var channel = GrpcCalls.Channel(fixture);
        using var call = new Saker.Alerts.V1.Alerts.AlertsClient(channel).Stream(cancellationToken: Cancel);
        var sending = Task.Run(async () =>
        {
            for (var id = 0UL; id < 3000; id += 3)
            {
                await call.RequestStream.WriteAsync(GrpcCalls.Request(GrpcCalls.JsonAlert(id), GrpcCalls.JsonAlert(id + 1, "{}"), GrpcCalls.JsonAlert(id + 2)), Cancel);
            }

            await call.RequestStream.CompleteAsync();
        }, Cancel);
        List<ulong> stored = [], others = [];
        while (await call.ResponseStream.MoveNext(Cancel))
        {
            stored.AddRange(call.ResponseStream.Current.Stored);
            others.AddRange(call.ResponseStream.Current.NotStored.Select(static alert => alert.Id));
        }

        await sending;
        Assert.Equal(Enumerable.Range(0, 3000).Where(static id => id % 3 != 1).Select(static id => (ulong)id), stored);
        Assert.Equal(Enumerable.Range(0, 3000).Where(static id => id % 3 == 1).Select(static id => (ulong)id), others);
        Assert.Equal(2000, fixture.Stored().Count);
    }

    [Fact]
    public async Task A_stream_one_way_ends_with_what_became_of_all()
    {
        await using var fixture = await IngestFixture.StartAsync();
        using var channel = GrpcCalls.Channel(fixture);
        using var call = new Saker.Alerts.V1.Alerts.AlertsClient(channel).SendAll(cancellationToken: Cancel);
        for (var i = 0UL; i < 100; i++)
        {
            await call.RequestStream.WriteAsync(GrpcCalls.Request(GrpcCalls.JsonAlert(i)), Cancel);
        }

        await call.RequestStream.WriteAsync(GrpcCalls.Request(Enumerable.Range(0, 1500).Select(static id => GrpcCalls.JsonAlert((ulong)id, "{}"))), Cancel);
        await call.RequestStream.CompleteAsync();
        var summary = await call;
        Assert.Equal((100UL, 1500UL, 1000), (summary.Stored, summary.NotStoredCount, summary.NotStored.Count));
        Assert.Equal(100, fixture.Stored().Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Nothing_is_acknowledged_before_the_sync_that_covers_it(bool streamed)
    {
        using var mayWrite = new ManualResetEventSlim();
        using var isWriting = new SemaphoreSlim(0);
        await using var fixture = await IngestFixture.StartAsync(files: new CrashableFiles
        {
            BeforeSync = _ =>
            {
                isWriting.Release();
                mayWrite.Wait(Cancel);
            },
        });
        using var channel = GrpcCalls.Channel(fixture);
        var client = new Saker.Alerts.V1.Alerts.AlertsClient(channel);
        using var call = client.Stream(cancellationToken: Cancel);
        var acknowledged = streamed ? StreamAsync() : SendAsync();
        await isWriting.WaitAsync(Cancel);
        Assert.False(acknowledged.IsCompleted);
        mayWrite.Set();
        Assert.Equal([5UL], await acknowledged);
        Assert.Single(fixture.Stored());

        async Task<IEnumerable<ulong>> SendAsync() => (await client.SendAsync(GrpcCalls.Request(GrpcCalls.JsonAlert(5)), cancellationToken: Cancel)).Stored;

        async Task<IEnumerable<ulong>> StreamAsync()
        {
            await call.RequestStream.WriteAsync(GrpcCalls.Request(GrpcCalls.JsonAlert(5)), Cancel);
            Assert.True(await call.ResponseStream.MoveNext(Cancel));
            return call.ResponseStream.Current.Stored;
        }
    }

    [Fact]
    public async Task A_sender_that_reads_no_answers_is_read_no_further()
    {
        const int Messages = 4000, Each = 50;
        await using var fixture = await IngestFixture.StartAsync();
        using var channel = GrpcCalls.Channel(fixture);
        using var call = new Saker.Alerts.V1.Alerts.AlertsClient(channel).Stream(cancellationToken: Cancel);

        // Alerts that are none have the longest answers.
        var request = GrpcCalls.Request(Enumerable.Range(0, Each).Select(static id => GrpcCalls.JsonAlert((ulong)id, """{"priority":"nothing that is known","rule":"r"}""")));
        var sending = Task.Run(async () =>
        {
            for (var i = 0; i < Messages; i++)
            {
                await call.RequestStream.WriteAsync(request, Cancel);
            }

            await call.RequestStream.CompleteAsync();
        }, Cancel);

        // It stands still; were it only slow, the numbers below would hold all the more.
        var (before, same) = (-1L, 0);
        while (same < 20)
        {
            var now = await RejectedAsync(fixture);
            same = now == before && now > 0 ? same + 1 : 0;
            before = now;
            await Task.Delay(50, Cancel);
        }

        Assert.InRange(before, 1, Messages * Each / 2);
        Assert.InRange(fixture.Budget.Taken, 0, 8 << 20);
        Assert.False(sending.IsCompleted);

        // It was only held up: when the sender reads again, everything comes.
        var answered = 0;
        while (await call.ResponseStream.MoveNext(Cancel))
        {
            answered += call.ResponseStream.Current.NotStored.Count;
        }

        await sending;
        Assert.Equal(Messages * Each, answered);
        await DeliveryRig.UntilAsync(() => fixture.Budget.Taken == 0, "the memory given back");
    }

    [Fact]
    public async Task What_a_cancelled_stream_has_sent_is_stored_and_its_memory_is_free_again()
    {
        await using var fixture = await IngestFixture.StartAsync();
        using var channel = GrpcCalls.Channel(fixture);
        using var ends = new CancellationTokenSource();
        using (var call = new Saker.Alerts.V1.Alerts.AlertsClient(channel).Stream(cancellationToken: ends.Token))
        {
            await call.RequestStream.WriteAsync(GrpcCalls.Request(Enumerable.Range(0, 100).Select(static id => GrpcCalls.JsonAlert((ulong)id))), Cancel);
            Assert.True(await call.ResponseStream.MoveNext(Cancel));
            await ends.CancelAsync();
            var exception = await Assert.ThrowsAnyAsync<Exception>(async () => await call.ResponseStream.MoveNext(Cancel));
            Assert.True(exception is RpcException { StatusCode: StatusCode.Cancelled } or OperationCanceledException, exception.ToString());
        }

        await UntilAsync(() => fixture.Stored().Count == 100 && fixture.Budget.Taken == 0);
        Assert.Single((await new Saker.Alerts.V1.Alerts.AlertsClient(channel).SendAsync(GrpcCalls.Request(GrpcCalls.JsonAlert(1)), cancellationToken: Cancel)).Stored);
    }

    [Fact]
    public async Task A_deadline_ends_the_wait_of_the_sender()
    {
        using var mayWrite = new ManualResetEventSlim();
        await using var fixture = await IngestFixture.StartAsync(files: new CrashableFiles { BeforeSync = _ => mayWrite.Wait(Cancel) });
        using var channel = GrpcCalls.Channel(fixture);
        var exception = await Assert.ThrowsAsync<RpcException>(async () =>
            await new Saker.Alerts.V1.Alerts.AlertsClient(channel).SendAsync(GrpcCalls.Request(GrpcCalls.JsonAlert(1)), deadline: DateTime.UtcNow.AddMilliseconds(300), cancellationToken: Cancel));
        Assert.Equal(StatusCode.DeadlineExceeded, exception.StatusCode);
        mayWrite.Set();
        await UntilAsync(() => fixture.Budget.Taken == 0 && fixture.Stored().Count <= 1);
    }

    [Fact]
    public async Task A_full_disk_is_told_with_a_time_to_come_again()
    {
        await using var fixture = await IngestFixture.StartAsync(files: new CrashableFiles { Free = 0 });
        using var channel = GrpcCalls.Channel(fixture);
        var client = new Saker.Alerts.V1.Alerts.AlertsClient(channel);
        var exception = await Assert.ThrowsAsync<RpcException>(async () => await client.SendAsync(GrpcCalls.Request(GrpcCalls.JsonAlert(1)), cancellationToken: Cancel));
        Assert.Equal((StatusCode.ResourceExhausted, "30000", "30"), (exception.StatusCode, exception.Trailers.GetValue("grpc-retry-pushback-ms"), exception.Trailers.GetValue("retry-after")));
        using var call = client.Stream(cancellationToken: Cancel);
        await call.RequestStream.WriteAsync(GrpcCalls.Request(GrpcCalls.JsonAlert(9)), Cancel);
        Assert.True(await call.ResponseStream.MoveNext(Cancel));
        var alert = Assert.Single(call.ResponseStream.Current.NotStored);
        Assert.Equal((9UL, Status.Refused, "disk full", 30), (alert.Id, alert.Status, alert.Reason, alert.RetryAfter.Seconds));
        await call.RequestStream.CompleteAsync();
        Assert.False(await call.ResponseStream.MoveNext(Cancel));
    }

    [Fact]
    public async Task A_stop_acknowledges_what_was_read_and_ends_the_streams()
    {
        using var mayWrite = new ManualResetEventSlim();
        using var isWriting = new SemaphoreSlim(0);
        await using var fixture = await IngestFixture.StartAsync(files: new CrashableFiles
        {
            BeforeSync = _ =>
            {
                isWriting.Release();
                mayWrite.Wait(Cancel);
            },
        });
        using var channel = GrpcCalls.Channel(fixture);
        var client = new Saker.Alerts.V1.Alerts.AlertsClient(channel);
        using var call = client.Stream(cancellationToken: Cancel);
        using var idle = client.SendAll(cancellationToken: Cancel);
        await idle.RequestStream.WriteAsync(new SendRequest(), Cancel);
        await call.RequestStream.WriteAsync(GrpcCalls.Request(GrpcCalls.JsonAlert(1)), Cancel);
        await isWriting.WaitAsync(Cancel);
        fixture.Intake.Close();
        mayWrite.Set();
        Assert.True(await call.ResponseStream.MoveNext(Cancel));
        Assert.Equal([1UL], call.ResponseStream.Current.Stored);
        var ended = await Assert.ThrowsAsync<RpcException>(async () => await call.ResponseStream.MoveNext(Cancel));
        Assert.Equal(StatusCode.Unavailable, ended.StatusCode);
        Assert.Equal(StatusCode.Unavailable, (await Assert.ThrowsAsync<RpcException>(async () => await idle)).StatusCode);
        Assert.Equal(StatusCode.Unavailable, (await Assert.ThrowsAsync<RpcException>(async () => await client.SendAsync(GrpcCalls.Request(GrpcCalls.JsonAlert(2)), cancellationToken: Cancel))).StatusCode);
        await fixture.StopAsync(Cancel);
    }

    private static async Task<long> RejectedAsync(IngestFixture fixture) =>
        Rejected().Match(await fixture.ScrapeAsync()) is { Success: true } match ? long.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) : 0;

    private static async Task UntilAsync(Func<bool> condition)
    {
        for (var i = 0; i < 1200 && !condition(); i++)
        {
            await Task.Delay(50, Cancel);
        }

        Assert.True(condition());
    }

    [GeneratedRegex(@"inputs_total\{source=""requests"",status=""rejected""\} (\d+)", RegexOptions.CultureInvariant)]
    private static partial Regex Rejected();
}
