using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Grpc.Core;
using Grpc.Net.Client;
using Saker.Router.Options;
using Saker.Router.Tests.Delivery;
using Saker.Router.Tests.Ingest;
using Saker.Settings;
using Saker.Testing;

namespace Saker.Router.Tests.Grpc;

/// <summary>HTTP/2 beside HTTP/1.1 on one port, and what is not as it should be on it.</summary>
public sealed class GrpcTransportTests
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_no_network_reaches_is_no_address()
    {
        await using var fixture = await IngestFixture.StartAsync();
        Assert.Equal([$"http://127.0.0.1:{fixture.Port}"], fixture.Addresses);
    }

    [Fact]
    public async Task One_port_without_TLS_serves_both_at_the_same_time()
    {
        await using var fixture = await IngestFixture.StartAsync();
        using var channel = GrpcCalls.Channel(fixture);
        var client = new Saker.Alerts.V1.Alerts.AlertsClient(channel);
        var post = RawHttp.Request("POST", "/", [], Encoding.UTF8.GetBytes(GrpcCalls.Json()));
        await Task.WhenAll(Enumerable.Range(0, 40).Select(async at =>
        {
            if (at % 2 == 0)
            {
                Assert.Single((await client.SendAsync(GrpcCalls.Request(GrpcCalls.JsonAlert((ulong)at)), cancellationToken: Cancel)).Stored);
            }
            else
            {
                Assert.Equal(200, (await RawHttp.SendAsync(fixture.Port, post)).Status);
            }
        }));
        Assert.Equal(40, fixture.Stored().Count);

        // Without gRPC, HTTP/2 is only another way to say the same.
        using var http = new HttpClient();
        using var message = new HttpRequestMessage(HttpMethod.Post, $"http://127.0.0.1:{fixture.Port}/") { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact, Content = new StringContent(GrpcCalls.Json()) };
        using var answer = await http.SendAsync(message, Cancel);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task With_TLS_the_two_sides_agree_on_the_protocol()
    {
        using var certificates = new TestCertificates();
        var tls = new TlsServerOptions { Deploy = true, MutualTls = true, CertFile = File("server.crt"), KeyFile = File("server.key"), CaCertFile = File("ca.crt") };
        var http = new HttpOptions { Protect = [ProtectedArea.Alerts], Clients = new Dictionary<string, ClientOptions> { ["edge"] = new() { Certificate = "client" } } };
        await using var fixture = await IngestFixture.StartAsync(new RouterOptions { TlsServer = tls, Http = http }, port: LoopbackServer.ClosedPort());
        using var handler = new SocketsHttpHandler { SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = certificates.Trust, ClientCertificates = [certificates.Client("client")] } };
        using var channel = GrpcChannel.ForAddress($"https://127.0.0.1:{fixture.Port}", new GrpcChannelOptions { HttpHandler = handler });
        Assert.Single((await new Saker.Alerts.V1.Alerts.AlertsClient(channel).SendAsync(GrpcCalls.Request(GrpcCalls.JsonAlert(1)), cancellationToken: Cancel)).Stored);
        Assert.Single(fixture.Stored());

        string File(string name) => Path.Combine(certificates.Folder, name);
    }

    [Theory]
    [InlineData("/", StatusCode.OK)]
    [InlineData("/ping", StatusCode.Unimplemented)]
    public async Task The_port_beside_TLS_takes_alerts_by_both_protocols_or_by_none(string path, StatusCode expected)
    {
        using var certificates = new TestCertificates();
        var plain = LoopbackServer.ClosedPort();
        var tls = new TlsServerOptions { Deploy = true, CertFile = Path.Combine(certificates.Folder, "server.crt"), KeyFile = Path.Combine(certificates.Folder, "server.key"), NoTlsPort = plain, NoTlsPaths = [path] };
        await using var fixture = await IngestFixture.StartAsync(new RouterOptions { TlsServer = tls }, port: LoopbackServer.ClosedPort());
        using var channel = GrpcChannel.ForAddress($"http://127.0.0.1:{plain}");
        var status = StatusCode.OK;
        try
        {
            await new Saker.Alerts.V1.Alerts.AlertsClient(channel).SendAsync(GrpcCalls.Request(GrpcCalls.JsonAlert(1)), cancellationToken: Cancel);
        }
        catch (RpcException exception)
        {
            status = exception.StatusCode;
        }

        Assert.Equal(expected, status);
    }

    [Fact]
    public async Task Under_strict_compatibility_there_is_no_gRPC()
    {
        await using var fixture = await IngestFixture.StartAsync(new RouterOptions { StrictCompatibility = true });
        using var channel = GrpcCalls.Channel(fixture);
        await Assert.ThrowsAsync<RpcException>(async () => await new Saker.Alerts.V1.Alerts.AlertsClient(channel).SendAsync(GrpcCalls.Request(GrpcCalls.JsonAlert(1)), cancellationToken: Cancel));
        Assert.Empty(fixture.Stored());
    }

    [Fact]
    public async Task A_connection_counts_once_whatever_it_speaks()
    {
        await using var fixture = await IngestFixture.StartAsync(new RouterOptions { Http = new HttpOptions { MaxConnections = 2 } });
        using var channel = GrpcCalls.Channel(fixture);
        using var call = new Saker.Alerts.V1.Alerts.AlertsClient(channel).Stream(cancellationToken: Cancel);
        await call.RequestStream.WriteAsync(GrpcCalls.Request(GrpcCalls.JsonAlert(1)), Cancel);
        Assert.True(await call.ResponseStream.MoveNext(Cancel));
        using (var second = await ConnectAsync(fixture.Port))
        {
            await second.GetStream().WriteAsync("GET /ping HTTP/1.1\r\nHost: a\r\n\r\n"u8.ToArray(), Cancel);
            Assert.StartsWith("HTTP/1.1 200", await ReadAsync(second, 12), StringComparison.Ordinal);
            using var third = await ConnectAsync(fixture.Port);
            Assert.Equal("", await ReadAsync(third, 1));
        }

        Assert.Contains("saker_router_not_taken_total{reason=\"too many connections\"} 1", await fixture.ScrapeAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("PR")]
    [InlineData("PRI * HTT")]
    public async Task A_connection_that_never_begins_is_closed(string sent)
    {
        var limit = TimeSpan.FromSeconds(2); // long enough that what was sent has been read
        await using var fixture = await IngestFixture.StartAsync(new RouterOptions { Http = new HttpOptions { ReadTimeout = limit, IdleTimeout = limit } });
        using var client = await ConnectAsync(fixture.Port);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(sent), Cancel);
        Assert.Equal("", (await ReadAsync(client, 100_000)).Replace("\0", "", StringComparison.Ordinal) is { Length: < 100 } ? "" : "an answer");
        Assert.Equal(sent == "PR" ? 1 : 0, (await fixture.ScrapeAsync()).Split("reason=\"malformed request\"} 1").Length - 1);
    }

    [Fact]
    public async Task A_preface_in_pieces_and_a_method_that_begins_like_it_are_both_understood()
    {
        await using var fixture = await IngestFixture.StartAsync();
        using var slow = await ConnectAsync(fixture.Port);
        slow.NoDelay = true;
        foreach (var piece in new[] { "P", "RI", " * HTTP/2.0\r\n\r\nSM\r\n", "\r\n\0\0\0\u0004\0\0\0\0\0" })
        {
            await slow.GetStream().WriteAsync(Encoding.ASCII.GetBytes(piece), Cancel);
            await Task.Delay(20, Cancel);
        }

        var settings = await ReadAsync(slow, 9);
        Assert.Equal('\u0004', settings[3]); // a frame of settings
        using var other = await ConnectAsync(fixture.Port);
        await other.GetStream().WriteAsync("PR"u8.ToArray(), Cancel);
        await other.GetStream().WriteAsync("OPFIND /ping HTTP/1.1\r\nHost: a\r\n\r\n"u8.ToArray(), Cancel);
        Assert.StartsWith("HTTP/1.1 200", await ReadAsync(other, 12), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Frames_that_are_none_end_the_connection_and_are_counted()
    {
        await using var fixture = await IngestFixture.StartAsync();
        using var client = await ConnectAsync(fixture.Port);
        await client.GetStream().WriteAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nthis is no frame of HTTP/2, whatever it is"u8.ToArray(), Cancel);
        await ReadAsync(client, 100_000);
        Assert.Contains("saker_router_not_taken_total{reason=\"malformed request\"} 1", await fixture.ScrapeAsync(), StringComparison.Ordinal);
        Assert.Contains(fixture.Lines.Lines, static line => line.Id == 3200 && line.Text.Contains("from 127.0.0.1:", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Messages_that_are_none_fail_their_call_alone_and_are_counted()
    {
        await using var fixture = await IngestFixture.StartAsync();
        using var http = new HttpClient();
        Assert.Equal("2", await GrpcStatusAsync("Send", [0, 0, 0, 0, 3, 0xFF, 0xFF, 0xFF])); // no message
        Assert.Equal("3", await GrpcStatusAsync("Stream", [0, 0, 0, 0, 3, 0xFF, 0xFF, 0xFF]));
        Assert.Equal("13", await GrpcStatusAsync("Send", [0, 0, 0, 0, 9, 1])); // shorter than it says
        Assert.Contains("saker_router_not_taken_total{reason=\"malformed request\"} 3", await fixture.ScrapeAsync(), StringComparison.Ordinal);
        using var channel = GrpcCalls.Channel(fixture);
        Assert.Single((await new Saker.Alerts.V1.Alerts.AlertsClient(channel).SendAsync(GrpcCalls.Request(GrpcCalls.JsonAlert(1)), cancellationToken: Cancel)).Stored);

        async Task<string> GrpcStatusAsync(string method, byte[] body)
        {
            using var message = new HttpRequestMessage(HttpMethod.Post, $"http://127.0.0.1:{fixture.Port}/saker.alerts.v1.Alerts/{method}") { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
            message.Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/grpc") } };
            message.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
            using var answer = await http.SendAsync(message, Cancel);
            await answer.Content.ReadAsByteArrayAsync(Cancel);
            return (answer.TrailingHeaders.TryGetValues("grpc-status", out var values) || answer.Headers.TryGetValues("grpc-status", out values) ? values : ["none"]).First();
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_message_is_bounded_also_when_it_is_unpacked(bool packed)
    {
        await using var fixture = await IngestFixture.StartAsync(new RouterOptions { Http = new HttpOptions { MaxBodySize = ByteSize.FromMebibytes(1) } });
        using var channel = GrpcCalls.Channel(fixture);
        var client = new Saker.Alerts.V1.Alerts.AlertsClient(channel);
        var options = new CallOptions(packed ? new Metadata { { "grpc-internal-encoding-request", "gzip" } } : [], cancellationToken: Cancel);
        Assert.Single((await client.SendAsync(GrpcCalls.Request(GrpcCalls.JsonAlert(1)), options)).Stored);
        var exception = await Assert.ThrowsAsync<RpcException>(async () => await client.SendAsync(GrpcCalls.Request(GrpcCalls.JsonAlert(2, GrpcCalls.Json(new string('x', 2 << 20)))), options));
        Assert.Equal(StatusCode.ResourceExhausted, exception.StatusCode);
        Assert.Contains("saker_router_not_taken_total{reason=\"body too large\"} 1", await fixture.ScrapeAsync(), StringComparison.Ordinal);
        Assert.Single(fixture.Stored());
        await DeliveryRig.UntilAsync(() => fixture.Budget.Taken == 0, "the memory given back");
    }

    [Fact]
    public async Task Messages_have_the_memory_of_bodies_and_no_more()
    {
        await using var fixture = await IngestFixture.StartAsync(new RouterOptions { Http = new HttpOptions { MaxBufferedBytes = ByteSize.FromMebibytes(1) } });
        using var channel = GrpcCalls.Channel(fixture);
        var client = new Saker.Alerts.V1.Alerts.AlertsClient(channel);
        Assert.True(fixture.Budget.TryTake((1 << 20) - 1000));
        var exception = await Assert.ThrowsAsync<RpcException>(async () => await client.SendAsync(GrpcCalls.Request(GrpcCalls.JsonAlert(2, GrpcCalls.Json(new string('x', 300_000)))), cancellationToken: Cancel));
        Assert.Equal((StatusCode.ResourceExhausted, "1"), (exception.StatusCode, exception.Trailers.GetValue("retry-after")));
        var small = await client.SendAsync(GrpcCalls.Request(GrpcCalls.JsonAlert(3)), cancellationToken: Cancel);
        Assert.Single(small.Stored);
        fixture.Budget.Return((1 << 20) - 1000);
        await DeliveryRig.UntilAsync(() => fixture.Budget.Taken == 0, "the memory given back");
    }

    private static async Task<TcpClient> ConnectAsync(int port)
    {
        var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port, Cancel);
        return client;
    }

    // What comes, up to the end of the connection, however that comes.
    private static async Task<string> ReadAsync(TcpClient client, int atMost)
    {
        var bytes = new byte[atMost];
        var length = 0;
        try
        {
            while (length < atMost && await client.GetStream().ReadAsync(bytes.AsMemory(length), Cancel) is var read and > 0)
            {
                length += read;
            }
        }
        catch (IOException)
        {
            // Reset.
        }

        return Encoding.Latin1.GetString(bytes, 0, length);
    }
}
