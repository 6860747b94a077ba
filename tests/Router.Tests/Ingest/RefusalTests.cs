using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Saker.Router.Options;
using Saker.Router.Tests.Telemetry;
using Saker.Settings;
using Saker.Testing;

namespace Saker.Router.Tests.Ingest;

/// <summary>What is refused is told to somebody: Falco never looks at the answer.</summary>
public sealed class RefusalTests
{
    private const string Valid = """{"output":"o","priority":"Warning","rule":"R","time":"2026-11-23T19:18:08Z","output_fields":{"a":"1"}}""";

    public static TheoryData<string, string> Refused { get; } = new()
    {
        { Post(Valid.Replace("\"priority\":\"Warning\",", "", StringComparison.Ordinal)), "priority is missing" },
        { Post(Valid.Replace("Warning", "Loud", StringComparison.Ordinal)), "priority is unknown" },
        { Post(Valid[..^1]), "not valid JSON" },
        { Post(Valid.Replace("\"1\"", new string('[', 60), StringComparison.Ordinal)), "nested too deep" },
        { Post("7"), "not a JSON object" },
        { Post("[7"), "not valid JSON" },
        { Post("[]"), "empty batch" },
        { Post($"[{Valid},{{}}]"), "priority is missing" },
        { Post(Valid.Replace("\"a\":\"1\"", "", StringComparison.Ordinal)), "output_fields is missing or empty" },
        { Post(Valid.Replace("2026-11-23T", "yesterday ", StringComparison.Ordinal)), "time is not in the form of RFC 3339" },
        { Post(new string('x', 5000)), "body too large" },
        { "GET /alerts HTTP/1.1\r\nHost: a\r\n\r\n", "not a POST" },
        { "POST / HTTP/1.1\r\nHost: a\r\nExpect: something\r\n\r\n", "unknown expectation" },
        { "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "broken body" },
        { "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99\r\n\r\nnever all", "body too slow" },
        { "what is this\r\n\r\n", "malformed request" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task Every_refusal_is_counted_by_its_reason_and_said_with_its_sender(string request, string reason)
    {
        await using var fixture = await IngestFixture.StartAsync(Small());
        await RawHttp.SendAsync(fixture.Port, Encoding.UTF8.GetBytes(request));
        var metrics = MetricsText.Parse(await fixture.ScrapeAsync());
        Assert.Equal(1, metrics.Samples.Single(sample => sample.Name == "saker_router_not_taken_total" && sample.Labels.Contains($"reason=\"{reason}\"", StringComparison.Ordinal)).Value);
        var line = Assert.Single(fixture.Lines.Lines, static line => line.Id == 3200).Text;
        Assert.StartsWith("Not taken: 1 since this was last said, the last one from 127.0.0.1:", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_alert_that_cannot_be_kept_is_told_too()
    {
        await using var fixture = await IngestFixture.StartAsync();
        fixture.Intake.Close();
        await RawHttp.SendAsync(fixture.Port, Encoding.UTF8.GetBytes(Post(Valid)));
        Assert.EndsWith(": stopping.", Assert.Single(fixture.Lines.Lines).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Hundreds_of_slow_and_broken_senders_fill_no_log()
    {
        await using var fixture = await IngestFixture.StartAsync(Small());
        string[] kinds =
        [
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99\r\n\r\nslow", "POST / HTTP/1.1\r\nHost:", "\u0016\u0003\u0001", "GET / HTTP/9.9\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n",
        ];
        await SendManyAsync(fixture.Port, kinds, 50);
        var lines = fixture.Lines.Lines.Select(static line => line.Text).ToList();
        Assert.InRange(lines.Count, 2, 12);
        Assert.All(lines, static line => Assert.DoesNotContain("   at ", line, StringComparison.Ordinal));
        Assert.All(lines, static line => Assert.DoesNotContain("Exception", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Nor_do_those_that_speak_no_TLS_where_it_is_asked_for()
    {
        using var certificates = new TestCertificates();
        var tls = new TlsServerOptions { Deploy = true, CertFile = Path.Combine(certificates.Folder, "server.crt"), KeyFile = Path.Combine(certificates.Folder, "server.key"), NoTlsPaths = [] };
        await using var fixture = await IngestFixture.StartAsync(new RouterOptions { TlsServer = tls }, port: LoopbackServer.ClosedPort());
        await SendManyAsync(fixture.Port, ["GET / HTTP/1.1\r\n\r\n", "\u0016\u0003\u0001\0\u0005hello", "\u0016"], 30);
        var lines = fixture.Lines.Lines.Select(static line => line.Text).ToList();
        Assert.InRange(lines.Count, 2, 6);
        Assert.Contains(lines, static line => line.Contains("HTTP without TLS on the port with TLS", StringComparison.Ordinal));
        Assert.All(lines, static line => Assert.DoesNotContain("Exception", line, StringComparison.Ordinal));
    }

    private static RouterOptions Small() => new()
    {
        Http = new HttpOptions { MaxBodySize = new ByteSize(4096), ReadTimeout = TimeSpan.FromSeconds(3), MaxDepth = 50 },
    };

    private static string Post(string body) => string.Create(CultureInfo.InvariantCulture, $"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {body.Length}\r\n\r\n{body}");

    // A third of each kind waits for the answer, a third closes at once, a third resets the connection.
    private static async Task SendManyAsync(int port, string[] kinds, int each)
    {
        var senders = kinds.SelectMany(kind => Enumerable.Range(0, each).Select(number => (kind, number)));
        await Parallel.ForEachAsync(senders, new ParallelOptions { MaxDegreeOfParallelism = 100 }, async (sender, cancellationToken) =>
        {
            using var client = new TcpClient();
            await client.ConnectAsync("127.0.0.1", port, cancellationToken);
            var stream = client.GetStream();
            await stream.WriteAsync(Encoding.Latin1.GetBytes(sender.kind), cancellationToken);
            switch (sender.number % 3)
            {
                case 0:
                    using (var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5)))
                    {
                        await ReadAsync(stream, limit.Token);
                    }

                    break;
                case 1:
                    client.LingerState = new LingerOption(true, 0);
                    break;
            }
        });
    }

    private static async Task ReadAsync(NetworkStream stream, CancellationToken cancellationToken)
    {
        try
        {
            await stream.CopyToAsync(Stream.Null, cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            // Refused without an answer, or not at all.
        }
    }
}
