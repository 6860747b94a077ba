using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Saker.Testing;

namespace Saker.Outputs.Tests.Recorded;

/// <summary>The destinations of a recorded variant: servers on 127.0.0.1 that answer as the recorder did, in place of every host that is named or fixed.</summary>
internal sealed class RecordedHosts(RecordedVariant variant, TestCertificates certificates) : IAsyncDisposable
{
    private readonly Dictionary<string, LoopbackServer> servers = [];
    private readonly ConcurrentQueue<(string Host, LoopbackRequest Request)> requests = [];
    private LoopbackServer? secure;
    private int fixedPort;

    /// <summary>What came, by the host's name where there are several.</summary>
    public IReadOnlyList<(string Host, LoopbackRequest Request)> Requests =>
        [.. requests.Select(static (request, index) => (request, index)).OrderBy(static pair => pair.request.Host, StringComparer.Ordinal).ThenBy(static pair => pair.index).Select(static pair => pair.request)];

    public async Task StartAsync()
    {
        foreach (var host in (string[])["HOST", "HOST-0", "HOST-1", "HOST-2"])
        {
            servers[host] = await LoopbackServer.StartAsync(request => Take(host == "HOST" ? "" : host, request));
        }
    }

    public string AddressOf(string host) => servers[host].Address.Authority;

    public void Forget() => requests.Clear();

    /// <summary>Where a host leads: the recorder's own hosts to themselves, every other to a server with a certificate for its name.</summary>
    public EndPoint Route(DnsEndPoint target)
    {
        if (target.Host is "127.0.0.1" or "localhost")
        {
            return target;
        }

        if (secure is null)
        {
            var certificate = certificates.ServerOf(target.Host);
#pragma warning disable VSTHRD002 // a test's own server, which waits for nobody
            secure = LoopbackServer.StartAsync(request => Take(target.Host, request), target.Port == 443 ? certificate : null).GetAwaiter().GetResult();
#pragma warning restore VSTHRD002
            fixedPort = secure.Address.Port;
        }

        return new IPEndPoint(IPAddress.Loopback, fixedPort);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in servers.Values)
        {
            await server.DisposeAsync();
        }

        if (secure is not null)
        {
            await secure.DisposeAsync();
        }
    }

    private LoopbackAnswer Take(string host, LoopbackRequest request)
    {
        requests.Enqueue((host, request));
        return Answer(request);
    }

    private LoopbackAnswer Answer(LoopbackRequest request) => variant.Output switch
    {
        "pagerduty" => new LoopbackAnswer { Status = 202, Body = "{\"status\":\"success\",\"message\":\"Event processed\"}"u8.ToArray() },
        "elasticsearch" when request.Method == "GET" => new LoopbackAnswer { Status = variant.Name switch { "createindextemplate-exists" => 200, "createindextemplate-get-401" => 401, _ => 404 } },
        "elasticsearch" when request.Path.EndsWith("/_bulk", StringComparison.Ordinal) || request.Path.Contains("/_bulk?", StringComparison.Ordinal) => new LoopbackAnswer { Body = BulkAnswer(request) },
        "splunk" => new LoopbackAnswer { Body = "{\"text\":\"Success\",\"code\":0}"u8.ToArray() },
        "loki" => new LoopbackAnswer { Status = 204 },
        _ => new LoopbackAnswer { Body = "{}"u8.ToArray() },
    };

    private static byte[] BulkAnswer(LoopbackRequest request)
    {
        var items = Enumerable.Repeat("{\"create\":{\"status\":201}}", 1000);
        return Encoding.UTF8.GetBytes($"{{\"errors\":false,\"items\":[{string.Join(',', items)}]}}");
    }
}
