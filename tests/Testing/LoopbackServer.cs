using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;

namespace Saker.Testing;

/// <summary>A request that a <see cref="LoopbackServer"/> saw, body and all.</summary>
/// <param name="Method">The method.</param>
/// <param name="Path">Path and query as sent.</param>
/// <param name="Headers">Headers; several values of one name joined by commas.</param>
/// <param name="Body">The body.</param>
public sealed record LoopbackRequest(string Method, string Path, IReadOnlyDictionary<string, string> Headers, ReadOnlyMemory<byte> Body);

/// <summary>How a <see cref="LoopbackServer"/> answers one request.</summary>
public sealed record LoopbackAnswer
{
    /// <summary>The status.</summary>
    public int Status { get; init; } = 200;

    /// <summary>Headers.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>The body.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>Wait before anything is sent; <see cref="Timeout.InfiniteTimeSpan"/> for no answer at all.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>What has to happen before anything is sent.</summary>
    public Task? After { get; init; }

    /// <summary>Resets the connection in place of an answer.</summary>
    public bool Reset { get; init; }

    /// <summary>A body that has no end, until the client hangs up.</summary>
    public bool Endless { get; init; }

    /// <summary>Announces more bytes than are sent, then resets the connection.</summary>
    public bool BreakOffInBody { get; init; }
}

/// <summary>A destination on 127.0.0.1 with a real Kestrel: it records requests and answers as told.</summary>
public sealed class LoopbackServer : IAsyncDisposable
{
    private static readonly ConcurrentBag<Socket> Reserved = [];

    private readonly WebApplication app;
    private readonly Func<LoopbackRequest, LoopbackAnswer> answer;
    private readonly ConcurrentQueue<LoopbackRequest> requests = new();
    private int connections;

    private LoopbackServer(Func<LoopbackRequest, LoopbackAnswer> answer, X509Certificate2? certificate, X509ChainPolicy? clients)
    {
        this.answer = answer;
        // No configuration of the machine reaches it: not its variables, not its files.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 64 << 20;
            kestrel.Listen(IPAddress.Loopback, 0, listen =>
            {
                listen.Protocols = HttpProtocols.Http1;
                listen.Use(next => async connection =>
                {
                    Interlocked.Increment(ref connections);
                    try
                    {
                        await next(connection);
                    }
                    finally
                    {
                        Interlocked.Decrement(ref connections);
                    }
                });
                if (certificate is not null)
                {
                    listen.UseHttps(certificate, https =>
                    {
                        https.ClientCertificateMode = clients is null ? ClientCertificateMode.NoCertificate : ClientCertificateMode.RequireCertificate;
                        https.ClientCertificateValidation = (client, _, _) =>
                        {
                            using var chain = new X509Chain { ChainPolicy = clients!.Clone() };
                            return chain.Build(client);
                        };
                    });
                }
            });
        });
        if (certificate is not null)
        {
            builder.WebHost.UseKestrelHttpsConfiguration();
        }

        builder.Logging.ClearProviders();
        app = builder.Build();
        app.Run(AnswerAsync);
    }

    /// <summary>The root of the server, with a slash at the end.</summary>
    public Uri Address { get; private set; } = new("http://127.0.0.1/");

    /// <summary>Connections that are open.</summary>
    public int Connections => Volatile.Read(ref connections);

    /// <summary>The requests so far, in the order in which their bodies were complete.</summary>
    public IReadOnlyCollection<LoopbackRequest> Requests => requests;

    /// <summary>A server that answers every request with <paramref name="answer"/>, or 200.</summary>
    public static Task<LoopbackServer> StartAsync(LoopbackAnswer? answer = null) => StartAsync(_ => answer ?? new LoopbackAnswer());

    /// <summary>A server that answers each request as <paramref name="answer"/> says; with <paramref name="tls"/> under a certificate that nobody trusts.</summary>
    public static Task<LoopbackServer> StartAsync(Func<LoopbackRequest, LoopbackAnswer> answer, bool tls = false) => StartAsync(answer, tls ? CreateCertificate() : null);

    /// <summary>
    /// A server that answers each request as <paramref name="answer"/> says, under a certificate; without TLS when that is null. With
    /// <paramref name="clients"/> it takes only clients whose certificate that policy trusts.
    /// </summary>
    public static async Task<LoopbackServer> StartAsync(Func<LoopbackRequest, LoopbackAnswer> answer, X509Certificate2? certificate, X509ChainPolicy? clients = null)
    {
        var server = new LoopbackServer(answer, certificate, clients);
        await server.app.StartAsync();
        server.Address = new Uri(server.app.Urls.Single().TrimEnd('/') + "/");
        return server;
    }

    /// <summary>
    /// A port of 127.0.0.1 where nobody listens, and that nobody is given by chance as long as these tests run; who asks for just this one
    /// may listen there.
    /// </summary>
    public static int ClosedPort()
    {
        // A socket that is bound and does not listen refuses connections, and keeps the kernel from giving its port to others.
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Reserved.Add(socket);
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        await app.StopAsync(soon.Token);
        await app.DisposeAsync();
    }

    private static X509Certificate2 CreateCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
    }

    private async Task AnswerAsync(HttpContext http)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body, http.RequestAborted);
        var request = new LoopbackRequest(
            http.Request.Method,
            http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget,
            http.Request.Headers.ToDictionary(static h => h.Key, static h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            body.ToArray());
        requests.Enqueue(request);

        var answer = this.answer(request);
        if (answer.Delay != TimeSpan.Zero)
        {
            await Task.Delay(answer.Delay, http.RequestAborted);
        }

        if (answer.After is { } awaited)
        {
            await awaited.WaitAsync(http.RequestAborted);
        }

        if (answer.Reset)
        {
            http.Abort();
            return;
        }

        http.Response.StatusCode = answer.Status;
        foreach (var (name, value) in answer.Headers)
        {
            http.Response.Headers[name] = value;
        }

        if (answer.Status is 204 or 205 or 304)
        {
            return;
        }

        if (answer.Endless)
        {
            var piece = new byte[16 * 1024];
            Array.Fill(piece, (byte)'x');
            while (!http.RequestAborted.IsCancellationRequested)
            {
                await http.Response.Body.WriteAsync(piece, http.RequestAborted);
            }

            return;
        }

        http.Response.ContentLength = answer.Body.Length + (answer.BreakOffInBody ? 1000 : 0);
        await http.Response.Body.WriteAsync(answer.Body, http.RequestAborted);
        if (answer.BreakOffInBody)
        {
            await http.Response.Body.FlushAsync(http.RequestAborted);
            http.Abort();
        }
    }
}
