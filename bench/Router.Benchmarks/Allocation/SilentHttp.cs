using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Saker.Router.Benchmarks.Allocation;

/// <summary>Answers HTTP requests as the outputs' destinations do when all is well. Allocates nothing per request, unless it speaks TLS.</summary>
internal sealed class SilentHttp : IDisposable
{
    private const int Room = 4 << 20; // a batch in one piece
    private static readonly byte[] Empty = "HTTP/1.1 204 No Content\r\n\r\n"u8.ToArray();
    private static readonly byte[] Tunnel = "HTTP/1.1 200 Connection established\r\n\r\n"u8.ToArray();
    private static readonly byte[] Bulk = Answer("application/json", """{"took":1,"errors":false,"items":[]}""");
    private static readonly byte[] Published = Answer("text/xml", "<PublishResponse/>");
    private static readonly byte[] PublishedBatch = Answer("text/xml",
        $"<PublishBatchResponse><PublishBatchResult><Successful>{string.Concat(Enumerable.Range(0, 10).Select(static id => $"<member><Id>{id}</Id></member>"))}</Successful></PublishBatchResult></PublishBatchResponse>");

    private readonly X509Certificate2 certificate;
    private readonly SilentServer server;

    public SilentHttp()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = TimeProvider.System.GetUtcNow();
        certificate = new CertificateRequest("CN=saker-benchmark", key, HashAlgorithmName.SHA256).CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        server = new SilentServer(Talk);
    }

    public int Port => server.Port;

    public void Dispose()
    {
        server.Dispose();
        certificate.Dispose();
    }

    // A proxy when it is asked to be one: what comes through it is for the destination that is here too, and in TLS.
    private void Talk(Stream stream)
    {
        var buffer = new byte[Room];
        for (var length = 0; stream.Read(buffer, length, Room - length) is var read and > 0;)
        {
            length += read;
            while (LengthOfFirst(buffer.AsSpan(0, length)) is var first and > 0 && first <= length)
            {
                var request = buffer.AsSpan(0, first);
                if (request.StartsWith("CONNECT "u8))
                {
                    stream.Write(Tunnel);
                    using var tls = new SslStream(stream);
                    tls.AuthenticateAsServer(certificate);
                    Talk(tls);
                    return;
                }

                stream.Write(AnswerTo(request));
                buffer.AsSpan(first, length - first).CopyTo(buffer);
                length -= first;
            }
        }
    }

    private static byte[] AnswerTo(ReadOnlySpan<byte> request)
    {
        var body = request[(request.IndexOf("\r\n\r\n"u8) + 4)..];
        return request[..request.IndexOf("\r\n"u8)].EndsWith("/_bulk HTTP/1.1"u8) ? Bulk
            : body.StartsWith("Action=PublishBatch&"u8) ? PublishedBatch
            : body.StartsWith("Action=Publish&"u8) ? Published
            : Empty;
    }

    /// <summary>Bytes of the first request; 0 while its head is not complete.</summary>
    private static int LengthOfFirst(ReadOnlySpan<byte> bytes)
    {
        const string Field = "Content-Length: ";
        var head = bytes.IndexOf("\r\n\r\n"u8);
        if (head < 0 || bytes[..head].IndexOf("Content-Length: "u8) is not (>= 0 and var field))
        {
            return head < 0 ? 0 : head + 4;
        }

        var digits = bytes[(field + Field.Length)..head];
        var end = digits.IndexOf((byte)'\r');
        return head + 4 + int.Parse(end < 0 ? digits : digits[..end], provider: null);
    }

    private static byte[] Answer(string type, string body) =>
        Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Type: {type}\r\nContent-Length: {body.Length}\r\n\r\n{body}");
}
