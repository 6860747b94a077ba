using System.Net;
using System.Text.Json;
using Google.Protobuf.WellKnownTypes;
using Microsoft.AspNetCore.Hosting;
using Saker.Alerts;
using Saker.Alerts.V1;
using Saker.Detector.Configuration;
using Saker.Detector.Outputs;
using Saker.Testing;

namespace Saker.Detector.Tests.Outputs;

/// <summary>Alerts over gRPC. The real router takes them in the tests of both programs together.</summary>
public sealed class RouterOutputs : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("saker-").FullName;
    private readonly KeptLog log = new();

    private string Socket => Path.Combine(folder, "router.sock");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Many_alerts_go_in_few_messages_each_once_and_in_order()
    {
        await using var router = await AtSocketAsync();
        await using var queue = Queue(new() { Address = $"unix://{Socket}", Token = new Secret("right") }, capacity: 5000);
        for (var i = 0; i < 3000; i++)
        {
            queue.Write(When.Alert(i));
        }

        await When.IsAsync(() => queue.Written == 3000);
        Assert.Equal(Enumerable.Range(0, 3000), router.Stored.Select(Number));
        Assert.InRange(router.Requests.Count, 12, 1000);
        Assert.Equal("Bearer right", router.Authorization);
        Assert.Equal(0, queue.Restarts);
    }

    [Fact]
    public async Task An_alert_counts_when_it_is_acknowledged_and_not_before()
    {
        await using var router = await AtSocketAsync();
        router.Judge = alert => Number(alert.Json.ToStringUtf8()) == 1 ? null : (true, null);
        await using var queue = Queue(new() { Address = $"unix://{Socket}" });
        queue.Write(When.Alert(0));
        await When.IsAsync(() => queue.Written == 1);
        queue.Write(When.Alert(1));
        await When.IsAsync(() => router.Requests.Count == 2);
        Assert.Equal(1, queue.Written);
        Assert.Equal(1, await queue.StopAsync(TimeSpan.FromMilliseconds(50), new CancellationToken(canceled: true)));
        Assert.Equal(1, queue.Written);
    }

    [Fact]
    public async Task What_is_refused_for_now_is_sent_again_and_what_is_refused_for_good_is_not()
    {
        await using var router = await AtSocketAsync();
        var busy = 2;
        router.Judge = alert => Number(alert.Json.ToStringUtf8()) switch
        {
            1 => (false, new NotStored { Status = Saker.Alerts.V1.Status.Invalid, Reason = "no alert" }),
            2 when busy-- > 0 => (false, new NotStored { Status = Saker.Alerts.V1.Status.Refused, Reason = "the disk is full", RetryAfter = Duration.FromTimeSpan(TimeSpan.FromMilliseconds(10)) }),
            _ => (true, null),
        };
        var output = new RouterOutput(new() { Address = $"unix://{Socket}" }, Path.GetFullPath, TimeProvider.System);
        await using (output)
        {
            var batch = new AlertBatch([.. Enumerable.Range(0, 5).Select(static i => new AlertLine(When.Alert(i).Whole, IsJson: true))]);
            var later = await Assert.ThrowsAsync<OutputBusyException>(async () => await output.WriteAsync(batch, TestContext.Current.CancellationToken));
            Assert.Equal((TimeSpan.FromMilliseconds(10), $"unix://{Socket}: the router cannot keep it now: the disk is full"), (later.Pause, later.Message));
            Assert.Equal([2], batch.Open());
            Assert.Equal((3, 1, "the router refused an alert: no alert"), batch.TakeNews());
            await Assert.ThrowsAsync<OutputBusyException>(async () => await output.WriteAsync(batch, TestContext.Current.CancellationToken));
            await output.WriteAsync(batch, TestContext.Current.CancellationToken);
        }

        Assert.Equal([0, 3, 4, 2], router.Stored.Select(Number));
    }

    [Fact]
    public async Task A_router_that_comes_back_gets_what_it_had_not_acknowledged_and_a_stream_that_ended_idle_costs_no_pause()
    {
        await using var queue = Queue(new() { Address = $"unix://{Socket}" });
        await using (var router = await AtSocketAsync())
        {
            queue.Write(When.Alert(0));
            await When.IsAsync(() => queue.Written == 1);
            router.Breaks = true;
            queue.Write(When.Alert(1));
            await When.IsAsync(() => queue.IsFailing);
            Assert.Contains(log.Lines, static line => line.Contains("the router stops, or the connection broke.", StringComparison.Ordinal));
            Assert.Equal([0], router.Stored.Select(Number));
        }

        File.Delete(Socket);
        await using (var router = await AtSocketAsync())
        {
            queue.Write(When.Alert(2));
            await When.IsAsync(() => queue.Written == 3);
            Assert.Equal([1, 2], router.Stored.Select(Number));
        }

        File.Delete(Socket);
        var told = log.Lines.Count;
        await using (var router = await AtSocketAsync())
        {
            queue.Write(When.Alert(3));
            await When.IsAsync(() => queue.Written == 4);
        }

        Assert.Equal(told, log.Lines.Count);
        Assert.True(queue.Restarts >= 2);
    }

    [Fact]
    public async Task Of_alerts_that_are_too_large_together_each_is_sent_alone_and_one_that_is_too_large_alone_is_given_up()
    {
        await using var router = await AtSocketAsync(maxMessage: 2000);
        await using var queue = Queue(new() { Address = $"unix://{Socket}" });
        queue.Write(new AlertLine(new byte[1], IsJson: true) { Whole = JsonSerializer.SerializeToUtf8Bytes(new { output_fields = new Dictionary<string, object> { ["evt.num"] = 0, ["x"] = new string('x', 3000) } }) });
        for (var i = 1; i < 50; i++)
        {
            queue.Write(When.Alert(i));
        }

        await When.IsAsync(() => queue.Written + queue.Failed == 50);
        Assert.Equal((49, 1), (queue.Written, queue.Failed));
        Assert.Equal(Enumerable.Range(1, 49), router.Stored.Select(Number));
    }

    [Fact]
    public async Task A_token_that_is_not_known_is_told_without_it()
    {
        await using var router = await AtSocketAsync();
        await using var queue = Queue(new() { Address = $"unix://{Socket}", Token = new Secret("wrong") });
        queue.Write(When.Alert(0));
        await When.IsAsync(() => queue.IsFailing && log.Lines.Count > 0);
        Assert.Contains("the router does not know who sends; check router_output.token.", log.Lines[0], StringComparison.Ordinal);
        Assert.DoesNotContain("wrong", log.Lines[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_who_listens_is_told_in_plain_words()
    {
        await using var queue = Queue(new() { Address = $"http://127.0.0.1:{LoopbackServer.ClosedPort()}" });
        queue.Write(When.Alert(0));
        await When.IsAsync(() => log.Lines.Count > 0);
        Assert.Contains("the connection is refused; nobody listens there.", log.Lines[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task TLS_is_spoken_with_the_authority_that_is_named_and_no_other(bool isNamed)
    {
        using var certificates = new TestCertificates();
        var (server, _) = Saker.Tls.PemFile.Pair(
            Path.Combine(certificates.Folder, "server.crt"), "", Path.Combine(certificates.Folder, "server.key"), "", static (_, sentence) => Assert.Fail(sentence))!.Value;
        var port = 0;
        await using var router = await RouterDouble.StartAsync(kestrel => kestrel.Listen(IPAddress.Loopback, port = LoopbackServer.ClosedPort(), listen => listen.UseHttps(server)));
        await using var queue = Queue(new() { Address = $"https://127.0.0.1:{port}", CaCert = isNamed ? Path.Combine(certificates.Folder, "ca.crt") : "" });
        queue.Write(When.Alert(0));
        await When.IsAsync(() => isNamed ? queue.Written == 1 : log.Lines.Count > 0);
        Assert.Equal(isNamed ? 1 : 0, router.Stored.Count);
        Assert.Equal(!isNamed, log.Lines.Any(static line => line.Contains("router_output.ca_cert names the authority's file", StringComparison.Ordinal)));
    }

    private static int Number(string json) => JsonDocument.Parse(json).RootElement.GetProperty("output_fields").GetProperty("evt.num").GetInt32();

    private Task<RouterDouble> AtSocketAsync(int? maxMessage = null) => RouterDouble.StartAsync(kestrel => kestrel.ListenUnixSocket(Socket), maxMessage);

    private OutputQueue Queue(RouterOutputOptions options, int capacity = 100) =>
        new(new RouterOutput(options, Path.GetFullPath, TimeProvider.System), new QueueSettings { Capacity = capacity, Retries = true }, TimeProvider.System, log);
}
