using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Saker.Outputs.Transports;
using Saker.Testing;
using Xunit;

namespace Saker.Outputs.Testing;

/// <summary>What is sent, and by which way.</summary>
public abstract partial class HttpOutputContract
{
    /// <summary>5: the payloads of our own mode.</summary>
    [Fact]
    public async Task Payloads_are_the_committed_ones()
    {
        await using var destination = await HttpDestination.StartAsync(FixedHost, _ => Success);
        await using var tested = Create(destination, clock: SampleAlerts.Clock);
        foreach (var (name, alert) in SampleAlerts.Shown)
        {
            Assert.Equal(DeliveryStatus.Delivered, (await tested.DeliverAsync(alert)).Status);
            Golden.Check(Folder, name, Golden.Render(destination.Requests.Last()));
        }
    }

    /// <summary>5: whatever an alert holds, it is sent, and no character is broken.</summary>
    [Fact]
    public async Task Any_alert_is_sent_in_whole_characters()
    {
        await using var destination = await HttpDestination.StartAsync(FixedHost, _ => Success);
        await using var tested = Create(destination);
        foreach (var (name, alert) in SampleAlerts.All)
        {
            var seen = destination.Requests.Count;
            var result = await tested.DeliverAsync(alert);
            Assert.True(result.Status is DeliveryStatus.Delivered or DeliveryStatus.Skipped, $"{name}: {result.Status} {result.Reason}");
            foreach (var request in destination.Requests.Skip(seen))
            {
                var body = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(request.Body.Span);
                Assert.True(name == "unicode" || !body.Contains('\uFFFD', StringComparison.Ordinal), $"{name}: a character is broken.");
                Assert.DoesNotMatch(@"\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])", body);
            }
        }
    }

    /// <summary>6 and 11: alerts are shared between outputs and attempts; each attempt sends the same bytes.</summary>
    [Fact]
    public async Task Parallel_deliveries_of_one_alert_are_equal_and_counted_once()
    {
        await using var destination = await HttpDestination.StartAsync(FixedHost, _ => Success);
        await using var tested = Create(destination);
        var before = SampleAlerts.Full with { };
        var statuses = new ConcurrentBag<DeliveryStatus>();
        await Parallel.ForAsync(0, 64, new ParallelOptions { MaxDegreeOfParallelism = 64 }, async (_, token) => statuses.Add((await tested.DeliverUntilAsync(token)).Status));
        Assert.Equal(64, statuses.Count(static status => status == DeliveryStatus.Delivered));
        Assert.Equal(64, destination.Requests.Count);
        Assert.Single(destination.Requests.Select(static request => Convert.ToHexString(request.Body.Span)).Distinct());
        Assert.Equal(before, SampleAlerts.Full);
    }

    /// <summary>The user's own headers go with each request.</summary>
    [Fact]
    public async Task Custom_headers_are_sent()
    {
        await using var destination = await HttpDestination.StartAsync(FixedHost, _ => Success);
        await using var tested = Create(destination, new Dictionary<string, string?> { ["customheaders"] = "X-One: 1, X-Two: 2" });
        Assert.Equal(DeliveryStatus.Delivered, (await tested.DeliverAsync()).Status);
        Assert.All(destination.Requests, static request => Assert.Equal(("1", "2"), (request.Headers["X-One"], request.Headers["X-Two"])));
    }

    /// <summary>A destination behind an authority of its own is reached when that is trusted, and told otherwise; without the check by <c>checkcert: false</c>.</summary>
    [Fact]
    public async Task Certificates_are_checked_and_presented()
    {
        using var certificates = new TestCertificates();
        using var authority = X509CertificateLoader.LoadCertificateFromFile(Path.Combine(certificates.Folder, "ca.crt"));
        var host = FixedHost ?? "127.0.0.1";
        await using var server = await LoopbackServer.StartAsync(_ => Success, certificates.ServerOf(host), certificates.Trust);
        var reach = new TestedSetup { Route = _ => new IPEndPoint(IPAddress.Loopback, server.Address.Port) };
        var keys = MinimalConfig(server.Address);

        await using var stranger = TestedOutput.Create(Registration, keys, reach);
        Assert.Contains("certificate", (await stranger.DeliverAsync()).Reason, StringComparison.Ordinal);

        await using var unchecked_ = TestedOutput.Create(Registration, new Dictionary<string, string?>(keys) { ["checkcert"] = "false" }, reach with { Certificates = new TlsClientCertificates { Client = certificates.Client("client") } });
        Assert.Equal(DeliveryStatus.Delivered, (await unchecked_.DeliverAsync()).Status);

        await using var trusted = TestedOutput.Create(Registration, keys, reach with { Certificates = new TlsClientCertificates { Authorities = [authority], Client = certificates.Client("client") } });
        Assert.Equal(DeliveryStatus.Delivered, (await trusted.DeliverAsync()).Status);

        await using var unknown = TestedOutput.Create(Registration, keys, reach with { Certificates = new TlsClientCertificates { Authorities = [authority], Client = certificates.Client("otherclient") } });
        Assert.Equal(DeliveryStatus.Retry, (await unknown.DeliverAsync()).Status);
    }

    /// <summary>The key <c>proxy</c> leads requests to a proxy.</summary>
    [Fact]
    public async Task A_proxy_of_its_own_is_used()
    {
        await using var proxy = await LoopbackServer.StartAsync(_ => FixedHost is null ? Success : new LoopbackAnswer { Status = 502 });
        await using var tested = TestedOutput.Create(Registration, new Dictionary<string, string?>(MinimalConfig(new Uri("http://behind.invalid:8080/"))) { ["proxy"] = proxy.Address.ToString() });
        var result = await tested.DeliverAsync();
        Assert.Equal(FixedHost is null ? DeliveryStatus.Delivered : DeliveryStatus.Retry, result.Status);
        Assert.Equal(FixedHost is null, proxy.Requests.Count > 0 && proxy.Requests.All(static request => request.Path.StartsWith("http://behind.invalid:8080/", StringComparison.Ordinal)));
        if (FixedHost is not null)
        {
            Assert.Contains(proxy.Requests, request => request.Method == "CONNECT" && request.Path == $"{FixedHost}:443");
        }
    }

    /// <summary>10: after its end an instance keeps no connection, and sends nothing by itself.</summary>
    [Fact]
    public async Task Nothing_is_left_after_the_end()
    {
        await using var destination = await HttpDestination.StartAsync(FixedHost, _ => Success);
        await using (var tested = Create(destination))
        {
            await tested.DeliverAsync();
            Assert.NotEqual(0, destination.Server.Connections);
        }

        using var limit = new CancellationTokenSource(Soon);
        while (destination.Server.Connections > 0 && !limit.IsCancellationRequested)
        {
            await Task.Delay(10, CancellationToken.None);
        }

        Assert.Equal(0, destination.Server.Connections);
        Assert.Single(destination.Requests);
    }
}
