using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Saker.Outputs.Tests.Kafka;

/// <summary>A broker that notes a sign-in and refuses it, or checks it and has a topic behind it: what the cluster in memory cannot show.</summary>
internal sealed class FakeBroker : IAsyncDisposable
{
    private const int ApiVersions = 18;
    private const int SaslHandshake = 17;
    private const int SaslAuthenticate = 36;
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly X509Certificate2? certificate;
    private readonly Task accepting;
    private volatile CancellationTokenSource talking = new();

    public FakeBroker(X509Certificate2? certificate = null)
    {
        this.certificate = certificate;
        listener.Start();
        accepting = AcceptAsync();
    }

    public string Address => listener.LocalEndpoint.ToString()!;

    /// <summary>The password with which PLAIN lets a client in; null lets nobody in.</summary>
    public string? Password { get; set; }

    /// <summary>What it says with a refusal.</summary>
    public string Words { get; set; } = "Authentication failed: Invalid username or password";

    /// <summary>The topic; without one it goes as far as the sign-in.</summary>
    public FakeLog? Log { get; init; }

    /// <summary>Ends the connections that there are.</summary>
    public void BreakOff() => Interlocked.Exchange(ref talking, new CancellationTokenSource()).Cancel();

    /// <summary>Mechanisms and bytes of sign-ins, names of requests, and certificates that were presented.</summary>
    public ConcurrentQueue<string> Seen { get; } = [];

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await accepting;
        listener.Dispose();
        stop.Dispose();
        talking.Dispose();
    }

    private async Task AcceptAsync()
    {
        var serving = new List<Task>();
        try
        {
            while (true)
            {
                serving.Add(ServeAsync(await listener.AcceptTcpClientAsync(stop.Token)));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(serving);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop.Token, talking.Token);
        var end = either.Token;
        try
        {
            using (client)
            {
                Stream stream = client.GetStream();
                if (certificate is not null)
                {
                    var tls = new SslStream(stream);
#pragma warning disable CA5359 // any client's certificate is noted
                    await tls.AuthenticateAsServerAsync(
                        new SslServerAuthenticationOptions { ServerCertificate = certificate, ClientCertificateRequired = true, RemoteCertificateValidationCallback = static (_, _, _, _) => true }, end);
#pragma warning restore CA5359
                    Seen.Enqueue($"certificate {tls.RemoteCertificate?.Subject}");
                    stream = tls;
                }

                var size = new byte[4];
                while (true)
                {
                    await stream.ReadExactlyAsync(size, end);
                    var request = new byte[BinaryPrimitives.ReadInt32BigEndian(size)];
                    await stream.ReadExactlyAsync(request, end);
                    var answer = Answer(BinaryPrimitives.ReadInt16BigEndian(request), BinaryPrimitives.ReadInt16BigEndian(request.AsSpan(2)), request.AsSpan(8));
                    BinaryPrimitives.WriteInt32BigEndian(size, answer.Length + 4);
                    await stream.WriteAsync((byte[])[.. size, .. request[4..8], .. answer], end);
                }
            }
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or AuthenticationException or SocketException)
        {
            Seen.Enqueue($"end {exception.GetType().Name}");
        }
    }

    private byte[] Answer(short api, short version, ReadOnlySpan<byte> rest)
    {
        // Behind the head, of which the client's name is left.
        var body = rest[(2 + Math.Max((int)BinaryPrimitives.ReadInt16BigEndian(rest), 0))..];
        switch (api)
        {
            case ApiVersions when version > 2:
                return [0, 35, 0, 0, 0, 1, 0, ApiVersions, 0, 0, 0, 2]; // an unknown version: which there are, in the form of version 0
            case ApiVersions:
                byte[] apis = [0, 0, 0, 0, 0, 8, 0, 1, 0, 4, 0, 11, 0, 3, 0, 0, 0, 5, 0, SaslHandshake, 0, 0, 0, 1, 0, ApiVersions, 0, 0, 0, 2, 0, SaslAuthenticate, 0, 0, 0, 1, 0, FakeLog.InitProducerId, 0, 0, 0, 1];
                return [0, 0, 0, 0, 0, 7, .. apis, .. version > 0 ? new byte[4] : []];
            case SaslHandshake:
                var mechanism = Encoding.ASCII.GetString(body[2..(2 + BinaryPrimitives.ReadInt16BigEndian(body))]);
                Seen.Enqueue($"mechanism {mechanism}");
                return [0, 0, 0, 0, 0, 1, 0, (byte)mechanism.Length, .. Encoding.ASCII.GetBytes(mechanism)];
            case SaslAuthenticate:
                var auth = Encoding.ASCII.GetString(body[4..(4 + BinaryPrimitives.ReadInt32BigEndian(body))]);
                Seen.Enqueue($"auth {auth}");
                if (Password is not null && auth == $"\0user\0{Password}")
                {
                    return [0, 0, 255, 255, 0, 0, 0, 0, .. version > 0 ? new byte[8] : []];
                }

                var words = Encoding.UTF8.GetBytes(Words);
                return [0, 58, 0, (byte)words.Length, .. words, 0, 0, 0, 0, .. version > 0 ? new byte[8] : []];
            default:
                Seen.Enqueue($"api {api}");
                return Log?.Answer(api, version, body, Words) ?? [0, 35];
        }
    }
}
