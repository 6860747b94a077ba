using System.Text.Json;
using Saker.Detector.Configuration;
using Saker.Detector.Hosting;
using Saker.Settings;
using Saker.Testing;

namespace Saker.Detector.Tests.Outputs;

/// <summary>A replay waits for its outputs: each gets every alert, however slow it is and however little may wait for it.</summary>
public sealed class ReplayedOutputs : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("saker-").FullName;
    private readonly KeptLog log = new(Microsoft.Extensions.Logging.LogLevel.Information);

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("file_output: {enabled: true, filename: FOLDER/got}")]
    [InlineData("program_output: {enabled: true, keep_alive: true, program: 'while read -r line; do echo \"$line\"; done > FOLDER/got'}")]
    [InlineData("program_output: {enabled: true, keep_alive: true, program: 'sleep 1; cat >> FOLDER/got'}")]
    public async Task A_local_output_gets_every_alert(string output)
    {
        Assert.Equal(0, await ReplayAsync(output));
        Check(await File.ReadAllLinesAsync(Path.Combine(folder, "got"), TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("")]
    [InlineData("outputs_spool: {enabled: true, folder: FOLDER/spool, max_size_mib: 1}")]
    public async Task Http_gets_every_alert_once_also_when_it_fails_meanwhile(string spool)
    {
        var count = 0;
        await using var server = await LoopbackServer.StartAsync(_ => new LoopbackAnswer { Status = Interlocked.Increment(ref count) % 1000 == 7 ? 503 : 200, Headers = new Dictionary<string, string> { ["Retry-After"] = "0" } });
        Assert.Equal(0, await ReplayAsync($"http_output: {{enabled: true, url: '{server.Address}'}}\n{spool}"));
        // Those that were answered with 503 came twice.
        var got = server.Requests.Select(static request => System.Text.Encoding.UTF8.GetString(request.Body.Span)).ToList();
        Check([.. got.Where((line, index) => (index + 1) % 1000 != 7)]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("json_output: false")]
    [InlineData("json_include_output_fields_property: false\noutputs_spool: {enabled: true, folder: FOLDER/spool, max_size_mib: 1}")]
    public async Task The_router_gets_every_alert_in_full_once_whatever_lines_show(string more)
    {
        var socket = Path.Combine(folder, "router.sock");
        await using var router = await RouterDouble.StartAsync(kestrel => kestrel.ListenUnixSocket(socket));
        Assert.Equal(0, await ReplayAsync($"router_output: {{enabled: true, address: 'unix://{socket}'}}\n{more}"));
        Check([.. router.Stored]);
    }

    [Fact]
    public async Task A_replay_that_is_stopped_before_its_outputs_have_all_has_failed_and_the_spool_has_the_rest()
    {
        using var stop = new CancellationTokenSource();
        var running = ReplayUntilAsync($"http_output: {{enabled: true, url: 'http://127.0.0.1:{LoopbackServer.ClosedPort()}/'}}\noutputs_spool: {{enabled: true, folder: FOLDER/spool}}", stop.Token);
        await When.IsAsync(() => Directory.Exists(Path.Combine(folder, "spool", "http")) && log.Lines.Any(static line => line.Contains("nobody listens there", StringComparison.Ordinal)));
        await stop.CancelAsync();
        Assert.Equal(1, await running);
        var kept = log.Lines.Single(static line => line.Contains("alerts in its spool", StringComparison.Ordinal));
        // What was on its way when the stop came is told as unwritten; it is nowhere else.
        var count = int.Parse(kept.Split("with ")[1].Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);
        var unwritten = int.Parse(Stopped(0).Split(", ")[3].Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(Alerts(0, least: 1), count + unwritten);
        await using var server = await LoopbackServer.StartAsync();
        var before = log.Lines.Count;
        Assert.Equal(0, await ReplayAsync($"http_output: {{enabled: true, url: '{server.Address}'}}\noutputs_spool: {{enabled: true, folder: FOLDER/spool}}"));
        Assert.Equal(count + Alerts(before), server.Requests.Count);
    }

    // Alerts of the capture in their order: the number of its event is in each.
    private void Check(string[] lines)
    {
        Assert.Equal(Alerts(0), lines.Length);
        var numbers = lines.Select(static line => JsonDocument.Parse(line).RootElement.GetProperty("output_fields").GetProperty("evt.num").GetInt64()).ToList();
        Assert.Equal(numbers.Order(), numbers);
        Assert.Equal(numbers.Distinct(), numbers);
    }

    private string Stopped(int after) => log.Lines.Skip(after).Single(static line => line.StartsWith("Stopped:", StringComparison.Ordinal));

    private int Alerts(int after, int least = 1000)
    {
        var alerts = int.Parse(Stopped(after).Split(", ")[1].Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);
        Assert.InRange(alerts, least, 1_000_000);
        return alerts;
    }

    private Task<int> ReplayAsync(string outputs) => ReplayUntilAsync(outputs, TestContext.Current.CancellationToken);

    private async Task<int> ReplayUntilAsync(string outputs, CancellationToken stop)
    {
        var file = Path.Combine(folder, "detector.yaml");
        await File.WriteAllTextAsync(file, $$"""
            engine: { kind: replay, replay: { capture_file: {{RecordedData.Path("falco", "captures", "live-procs.scap")}} } }
            stdout_output: { enabled: false }
            webserver: { enabled: false }
            outputs_queue: { capacity: 5 }
            {{(outputs.Contains("json_output", StringComparison.Ordinal) ? "" : "json_output: true")}}
            {{outputs.Replace("FOLDER", folder, StringComparison.Ordinal)}}

            """, CancellationToken.None);
        var rules = Path.Combine(folder, "rules.yaml");
        await File.WriteAllTextAsync(rules, "- rule: all\n  desc: all\n  condition: evt.num >= 0\n  output: \"%evt.num %evt.type %proc.name\"\n  priority: NOTICE\n  warn_evttypes: false\n", CancellationToken.None);
        var configuration = DetectorConfiguration.Load(file, [], EnvironmentVariables.None);
        Assert.Empty(configuration.Faults.All);
        return await Task.Run(() => new DetectorHost(configuration, [rules], TimeProvider.System, log).RunAsync(stop), CancellationToken.None).WaitAsync(When.Patience * 2, TestContext.Current.CancellationToken);
    }
}
