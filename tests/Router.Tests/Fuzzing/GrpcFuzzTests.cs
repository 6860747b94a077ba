using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Google.Protobuf;
using Saker.Router.Options;
using Saker.Router.Tests.Grpc;
using Saker.Router.Tests.Delivery;
using Saker.Router.Tests.Ingest;
using Saker.Settings;
using Saker.Testing;
using Wire = Saker.Alerts.V1;

namespace Saker.Router.Tests.Fuzzing;

/// <summary>Damaged frames of HTTP/2 and damaged messages of gRPC: the router answers or hangs up, serves on, and gives its memory back.</summary>
[Collection(Alone.Name)]
public sealed class GrpcFuzzTests
{
    private const int SendersAtOnce = 4;
    private const long MostMemoryKept = 64 << 20;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    // A message that is none fails before our code (UNKNOWN), what is no alert is INVALID_ARGUMENT, what is packed in an unknown way UNIMPLEMENTED.
    private static readonly string[] Allowed = ["0", "2", "3", "8", "12", "13"];

    [Fact]
    public async Task Any_frames_on_a_connection_leave_the_router_as_it_was()
    {
        await using var fixture = await IngestFixture.StartAsync(Small());
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray();
        byte[] call = [.. Frame(4, 0, 0, []), .. Frame(1, 4, 1, Head("/saker.alerts.v1.Alerts/Send")), .. Frame(0, 1, 1, Message(Alerts(new Random(1))))];
        await RunAsync(Fuzz.Rounds(600), 1, random => ExchangeAsync(
            fixture.Port, random.Next(8) == 0 ? Damage.To([.. preface, .. call], random) : [.. preface, .. Damage.To(random.Next(2) == 0 ? call : [.. call, .. Frame(1, 4, 3, Head("/saker.alerts.v1.Alerts/Stream")), .. Frame(0, 0, 3, Message(Alerts(random)))], random)]));
        await CheckAfterwardsAsync(fixture, before);
    }

    [Fact]
    public async Task Any_message_is_answered_with_a_status_of_the_documents()
    {
        await using var fixture = await IngestFixture.StartAsync(Small());
        using var client = new HttpClient();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var taken = 0;
        await RunAsync(Fuzz.Rounds(900), 2, async random =>
        {
            var method = random.Next(3) switch { 0 => "Send", 1 => "SendAll", _ => "Stream" };
            var message = Alerts(random);
            message = random.Next(4) == 0 ? message : Damage.To(message, random);
            var body = random.Next(4) == 0 ? Damage.To(Message(message), random) : Message(message);
            using var request = new HttpRequestMessage(HttpMethod.Post, $"http://127.0.0.1:{fixture.Port}/saker.alerts.v1.Alerts/{method}")
            {
                Version = HttpVersion.Version20,
                VersionPolicy = HttpVersionPolicy.RequestVersionExact,
                Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/grpc") } },
            };
            request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
            using var limit = new CancellationTokenSource(Patience);
            using var answer = await client.SendAsync(request, limit.Token);
            await answer.Content.CopyToAsync(Stream.Null, limit.Token);
            var status = answer.TrailingHeaders.Concat(answer.Headers).FirstOrDefault(static header => header.Key == "grpc-status").Value?.First();
            if (status is null || !Allowed.Contains(status))
            {
                Assert.Fail($"{(int)answer.StatusCode} {status} to {method} {Convert.ToBase64String(body)}");
            }

            Interlocked.Add(ref taken, status == "0" ? 1 : 0);
        });
        Assert.True(taken > 0);
        await CheckAfterwardsAsync(fixture, before);
    }

    private static RouterOptions Small() => new()
    {
        Http = new HttpOptions { MaxBodySize = new ByteSize(64 << 10), MaxBufferedBytes = new ByteSize(8 << 20), ReadTimeout = TimeSpan.FromSeconds(10) },
    };

    private static byte[] Alerts(Random random) => GrpcCalls.Request(Enumerable.Range(0, random.Next(1, 4)).Select(number => random.Next(2) == 0
        ? GrpcCalls.JsonAlert((ulong)number)
        : new Wire.SentAlert { Id = (ulong)number, Fields = GrpcCalls.Fields() })).ToByteArray();

    private static byte[] Message(byte[] message)
    {
        var framed = new byte[message.Length + 5];
        BinaryPrimitives.WriteInt32BigEndian(framed.AsSpan(1), message.Length);
        message.CopyTo(framed, 5);
        return framed;
    }

    private static byte[] Frame(byte type, byte flags, int stream, byte[] payload)
    {
        var frame = new byte[payload.Length + 9];
        BinaryPrimitives.WriteInt32BigEndian(frame, payload.Length << 8);
        (frame[3], frame[4]) = (type, flags);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), stream);
        payload.CopyTo(frame, 9);
        return frame;
    }

    // Every name and value as a literal that is not indexed (RFC 7541, 6.2.2).
    private static byte[] Head(string path) =>
    [
        .. new[] { (":method", "POST"), (":scheme", "http"), (":path", path), (":authority", "a"), ("content-type", "application/grpc"), ("te", "trailers") }
            .SelectMany(static header => (byte[])[0, (byte)header.Item1.Length, .. Encoding.ASCII.GetBytes(header.Item1), (byte)header.Item2.Length, .. Encoding.ASCII.GetBytes(header.Item2)]),
    ];

    private static Task RunAsync(int rounds, int salt, Func<Random, Task> one) => Parallel.ForEachAsync(
        Enumerable.Range(0, rounds), new ParallelOptions { MaxDegreeOfParallelism = SendersAtOnce, CancellationToken = TestContext.Current.CancellationToken },
        async (round, _) => await one(new Random(unchecked((((Fuzz.Seed * 31) + salt) * 1_000_003) + round))));

    private static async Task ExchangeAsync(int port, byte[] wire)
    {
        using var limit = new CancellationTokenSource(Patience);
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", port, limit.Token);
        var stream = client.GetStream();
        try
        {
            await stream.WriteAsync(wire, limit.Token);
            client.Client.Shutdown(SocketShutdown.Send);
            await stream.CopyToAsync(Stream.Null, limit.Token);
        }
        catch (Exception exception) when (exception is IOException or SocketException)
        {
            // Closed or reset before all was read.
        }
    }

    private static async Task CheckAfterwardsAsync(IngestFixture fixture, long before)
    {
        using var channel = GrpcCalls.Channel(fixture);
        Assert.Equal(7ul, Assert.Single((await new Wire.Alerts.AlertsClient(channel).SendAsync(GrpcCalls.Request(GrpcCalls.JsonAlert(7)), cancellationToken: TestContext.Current.CancellationToken)).Stored));
        Assert.All(fixture.Lines.Lines, static line => Assert.DoesNotContain("Exception", line.Text, StringComparison.Ordinal));
        await DeliveryRig.UntilAsync(() => fixture.Budget.Taken == 0, "the memory given back");
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, MostMemoryKept);
    }
}
