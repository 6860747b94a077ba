using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Saker.Router.Api;
using Saker.Router.Delivery;
using Saker.Router.Log;
using Saker.Router.Web;
using Saker.Router.Options;
using Saker.Router.Tests.Log;
using Saker.Testing;

namespace Saker.Router.Tests.Ingest;

/// <summary>Senders that close their side as soon as they have said all, and then read: <c>printf … | nc</c>, shell scripts, old HTTP clients.</summary>
public sealed class HalfClosedSenderTests
{
    private const string Alert = """{"output":"o","priority":"Warning","rule":"R","time":"2026-11-23T19:18:08Z","output_fields":{"a":"1"}}""";

    // Long enough that the end of the sender's side is known before the log has the alert; on a slow machine the test is easier, never wrong.
    private static readonly TimeSpan SyncTime = TimeSpan.FromMilliseconds(100);

    private static readonly string Post = $"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {Alert.Length}\r\n\r\n{Alert}";

    public static TheoryData<string, int, int> Requests { get; } = new()
    {
        { Post, 1, 1 },
        { $"POST / HTTP/1.0\r\nContent-Length: {Alert.Length}\r\n\r\n{Alert}", 1, 1 },
        { $"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n{Alert.Length:x}\r\n{Alert}\r\n0\r\n\r\n", 1, 1 },
        { Post + Post + Post, 3, 3 },
        { "POST /test HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", 1, 1 },
        { "GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n", 1, 0 },
        { "GET /healthz HTTP/1.0\r\n\r\n", 1, 0 },
    };

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task What_is_complete_is_served(string request, int answers, int stored)
    {
        await using var fixture = await IngestFixture.StartAsync(files: SlowDisk());
        var answer = await AskAsync(await ConnectAsync(fixture.Port), request);
        Assert.Equal(answers, CountOk(answer));
        Assert.Equal(stored, fixture.Stored().Count);
    }

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task With_TLS_too(string request, int answers, int stored)
    {
        using var certificates = new TestCertificates();
        var tls = new TlsServerOptions { Deploy = true, CertFile = Path.Combine(certificates.Folder, "server.crt"), KeyFile = Path.Combine(certificates.Folder, "server.key"), NoTlsPaths = [] };
        await using var fixture = await IngestFixture.StartAsync(new RouterOptions { TlsServer = tls }, SlowDisk(), LoopbackServer.ClosedPort());
        var socket = await ConnectAsync(fixture.Port);
        var secured = new SslStream(new NetworkStream(socket, ownsSocket: true));
        await secured.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "127.0.0.1", CertificateChainPolicy = certificates.Trust }, TestContext.Current.CancellationToken);
        var answer = await AskAsync(socket, request, secured);
        Assert.Equal(answers, CountOk(answer));
        Assert.Equal(stored, fixture.Stored().Count);
    }

    [Fact]
    public async Task The_control_socket_too()
    {
        var folder = Directory.CreateTempSubdirectory("saker-half").FullName;
        using (var directory = DataDirectory.Open(folder))
        {
            await using var letters = DeadLetters.Open(new CrashableFiles(), "/letters", 1 << 20, 0, Durability.Os, TimeProvider.System, NullLogger<SegmentLog>.Instance);
            var api = new ApiEndpoints(new ApiBackend { Letters = letters });
            await using var application = new EndpointApplication(ApiEndpoints.AddServices, api.Map, NullLoggerFactory.Instance);
            await using var server = await ControlServer.StartAsync(directory, application, NullLoggerFactory.Instance);
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(ControlServer.PathIn(folder)), TestContext.Current.CancellationToken);
            Assert.Contains("\"deadLetters\":[]", await AskAsync(socket, $"GET {ApiEndpoints.Root}/dead-letters HTTP/1.1\r\nHost: a\r\n\r\n"), StringComparison.Ordinal);
        }

        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task What_is_incomplete_is_not_taken_and_not_waited_for()
    {
        await using var fixture = await IngestFixture.StartAsync();
        foreach (var part in (string[])[Post[..^5], Post[..20], $"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n{Alert.Length:x}\r\n{Alert}\r\n"])
        {
            // With Kestrel's 400 or without an answer, by reset or not: it ends.
            var answer = await RawHttp.SendAsync(fixture.Port, Encoding.ASCII.GetBytes(part), halfClose: true);
            Assert.True(answer.Status is null or 400, $"status {answer.Status} for {part}");
        }

        Assert.Empty(fixture.Stored());
    }

    private static int CountOk(string answer) => answer.Split(" 200 OK\r\n").Length - 1;

    private static void Elapse()
    {
        using var never = new ManualResetEventSlim();
        never.Wait(SyncTime, TestContext.Current.CancellationToken);
    }

    private static CrashableFiles SlowDisk() => new() { BeforeSync = static _ => Elapse() };

    private static async Task<Socket> ConnectAsync(int port)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync("127.0.0.1", port, TestContext.Current.CancellationToken);
        return socket;
    }

    private static async Task<string> AskAsync(Socket socket, string request, Stream? secured = null)
    {
        await using var stream = secured ?? new NetworkStream(socket, ownsSocket: true);
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request), TestContext.Current.CancellationToken);
        socket.Shutdown(SocketShutdown.Send);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
    }
}
