using System.Collections.Concurrent;
using System.Net.Sockets;
using Grpc.Core;
using Grpc.Net.Client;
using Saker.Detector.Configuration;
using Saker.Detector.Outputs;
using Saker.FalcoGrpc;
using Saker.Testing;
using Versions = Saker.FalcoGrpc.Versions;

namespace Saker.Detector.Tests.Outputs;

/// <summary>Falco's former gRPC server, with subscribers.</summary>
public sealed class GrpcOutputs : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("saker-").FullName;
    private readonly KeptLog log = new();

    private string Socket => Path.Combine(folder, "run", "falco.sock");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task A_subscriber_gets_what_waits_with_each_request_in_Falcos_form()
    {
        await using var queue = Queue();
        for (var i = 0; i < 2500; i++)
        {
            queue.Write(When.Alert(i));
        }

        using var channel = await ChannelAsync();
        using var call = new service.serviceClient(channel).sub(cancellationToken: TestContext.Current.CancellationToken);
        await call.RequestStream.WriteAsync(new request(), TestContext.Current.CancellationToken);
        var got = new List<response>();
        while (got.Count < 2500 && await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken))
        {
            got.Add(call.ResponseStream.Current);
        }

        await When.IsAsync(() => queue.Written == 2500);
        Assert.Equal(Enumerable.Range(0, 2500).Select(static number => $"{number}"), got.Select(static alert => alert.OutputFields["evt.num"]));
        var first = got[0];
        Assert.Equal(("r", "o 0", "h", "syscall", source.Syscall, priority.Warning), (first.Rule, first.Output, first.Hostname, first.Source, first.SourceDeprecated, first.Priority));
        Assert.Equal(["a", "b"], first.Tags);
        Assert.Equal(("<NA>", "cat"), (first.OutputFields["fd.name"], first.OutputFields["proc.name"]));
        Assert.Equal(123_456_789, first.Time.Nanos);

        // Nothing comes unasked.
        queue.Write(When.Alert(9));
        await call.RequestStream.WriteAsync(new request(), TestContext.Current.CancellationToken);
        Assert.True(await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        Assert.Equal("9", call.ResponseStream.Current.OutputFields["evt.num"]);
    }

    [Fact]
    public async Task Get_gives_what_waits_and_ends()
    {
        await using var queue = Queue();
        queue.Write(When.Alert(0));
        queue.Write(When.Alert(1));
        using var channel = await ChannelAsync();
        var client = new service.serviceClient(channel);
        Assert.Equal(["0", "1"], await GetAsync(client));
        Assert.Empty(await GetAsync(client));
    }

    [Fact]
    public async Task Each_alert_goes_to_one_subscriber_and_none_is_lost()
    {
        await using var queue = Queue(capacity: 5000);
        using var channel = await ChannelAsync();
        var got = new ConcurrentQueue<string>();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var subscribers = Enumerable.Range(0, 3).Select(async _ =>
        {
            var client = new service.serviceClient(channel);
            while (!end.IsCancellationRequested)
            {
                foreach (var number in await GetAsync(client))
                {
                    got.Enqueue(number);
                }
            }
        }).ToList();
        for (var i = 0; i < 3000; i++)
        {
            queue.Write(When.Alert(i));
        }

        await When.IsAsync(() => got.Count == 3000);
        await end.CancelAsync();
        await Task.WhenAll(subscribers);
        Assert.Equal(3000, got.Distinct().Count());
        Assert.Equal(3000, queue.Written);
    }

    [Fact]
    public async Task Without_a_subscriber_alerts_wait_and_are_none_that_were_written()
    {
        await using var queue = Queue(slowAfter: TimeSpan.FromMilliseconds(1));
        using var channel = await ChannelAsync();
        queue.Write(When.Alert(0));
        Assert.Equal(1, await queue.StopAsync(TimeSpan.FromMilliseconds(100), new CancellationToken(canceled: true)));
        Assert.Equal(0, queue.Written);
        Assert.DoesNotContain(log.Lines, static line => line.Contains("output_timeout", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_version_is_the_detectors()
    {
        await using var queue = Queue();
        using var channel = await ChannelAsync();
        var version = await new Versions.service.serviceClient(channel).versionAsync(new Versions.request(), cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal($"{version.Major}.{version.Minor}.{version.Patch}", version.Version);
        Assert.Equal(Saker.Detector.Telemetry.DetectorFacts.Version, version.Version);
    }

    [Fact]
    public async Task A_socket_that_was_left_behind_is_no_hindrance_and_one_that_is_in_use_is_told()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Socket)!);
        using (var left = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            left.Bind(new UnixDomainSocketEndPoint(Socket));
            File.Move(Socket, Socket + ".away"); // .NET removes the file with the socket, and who is killed does not
        }

        File.Move(Socket + ".away", Socket);
        Assert.True(File.Exists(Socket));
        await using (Queue())
        {
            using var channel = await ChannelAsync();
            await using var second = Queue();
            await When.IsAsync(() => log.Lines.Any(static line => line.Contains("another program listens there", StringComparison.Ordinal)));
        }

        Assert.False(File.Exists(Socket));
    }

    [Fact]
    public async Task A_file_that_is_no_socket_is_left_alone()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Socket)!);
        await File.WriteAllTextAsync(Socket, "precious", TestContext.Current.CancellationToken);
        await using (Queue())
        {
            await When.IsAsync(() => log.Lines.Any(static line => line.Contains("that is no socket; it is left alone", StringComparison.Ordinal)));
        }

        Assert.Equal("precious", await File.ReadAllTextAsync(Socket, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("client", true)]
    [InlineData("otherclient", false)]
    [InlineData("srvonly", false)]
    [InlineData("", false)]
    public async Task Over_the_network_only_clients_with_a_certificate_of_the_authority_are_served(string name, bool isServed)
    {
        using var certificates = new TestCertificates();
        var port = LoopbackServer.ClosedPort();
        await using var queue = Queue(new GrpcOptions
        {
            BindAddress = $"127.0.0.1:{port}",
            CertChain = Path.Combine(certificates.Folder, "server.crt"),
            PrivateKey = Path.Combine(certificates.Folder, "server.key"),
            RootCerts = Path.Combine(certificates.Folder, "ca.crt"),
        });
        queue.Write(When.Alert(0));
        await When.IsAsync(() => log.Lines.Any(static line => line.StartsWith("Alerts are served", StringComparison.Ordinal)));
        using var handler = new SocketsHttpHandler { SslOptions = { CertificateChainPolicy = certificates.Trust, ClientCertificates = name.Length == 0 ? null : [certificates.Client(name)] } };
        using var channel = GrpcChannel.ForAddress($"https://127.0.0.1:{port}", new GrpcChannelOptions { HttpHandler = handler });
        var client = new service.serviceClient(channel);
        if (isServed)
        {
            Assert.Equal(["0"], await GetAsync(client));
        }
        else
        {
            await Assert.ThrowsAsync<RpcException>(() => GetAsync(client));
            Assert.Equal(0, queue.Written);
        }
    }

    [Fact]
    public void Certificates_that_cannot_be_used_are_all_named_with_their_keys()
    {
        var refused = Assert.Throws<IOException>(() => Queue(new GrpcOptions { BindAddress = "127.0.0.1:1", CertChain = "/none/a", PrivateKey = "/none/b", RootCerts = "/none/c" }));
        Assert.All(["grpc.cert_chain: The file '/none/a'", "grpc.private_key: The file '/none/b'", "grpc.root_certs: The file '/none/c'"], key => Assert.Contains(key, refused.Message, StringComparison.Ordinal));
    }

    private static async Task<List<string>> GetAsync(service.serviceClient client)
    {
        using var call = client.get(new request(), cancellationToken: TestContext.Current.CancellationToken);
        var got = new List<string>();
        while (await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken))
        {
            got.Add(call.ResponseStream.Current.OutputFields["evt.num"]);
        }

        return got;
    }

    private OutputQueue Queue(GrpcOptions? options = null, int capacity = 5000, TimeSpan slowAfter = default) =>
        new(new GrpcOutput(options ?? new GrpcOptions { BindAddress = $"unix://{Socket}" }, Path.GetFullPath, TimeProvider.System, log),
            new QueueSettings { Capacity = capacity, Retries = true, SlowAfter = slowAfter }, TimeProvider.System, log);

    private async Task<GrpcChannel> ChannelAsync()
    {
        await When.IsAsync(() => log.Lines.Any(static line => line.StartsWith("Alerts are served", StringComparison.Ordinal)), () => string.Join('\n', log.Lines));
        return GrpcChannel.ForAddress("http://localhost", new GrpcChannelOptions
        {
            DisposeHttpClient = true,
            HttpHandler = new SocketsHttpHandler
            {
                ConnectCallback = async (_, cancellationToken) =>
                {
                    var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                    await socket.ConnectAsync(new UnixDomainSocketEndPoint(Socket), cancellationToken);
                    return new NetworkStream(socket, ownsSocket: true);
                },
            },
        });
    }
}
