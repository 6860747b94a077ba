using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Saker.Router.Tests.Ingest;

/// <summary>An answer as it came over the wire.</summary>
internal sealed record RawAnswer(int? Status, Dictionary<string, string> Headers, string Body);

/// <summary>Sends bytes as they are and reads one answer; no client library tidies anything up.</summary>
internal static class RawHttp
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static async Task<RawAnswer> SendAsync(int port, byte[] request, bool halfClose = false)
    {
        using var timeout = new CancellationTokenSource(Patience);
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", port, timeout.Token);
        await using var stream = client.GetStream();
        try
        {
            await stream.WriteAsync(request, timeout.Token);
        }
        catch (IOException)
        {
            // The server may answer and close before it has read everything.
        }

        if (halfClose)
        {
            client.Client.Shutdown(SocketShutdown.Send);
        }

        return await ReadAsync(stream, request.AsSpan().StartsWith("HEAD "u8), timeout.Token);
    }

    public static byte[] Request(string method, string path, IEnumerable<KeyValuePair<string, string>> headers, byte[]? body)
    {
        var text = new StringBuilder($"{method} {path} HTTP/1.1\r\n");
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in headers)
        {
            names.Add(name);
            text.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        }

        if (names.Add("Host"))
        {
            text.Append("Host: localhost\r\n");
        }

        var chunked = names.Contains("Transfer-Encoding");
        if (body is not null && !chunked && names.Add("Content-Length"))
        {
            text.Append(CultureInfo.InvariantCulture, $"Content-Length: {body.Length}\r\n");
        }

        text.Append("\r\n");
        var head = Encoding.Latin1.GetBytes(text.ToString());
        body ??= [];
        return chunked
            ? [.. head, .. Encoding.ASCII.GetBytes(body.Length == 0 ? "" : $"{body.Length:x}\r\n"), .. body, .. body.Length == 0 ? "0\r\n\r\n"u8 : "\r\n0\r\n\r\n"u8]
            : [.. head, .. body];
    }

    private static async Task<RawAnswer> ReadAsync(NetworkStream stream, bool withoutBody, CancellationToken cancellationToken)
    {
        var received = new List<byte>();
        var buffer = new byte[65536];
        while (true)
        {
            int read;
            try
            {
                read = await stream.ReadAsync(buffer, cancellationToken);
            }
            catch (IOException)
            {
                read = 0;
            }

            received.AddRange(buffer.AsSpan(0, read));
            var text = Encoding.UTF8.GetString([.. received]);
            if (TryParse(text, withoutBody, ended: read == 0) is { } answer)
            {
                return answer;
            }

            if (read == 0)
            {
                return new RawAnswer(null, [], text);
            }
        }
    }

    private static RawAnswer? TryParse(string text, bool withoutBody, bool ended)
    {
        while (true)
        {
            var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (end < 0)
            {
                return null;
            }

            var lines = text[..end].Split("\r\n");
            var status = int.Parse(lines[0].Split(' ')[1], CultureInfo.InvariantCulture);
            var body = text[(end + 4)..];
            if (status < 200)
            {
                text = body;
                continue;
            }

            var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
            foreach (var line in lines.Skip(1))
            {
                var colon = line.IndexOf(':', StringComparison.Ordinal);
                headers[line[..colon]] = line[(colon + 1)..].Trim();
            }

            if (withoutBody)
            {
                return new RawAnswer(status, headers, "");
            }

            if (headers.TryGetValue("Content-Length", out var length))
            {
                return Encoding.UTF8.GetByteCount(body) >= int.Parse(length, CultureInfo.InvariantCulture) || ended ? new RawAnswer(status, headers, body) : null;
            }

            if (headers.ContainsKey("Transfer-Encoding"))
            {
                return body.EndsWith("0\r\n\r\n", StringComparison.Ordinal) || ended ? new RawAnswer(status, headers, body) : null;
            }

            return ended ? new RawAnswer(status, headers, body) : null;
        }
    }
}
