using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using Saker.FalcoGrpc;
using Saker.Router.Options;
using Saker.Router.Sources;
using Saker.Router.Tests.Configuration;
using Saker.Router.Tests.Ingest;
using Saker.Router.Tests.Log;
using Saker.Settings;
using Saker.Testing;

namespace Saker.Router.Tests.Sources;

/// <summary>Subscriptions to a Falco that serves its alerts itself.</summary>
public sealed class FalcoSourceTests : IDisposable
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    private readonly string folder = Directory.CreateTempSubdirectory("saker-falco").FullName;

    private string Socket => Path.Combine(folder, "falco.sock");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Alerts_over_a_socket_are_stored_with_all_that_Falco_says()
    {
        await using var fixture = await IngestFixture.StartAsync();
        await using var falco = await FalcoServer.StartAsync(Socket);
        var alert = Alert(0);
        alert.Source = "k8s_audit";
        alert.Tags.Add(["b", "a"]);
        falco.Queue(alert);
        await using var sources = Start(fixture, $"unix://{Socket}");
        await UntilAsync(() => fixture.Stored().Count == 1);
        Assert.EndsWith(
            """
            "output":"alert 0","priority":"Critical","rule":"a rule","time":"2026-11-23T19:18:08.000000005Z","output_fields":{"evt.num":"12","proc.name":"cat"},"source":"k8s_audit","tags":["a","b"],"hostname":"node-1"}
            """,
            fixture.Stored()[0], StringComparison.Ordinal);

        // Later ones come as well, and those of a Falco that knows its sources by number only; what is no alert keeps none out.
        falco.Queue(new response { Rule = "" });
        var old = Alert(1);
        old.SourceDeprecated = source.K8SAudit;
        falco.Queue(old);
        await UntilAsync(() => fixture.Stored().Count == 2);
        Assert.Contains("\"source\":\"k8s_audit\"", fixture.Stored()[1], StringComparison.Ordinal);
        Assert.Contains("saker_router_not_taken_total{reason=\"rule is missing\"} 1", await fixture.ScrapeAsync(), StringComparison.Ordinal);
        Assert.Contains("inputs_total{source=\"requests\",status=\"accepted\"} 2", await fixture.ScrapeAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Over_the_network_both_sides_show_certificates()
    {
        using var certificates = new TestCertificates();
        var port = LoopbackServer.ClosedPort();
        await using var fixture = await IngestFixture.StartAsync();
        await using var falco = await FalcoServer.StartAsync(port, certificates);
        falco.Queue(Alert(0));
        await File.WriteAllTextAsync(Path.Combine(certificates.Folder, "client.crt"), certificates.Client("client").ExportCertificatePem(), Cancel);
        var options = new FalcoGrpcOptions
        {
            Address = $"127.0.0.1:{port}",
            CaCertFile = Path.Combine(certificates.Folder, "ca.crt"),
            CertFile = Path.Combine(certificates.Folder, "client.crt"),
            KeyFile = Path.Combine(certificates.Folder, "client.key"),
        };
        Assert.Empty(options.Validate());
        await using (Start(fixture, options with { CaCertFile = options.CertFile }))
        {
            await UntilAsync(() => fixture.Lines.Lines.Any(static line => line.Id == 3221));
        }

        Assert.Empty(fixture.Stored()); // the server's certificate is not one of theirs
        await using var sources = Start(fixture, options);
        await UntilAsync(() => fixture.Stored().Count == 1);
    }

    [Fact]
    public async Task A_Falco_that_comes_later_or_again_is_subscribed_to_again()
    {
        await using var fixture = await IngestFixture.StartAsync();
        await using var sources = Start(fixture, $"unix://{Socket}");
        await UntilAsync(() => fixture.Lines.Lines.Any(static line => line.Id == 3221 && line.Text.Contains("falcogrpc.edge: no subscription", StringComparison.Ordinal)));
        for (var i = 0; i < 2; i++)
        {
            await using var falco = await FalcoServer.StartAsync(Socket);
            falco.Queue(Alert(i));
            await UntilAsync(() => fixture.Stored().Count == i + 1);
            Assert.Equal(1, falco.Subscriptions);
        }

        Assert.Contains(fixture.Lines.Lines, static line => line.Id == 3220);
    }

    [Fact]
    public async Task What_cannot_be_stored_is_not_read()
    {
        using var mayWrite = new ManualResetEventSlim();
        await using var fixture = await IngestFixture.StartAsync(files: new CrashableFiles { BeforeSync = _ => mayWrite.Wait(Cancel) });
        await using var falco = await FalcoServer.StartAsync(Socket);
        const int Count = 5000;
        for (var i = 0; i < Count; i++)
        {
            falco.Queue(Alert(i, filler: 2000));
        }

        await using var sources = Start(fixture, $"unix://{Socket}");
        await UntilAsync(() => falco.Queued < Count);
        var before = -1;
        for (var same = 0; same < 10; same = falco.Queued == before ? same + 1 : 0)
        {
            before = falco.Queued;
            await Task.Delay(50, Cancel);
        }

        Assert.InRange(before, Count / 2, Count);
        mayWrite.Set();
        await UntilAsync(() => falco.Queued < before);
    }

    [Theory]
    [InlineData("", "falcogrpc.edge.address")]
    [InlineData("localhost", "falcogrpc.edge.address")]
    [InlineData("unix://falco.sock", "falcogrpc.edge.address")]
    [InlineData("localhost:5060\n    certfile: /tmp/a.pem", "falcogrpc.edge.keyfile")]
    [InlineData("localhost:5060\n    keyfile: /tmp/a.pem", "falcogrpc.edge.certfile")]
    [InlineData("localhost:5060/path", "falcogrpc.edge.address")]
    [InlineData("localhost:5060\n    cacertfile: /nonexistent", "falcogrpc.edge.cacertfile")]
    [InlineData("localhost:5060\n    certfile: /nonexistent\n    keyfile: /nonexistent", "falcogrpc.edge.certfile falcogrpc.edge.keyfile")]
    [InlineData("localhost:5060", null)]
    [InlineData("unix:///run/falco/falco.sock", null)]
    public void What_cannot_be_used_is_an_error_at_the_start(string address, string? key)
    {
        var file = Path.Combine(folder, "router.yaml");
        File.WriteAllText(file, $"falcogrpc:\n  edge:\n    address: {address}\n");
        var configuration = Saker.Router.Configuration.RouterConfigurationLoader.Load(file, new EnvironmentVariables(new Dictionary<string, string>()), RecordedSettings.Catalogue);
        Assert.Equal(key?.Split(' ') ?? [], configuration.Faults.Where(static fault => fault.Severity == FaultSeverity.Error).Select(static fault => fault.Key));
    }

    private static FalcoSources Start(IngestFixture fixture, string address) => Start(fixture, new FalcoGrpcOptions { Address = address });

    private static FalcoSources Start(IngestFixture fixture, FalcoGrpcOptions options) => FalcoSources.Start(
        new Dictionary<string, FalcoGrpcOptions> { ["edge"] = options },
        new SourceServices(fixture.Intake, fixture.Refusals, fixture.Metrics, fixture.Limited, fixture.Lines, TimeProvider.System, 16 << 20));

    private static response Alert(int number, int filler = 0) => new()
    {
        Time = new Timestamp { Seconds = 1_795_461_488, Nanos = 5 },
        Priority = priority.Critical,
        Rule = "a rule",
        Output = string.Create(CultureInfo.InvariantCulture, $"alert {number}{new string('x', filler)}"),
        OutputFields = { ["proc.name"] = "cat", ["evt.num"] = "12" },
        Hostname = "node-1",
    };

    private static async Task UntilAsync(Func<bool> condition)
    {
        for (var i = 0; i < 1200 && !condition(); i++)
        {
            await Task.Delay(50, Cancel);
        }

        Assert.True(condition());
    }
}
