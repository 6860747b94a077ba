using System.Net;
using System.Security.Cryptography.X509Certificates;
using Saker.Outputs.Transports;
using Saker.Testing;

namespace Saker.Outputs.Testing;

/// <summary>Where an output is to send: a server of the test's. An output with a fixed address is led to it in the transport, as it is.</summary>
public sealed class HttpDestination : IAsyncDisposable
{
    private readonly TestCertificates? certificates;
    private readonly string? fixedHost;

    private HttpDestination(LoopbackServer server, string? fixedHost, TestCertificates? certificates) => (Server, this.fixedHost, this.certificates) = (server, fixedHost, certificates);

    /// <summary>The server.</summary>
    public LoopbackServer Server { get; }

    /// <summary>The requests so far.</summary>
    public IReadOnlyCollection<LoopbackRequest> Requests => Server.Requests;

    /// <summary>What the output is configured with where it has no fixed address.</summary>
    public Uri Endpoint => Server.Address;

    /// <summary>How an output reaches it.</summary>
    public TestedSetup Setup => fixedHost is null ? new TestedSetup() : new TestedSetup
    {
        Route = target => target.Host == fixedHost ? new IPEndPoint(IPAddress.Loopback, Server.Address.Port) : target,
        Certificates = new TlsClientCertificates { Authorities = Authorities },
    };

    /// <summary>The authority of its certificate.</summary>
    public X509Certificate2Collection Authorities => certificates is null ? [] : [X509CertificateLoader.LoadCertificateFromFile(Path.Combine(certificates.Folder, "ca.crt"))];

    /// <summary>Starts a server.</summary>
    /// <param name="fixedHost">The host that the output has fixed; null for one that is configured.</param>
    /// <param name="answer">What it answers; null for success.</param>
    public static Task<HttpDestination> StartAsync(string? fixedHost, LoopbackAnswer? answer = null) => StartAsync(fixedHost, _ => answer ?? new LoopbackAnswer());

    /// <summary>Starts a server that answers each request as <paramref name="answer"/> says.</summary>
    public static async Task<HttpDestination> StartAsync(string? fixedHost, Func<LoopbackRequest, LoopbackAnswer> answer)
    {
        if (fixedHost is null)
        {
            return new HttpDestination(await LoopbackServer.StartAsync(answer), null, null);
        }

        var certificates = new TestCertificates();
        return new HttpDestination(await LoopbackServer.StartAsync(answer, certificates.ServerOf(fixedHost)), fixedHost, certificates);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        certificates?.Dispose();
    }
}
