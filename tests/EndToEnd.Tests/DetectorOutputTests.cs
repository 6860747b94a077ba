using System.Text.Json;
using Saker.Testing;

namespace Saker.EndToEnd.Tests;

/// <summary>Alerts on their way from the detector to the router over gRPC, both ways of it, with the published programs.</summary>
public sealed class DetectorOutputTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task Every_alert_reaches_a_router_that_wants_a_token_once()
    {
        using var folder = new TestFolder();
        var port = Programs.FreePort();
        var (code, lines) = await Programs.AskRouterAsync(folder, "token", "new", "edge", "--file", folder.File("edge.token"));
        Assert.Equal(0, code);
        var clients = string.Join('\n', lines.Where(static line => !line.StartsWith('#'))).Replace("http:", "http:\n  protect: [alerts]", StringComparison.Ordinal);
        WriteRouter(folder, port, clients);
        await using var router = await Programs.StartRouterAsync(folder, port);
        var token = (await File.ReadAllTextAsync(folder.File("edge.token"), TestContext.Current.CancellationToken)).Trim();
        WriteDetector(folder, $"router_output: {{ enabled: true, address: 'http://127.0.0.1:{port}', token: '{token}' }}");
        var (exit, said) = await RunAsync(folder, All);
        Assert.True(exit == 0, said);
        var stopped = Stopped(said);
        await When(() => Numbers(folder).Count >= stopped);
        router.Signal("TERM");
        Assert.Equal(0, await router.WaitForExitAsync(Patience));
        var numbers = Numbers(folder);
        Assert.Equal(stopped, numbers.Count);
        Assert.Equal(stopped, numbers.Distinct().Count());
        Assert.DoesNotContain(token, said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("router_output: { enabled: true, address: 'http://127.0.0.1:PORT' }", true)]
    [InlineData("http_output: { enabled: true, url: 'http://127.0.0.1:PORT/' }", false)]
    public async Task What_a_killed_detector_had_in_its_spool_reaches_the_router_after_its_restart(string output, bool isGrpc)
    {
        using var folder = new TestFolder();
        var port = Programs.FreePort();
        WriteDetector(folder, "file_output: { enabled: true, filename: counted }");
        var (exit, said) = await RunAsync(folder, All);
        Assert.True(exit == 0, said);
        var all = Stopped(said);

        // Nobody is there, and the detector holds everything.
        WriteDetector(folder, output.Replace("PORT", $"{port}", StringComparison.Ordinal) + "\noutputs_spool: { enabled: true, folder: spool }");
        folder.Write("rules.yaml", All);
        await using (var detector = ProcessRunner.Start(Programs.Path("saker-detector"), ["--config", folder.File("detector.yaml")]))
        {
            await detector.WaitForLineAsync("nobody listens there", Patience);
            await When(() => Records() == all);
            // Who does not use gRPC does not load it.
            var maps = await File.ReadAllTextAsync($"/proc/{detector.Id}/maps", TestContext.Current.CancellationToken);
            Assert.Equal(isGrpc, maps.Contains("Grpc.Net.Client", StringComparison.Ordinal));
            Assert.DoesNotContain("Grpc.AspNetCore", maps, StringComparison.Ordinal);
            detector.Signal("KILL");
            await detector.WaitForExitAsync(Patience);
        }

        // A write that the kill cut off.
        await File.AppendAllTextAsync(Directory.EnumerateFiles(Path.Combine(folder.File("spool"), isGrpc ? "router" : "http"), "*.alerts").Order(StringComparer.Ordinal).Last(), "torn", TestContext.Current.CancellationToken);
        WriteRouter(folder, port, "");
        await using var router = await Programs.StartRouterAsync(folder, port);
        (exit, said) = await RunAsync(folder, None);
        Assert.True(exit == 0, said);
        Assert.Contains($"holds {all} alerts of before; they are sent first", said, StringComparison.Ordinal);
        Assert.Contains("had 4 bytes that are no whole alert", said, StringComparison.Ordinal);
        await When(() => Numbers(folder).Count >= all);
        router.Signal("TERM");
        Assert.Equal(0, await router.WaitForExitAsync(Patience));
        var numbers = Numbers(folder);
        Assert.Equal(numbers.Order(), numbers);
        Assert.Equal((all, all), (numbers.Count, numbers.Distinct().Count()));

        int Records() => !Directory.Exists(folder.File("spool")) ? 0 : Directory.EnumerateFiles(folder.File("spool"), "*.alerts", SearchOption.AllDirectories).Sum(static file => Count(File.ReadAllBytes(file)));
    }

    [Fact]
    public async Task A_router_subscribes_to_the_detectors_own_gRPC_server()
    {
        using var folder = new TestFolder();
        var port = Programs.FreePort();
        WriteRouter(folder, port, $"falcogrpc:\n  node: {{ address: 'unix://{folder.File("falco.sock")}' }}\n");
        await using var router = await Programs.StartRouterAsync(folder, port);
        WriteDetector(folder, $"grpc: {{ enabled: true, bind_address: 'unix://{folder.File("falco.sock")}' }}\ngrpc_output: {{ enabled: true }}");
        var (exit, said) = await RunAsync(folder, All);
        Assert.True(exit == 0, said);
        var all = Stopped(said);
        await When(() => Numbers(folder).Count >= all);
        Assert.Equal(all, Numbers(folder).Distinct().Count());
    }

    private const string All = "- rule: all\n  desc: all\n  condition: evt.num >= 0\n  output: \"%evt.num %evt.type\"\n  priority: NOTICE\n  warn_evttypes: false\n";
    private const string None = "- rule: none\n  desc: none\n  condition: evt.type = reboot\n  output: \"%evt.num\"\n  priority: NOTICE\n";

    private static void WriteRouter(TestFolder folder, int port, string more) => folder.Write("router.yaml", $$"""
        listenaddress: 127.0.0.1
        listenport: {{port}}
        delivery: { durability: os }
        outputs:
          store: { type: file, path: "{{folder.File("alerts.jsonl")}}" }
        {{more}}

        """);

    private static void WriteDetector(TestFolder folder, string outputs) => folder.Write("detector.yaml", $$"""
        engine: { kind: replay, replay: { capture_file: {{RecordedData.Path("falco", "captures", "live-procs.scap")}} } }
        rules_files: [rules.yaml]
        stdout_output: { enabled: false }
        webserver: { enabled: false }
        json_output: true
        {{outputs}}

        """);

    private static async Task<(int Code, string Said)> RunAsync(TestFolder folder, string rules)
    {
        folder.Write("rules.yaml", rules);
        await using var detector = ProcessRunner.Start(Programs.Path("saker-detector"), ["--config", folder.File("detector.yaml")]);
        var code = await detector.WaitForExitAsync(Patience);
        return (code, string.Join('\n', detector.Lines));
    }

    private static int Stopped(string said)
    {
        var count = int.Parse(said.Split(" events, ")[1].Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);
        Assert.InRange(count, 1000, 1_000_000);
        return count;
    }

    // Whole records of a spool's file: a mark of 8 bytes, then a head of 9 with the length at 4, and the line.
    private static int Count(byte[] file)
    {
        var count = 0;
        for (var at = 8; at + 9 <= file.Length; count++)
        {
            at += 9 + BitConverter.ToInt32(file, at + 4);
            if (at > file.Length)
            {
                break;
            }
        }

        return count;
    }

    // The numbers of events, which say which alert it is; gRPC in Falco's form has them as text.
    private static List<long> Numbers(TestFolder folder) => !File.Exists(folder.File("alerts.jsonl")) ? [] :
        [.. ReadShared(folder.File("alerts.jsonl")).Split('\n').Where(static line => line.EndsWith('}')).Select(static line =>
        {
            using var alert = JsonDocument.Parse(line);
            var number = alert.RootElement.GetProperty("output_fields").GetProperty("evt.num");
            return number.ValueKind == JsonValueKind.Number ? number.GetInt64() : long.Parse(number.GetString()!, System.Globalization.CultureInfo.InvariantCulture);
        })];

    private static string ReadShared(string path)
    {
        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        return reader.ReadToEnd();
    }

    private static Task When(Func<bool> condition) => Wait.UntilAsync(condition, Patience, static () => "what was to come about");
}
