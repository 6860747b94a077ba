using System.IO.Compression;
using System.Net;
using System.Text;
using Saker.Router.Options;
using Saker.Settings;

namespace Saker.Router.Tests.Ingest;

public sealed class IngestTests
{
    private const string Valid = """{"output":"o","priority":"Warning","rule":"R","time":"2026-11-23T19:18:08Z","output_fields":{"a":"1"}}""";

    [Fact]
    public async Task A_batch_of_lines_is_stored_in_order_and_what_is_no_alert_is_named()
    {
        await using var fixture = await IngestFixture.StartAsync();
        var answer = await PostAsync(fixture, Encoding.UTF8.GetBytes($"{Valid}\n\n{{}}\n{Valid.Replace("\"R\"", "\"S\"", StringComparison.Ordinal)}\n"), "application/x-ndjson");
        Assert.Equal(200, answer.Status);
        Assert.Equal("""{"accepted": 2, "rejected": [{"index": 1, "reason": "priority is missing"}]}""", answer.Body);
        Assert.Collection(fixture.Stored(), first => Assert.Contains("\"R\"", first, StringComparison.Ordinal), second => Assert.Contains("\"S\"", second, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("[]", 400, 0)]
    [InlineData("[{}]", 400, 0)]
    [InlineData("[V,V]", 200, 2)]
    [InlineData(" [V, V", 400, 0)]
    [InlineData("VV", 200, 1)]
    [InlineData("V garbage", 200, 1)]
    public async Task Arrays_are_batches_and_otherwise_the_first_object_counts(string body, int status, int stored)
    {
        await using var fixture = await IngestFixture.StartAsync();
        var answer = await PostAsync(fixture, Encoding.UTF8.GetBytes(body.Replace("V", Valid, StringComparison.Ordinal)));
        Assert.Equal(status, answer.Status);
        Assert.Equal(stored, fixture.Stored().Count);
    }

    // Found by chance: Kestrel tells methods apart by their case, so an answer without its body was one that broke off.
    [Theory]
    [InlineData("HeAD", "/ping", 200)]
    [InlineData("head", "/metrics", 200)]
    [InlineData("Head", "/healthz", 200)]
    [InlineData("HeAD", "/", 400)]
    public async Task A_method_in_another_case_is_another_method(string method, string path, int status)
    {
        await using var fixture = await IngestFixture.StartAsync();
        var answer = await RawHttp.SendAsync(fixture.Port, RawHttp.Request(method, path, [KeyValuePair.Create("Connection", "close")], null));
        Assert.Equal(status, answer.Status);
        Assert.NotEmpty(answer.Body);
    }

    [Fact]
    public async Task Strict_mode_knows_neither_batches_nor_gzip()
    {
        await using var fixture = await IngestFixture.StartAsync(new RouterOptions { StrictCompatibility = true });
        Assert.Equal(400, (await PostAsync(fixture, Encoding.UTF8.GetBytes($"[{Valid}]"))).Status);
        Assert.Equal(400, (await PostAsync(fixture, Gzip(Encoding.UTF8.GetBytes(Valid)))).Status);
    }

    [Fact]
    public async Task Gzip_is_known_by_its_first_bytes_and_bounded_when_unpacked()
    {
        await using var fixture = await IngestFixture.StartAsync(new RouterOptions { Http = new HttpOptions { MaxBodySize = new ByteSize(4096) } });
        Assert.Equal(200, (await PostAsync(fixture, Gzip(Encoding.UTF8.GetBytes(Valid)))).Status);
        Assert.Equal(413, (await PostAsync(fixture, Gzip(new byte[1 << 20]))).Status);
        Assert.Equal(413, (await PostAsync(fixture, new byte[5000])).Status);
        Assert.Equal(400, (await PostAsync(fixture, [0x1F, 0x8B, 1, 2, 3])).Status);
        Assert.Single(fixture.Stored());
    }

    [Fact]
    public async Task Bodies_beyond_the_memory_of_all_are_asked_to_come_again()
    {
        await using var fixture = await IngestFixture.StartAsync(new RouterOptions { Http = new HttpOptions { MaxBufferedBytes = new ByteSize(8192) } });
        var answer = await PostAsync(fixture, new byte[100_000]);
        Assert.Equal(503, answer.Status);
        Assert.Equal("1", answer.Headers["Retry-After"]);
        Assert.Equal(200, (await PostAsync(fixture, Encoding.UTF8.GetBytes(Valid))).Status);
    }

    [Fact]
    public async Task A_stopping_router_refuses_and_its_health_says_so()
    {
        await using var fixture = await IngestFixture.StartAsync();
        fixture.Intake.Close();
        Assert.Equal(503, (await PostAsync(fixture, Encoding.UTF8.GetBytes(Valid))).Status);
        var health = await RawHttp.SendAsync(fixture.Port, RawHttp.Request("GET", "/healthz", [], null));
        Assert.Equal(503, health.Status);
        Assert.Contains("stopping", health.Body, StringComparison.Ordinal);
        Assert.Empty(fixture.Stored());
    }

    [Fact]
    public async Task An_incoming_uuid_is_replaced()
    {
        await using var fixture = await IngestFixture.StartAsync();
        var sent = Guid.NewGuid().ToString();
        await PostAsync(fixture, Encoding.UTF8.GetBytes(Valid.Replace("{\"output\"", $"{{\"uuid\":\"{sent}\",\"output\"", StringComparison.Ordinal)));
        Assert.DoesNotContain(sent, Assert.Single(fixture.Stored()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metrics_have_Falcosidekicks_names_and_a_bounded_number_of_series()
    {
        var options = new RouterOptions { Prometheus = new PrometheusOptions { MaxLabelValues = 3, ExtraLabels = new Dictionary<string, string> { ["a"] = "", ["env"] = "prod" } } };
        await using var fixture = await IngestFixture.StartAsync(options);
        for (var i = 0; i < 10; i++)
        {
            await PostAsync(fixture, Encoding.UTF8.GetBytes(Valid.Replace("\"R\"", $"\"R{i}\"", StringComparison.Ordinal)));
        }

        await PostAsync(fixture, "{}"u8.ToArray());
        var metrics = await fixture.ScrapeAsync();
        Assert.Contains("""falco_events_total{hostname="unknown",rule="R0",priority="4",priority_raw="warning",source="syscalls",k8s_ns_name="",k8s_pod_name="",a="1",env="prod"} 1""", metrics, StringComparison.Ordinal);
        Assert.Contains("""rule="other",priority="4",priority_raw="warning",source="syscalls",k8s_ns_name="",k8s_pod_name="",a="1",env="prod"} 7""", metrics, StringComparison.Ordinal);
        Assert.Contains("""falcosecurity_falcosidekick_inputs_total{source="requests",status="accepted"} 10""", metrics, StringComparison.Ordinal);
        Assert.Contains("""falcosecurity_falcosidekick_inputs_total{source="requests",status="rejected"} 1""", metrics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_in_use_is_said_in_an_IOException()
    {
        await using var fixture = await IngestFixture.StartAsync();
        using var taken = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        await Assert.ThrowsAnyAsync<IOException>(() => fixture.StartAnotherAsync(port));
    }

    private static Task<RawAnswer> PostAsync(IngestFixture fixture, byte[] body, string contentType = "application/json") =>
        RawHttp.SendAsync(fixture.Port, RawHttp.Request("POST", "/", [KeyValuePair.Create("Content-Type", contentType)], body));

    private static byte[] Gzip(byte[] content)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
        {
            gzip.Write(content);
        }

        return packed.ToArray();
    }
}
