using System.IO.Compression;
using System.Text.Json;
using Saker.Detector.Cli;
using Saker.Testing;

namespace Saker.Detector.Tests.Cli;

public sealed class ReplayCommandTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("saker-replay-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task A_capture_is_replayed_without_a_configuration()
    {
        var alerts = Path.Combine(folder, "alerts");
        var rules = Path.Combine(folder, "rules.yaml");
        await File.WriteAllTextAsync(rules, "- {rule: opened, desc: d, condition: evt.type = openat, output: opened %fd.name, priority: NOTICE}\n", TestContext.Current.CancellationToken);
        string[] more = ["-o", "stdout_output.enabled=false", "-o", "file_output.enabled=true", "-o", $"file_output.filename={alerts}", "-o", "log_stderr=false"];
        var capture = RecordedData.Path("falco", "captures", "live-files.scap");
        Assert.Equal(0, await RunAsync(["replay", capture, "--rules", rules, .. more]));
        Assert.Matches("^[0-9:.]+: Notice opened ", (await File.ReadAllLinesAsync(alerts, TestContext.Current.CancellationToken))[0]);
    }

    [Fact]
    public async Task A_configuration_that_is_named_must_be_there()
    {
        var capture = RecordedData.Path("falco", "captures", "live-files.scap");
        Assert.Equal(1, await RunAsync(["replay", capture, "--rules", folder, "--config", Path.Combine(folder, "none.yaml")]));
    }

    [Fact]
    public async Task Rules_on_the_command_line_are_enough_to_watch()
    {
        var rules = Path.Combine(folder, "rules.yaml");
        await File.WriteAllTextAsync(rules, "- {rule: opened, desc: d, condition: evt.type = openat, output: opened %fd.name, priority: NOTICE}\n", TestContext.Current.CancellationToken);
        Assert.Equal(0, await RunAsync(["--rules", rules, "--dry-run", "-o", "log_stderr=false"]));
        Assert.Equal(1, await RunAsync(["--dry-run", "-o", "log_stderr=false"]));
        Assert.Equal(1, await RunAsync(["--rules", rules, "--dry-run", "--config", Path.Combine(folder, "none.yaml")]));
    }

    [Fact]
    public async Task A_dry_run_tells_all_that_a_start_would_fail_at_at_once()
    {
        var rules = Path.Combine(folder, "rules.yaml");
        await File.WriteAllTextAsync(rules, "- {rule: opened, desc: d, condition: evt.type = openat and fd.nme = a, output: opened %fd.name, priority: NOTICE}\n", TestContext.Current.CancellationToken);
        var config = Path.Combine(folder, "falco.yaml");
        await File.WriteAllTextAsync(config, $$"""
            file_output: {enabled: true, filename: {{folder}}}
            http_output: {enabled: true, url: "http://user:secret@127.0.0.1:1/", ca_cert: none-ca.pem, mtls: true, client_cert: none-cert.pem, client_key: none-key.pem}
            router_output: {enabled: true, address: "https://127.0.0.1:1", ca_cert: none-router-ca.pem}
            grpc: {enabled: true, bind_address: "127.0.0.1:0", cert_chain: none-chain.pem, private_key: none-private.pem, root_certs: none-root.pem}
            grpc_output: {enabled: true}
            webserver: {enabled: true, ssl_enabled: true, ssl_certificate: none-web.pem}
            outputs_spool: {enabled: true, folder: {{rules}}}
            engine:
              kind: replay
              replay: {capture_file: none.scap}
            """, TestContext.Current.CancellationToken);
        var (code, told) = await TellAsync(["--dry-run", "--rules", rules, "--config", config]);
        Assert.Equal(1, code);
        string[] wanted =
        [
            $"file_output.filename: '{folder}' is a folder", "http_output.ca_cert: ", "http_output.client_cert: ", "http_output.client_key: ", "router_output.ca_cert: ",
            "grpc.cert_chain: ", "grpc.private_key: ", "grpc.root_certs: ", "webserver.ssl_certificate: ", $"outputs_spool.folder: The folder '{rules}' cannot be written",
            $"engine.replay.capture_file: There is no file '{Path.Combine(folder, "none.scap")}'", "fd.nme",
        ];
        Assert.All(wanted, part => Assert.Contains(part, told, StringComparison.Ordinal));
        Assert.DoesNotContain("secret", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_URL_that_is_none_is_told_with_its_line()
    {
        var config = Path.Combine(folder, "falco.yaml");
        await File.WriteAllTextAsync(config, "http_output:\n  enabled: true\n  url: user:secret@nohost\n", TestContext.Current.CancellationToken);
        var (code, told) = await TellAsync(["--dry-run", "--config", config]);
        Assert.Equal(1, code);
        Assert.Contains($"{config}:3:8: http_output.url: This is no URL", told, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_capture_that_is_cut_off_is_told_to_its_end_and_has_failed()
    {
        var whole = RecordedData.Path("falco", "captures", "live-files.scap");
        var rules = Path.Combine(folder, "rules.yaml");
        await File.WriteAllTextAsync(rules, "- {rule: opened, desc: d, condition: evt.type = openat, output: opened %fd.name, priority: NOTICE}\n", TestContext.Current.CancellationToken);
        var (_, all) = await TellAsync(["replay", whole, "--rules", rules]);
        // Unpacked, for where a packed one is cut, less can be read than there is.
        var bytes = new MemoryStream();
        await using (var file = File.OpenRead(whole))
        {
            await (file.ReadByte() == 0x1f ? new GZipStream(Rewound(file), CompressionMode.Decompress) : Rewound(file)).CopyToAsync(bytes, TestContext.Current.CancellationToken);
        }

        var cut = Path.Combine(folder, "cut.scap");
        await File.WriteAllBytesAsync(cut, bytes.ToArray()[..^10], TestContext.Current.CancellationToken);
        var (code, told) = await TellAsync(["replay", cut, "--rules", rules]);
        Assert.Equal(1, code);
        Assert.Contains(" events: The capture is cut off in the middle of a block. What came before was told.", told, StringComparison.Ordinal);
        Assert.InRange(Alerts(told), Math.Max(1, Alerts(all) - 1), Alerts(all));
        var (tried, said) = await TellAsync(["rules", "what-if", "--capture", cut, "--rules", rules]);
        Assert.Equal(2, tried);
        Assert.Contains("The capture is cut off in the middle of a block.", said, StringComparison.Ordinal);

        static Stream Rewound(Stream stream)
        {
            stream.Position = 0;
            return stream;
        }

        static int Alerts(string lines) => lines.Split('\n').Count(static line => line.Contains("Notice opened", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_folder_is_no_capture()
    {
        var (code, told) = await TellAsync(["replay", folder, "--rules", RecordedData.Path("falco", "captures", "live-files.scap")]);
        Assert.Equal(1, code);
        Assert.Contains($"'{folder}' is a folder; name a file.", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Data_of_events_is_base64_where_that_is_wanted_and_the_same_otherwise()
    {
        var rules = Path.Combine(folder, "rules.yaml");
        await File.WriteAllTextAsync(rules, "- {rule: io, desc: d, condition: 'evt.type in (read, write) and evt.buffer contains e', output: 'x %evt.buffer %evt.arg.data', priority: NOTICE}\n", TestContext.Current.CancellationToken);
        var plain = await ReplayAsync("buffer_format_base64=false");
        var encoded = await ReplayAsync("buffer_format_base64=true");
        Assert.NotEmpty(plain);
        Assert.Equal(plain.Count, encoded.Count);
        foreach (var (text, base64) in plain.Zip(encoded))
        {
            var fields = base64.GetProperty("output_fields");
            foreach (var name in (string[])["evt.buffer", "evt.arg.data"])
            {
                var bytes = Convert.FromBase64String(fields.GetProperty(name).GetString()!);
                Assert.Equal(text.GetProperty("output_fields").GetProperty(name).GetString(), string.Concat(bytes.Select(static one => one is >= 0x20 and < 0x7f ? (char)one : '.')));
            }

            Assert.EndsWith($"x {fields.GetProperty("evt.buffer").GetString()} {fields.GetProperty("evt.arg.data").GetString()}", base64.GetProperty("output").GetString(), StringComparison.Ordinal);
        }

        async Task<List<JsonElement>> ReplayAsync(string setting)
        {
            var alerts = Path.Combine(folder, setting);
            string[] more = ["-o", "stdout_output.enabled=false", "-o", "file_output.enabled=true", "-o", $"file_output.filename={alerts}", "-o", "log_stderr=false", "-o", "json_output=true", "-o", setting];
            Assert.Equal(0, await RunAsync(["replay", RecordedData.Path("falco", "captures", "live-files.scap"), "--rules", rules, .. more]));
            return [.. (await File.ReadAllLinesAsync(alerts, TestContext.Current.CancellationToken)).Select(static line => JsonDocument.Parse(line).RootElement)];
        }
    }

    // The program itself, for what it tells.
    private static async Task<(int Code, string Told)> TellAsync(string[] arguments)
    {
        await using var run = ProcessRunner.Start(Path.Combine(SharedData.ProjectRoot, "artifacts", "bin", "Detector", "release", "saker-detector"), arguments);
        return (await run.WaitForExitAsync(TimeSpan.FromMinutes(2)), string.Join('\n', run.Lines));
    }

    private static Task<int> RunAsync(string[] arguments) =>
        DetectorCommandLine.Create("/nowhere/detector.yaml").Parse(arguments).InvokeAsync(cancellationToken: TestContext.Current.CancellationToken);
}
