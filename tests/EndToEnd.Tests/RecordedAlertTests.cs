using Saker.Testing;

namespace Saker.EndToEnd.Tests;

/// <summary>The detector over recorded events: its alerts against those that Falco wrote, byte for byte.</summary>
public sealed class RecordedAlertTests
{
    private static readonly string[] Captures = ["live-files", "live-procs", "live-net", "live-admin", "live-32bit", "live-mix"];

    [Fact]
    public async Task Alerts_of_simple_rules_are_byte_for_byte_those_of_falco()
    {
        int expected = 0, equal = 0;
        foreach (var capture in Captures)
        {
            var theirs = Alerts(RecordedData.Lines("falco", "expected", "alerts", $"{capture}.jsonl"));
            var ours = await ReplayAsync(Live(capture), [RecordedData.Path("falco", "expected", "simple_rules.yaml")]);
            Assert.Equal(theirs.Count, ours.Count);
            expected += theirs.Count;
            equal += theirs.Zip(ours).Count(static pair => pair.First == pair.Second);
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{equal} of {expected} alerts are byte-equal.");
        // What differs is in docs/falco-differences.md, with its reasons.
        Assert.InRange(equal, expected - 11, expected);
    }

    [Fact]
    public async Task Alerts_on_old_captures_are_those_of_falco()
    {
        string[] captures = ["cat_write", "curl_google", "empty", "open-multiple-files", "ping_sendto", "psp_run_as_user_65534_container", "psp_write_tmp_test", "syscall", "test_ipv6_client"];
        var all = 0;
        foreach (var capture in captures)
        {
            var theirs = Alerts(await File.ReadAllLinesAsync(SharedData.Path("falco", "expected", "alerts", $"{capture}.jsonl"), TestContext.Current.CancellationToken));
            // Falco's container plugin added its fields there.
            var ours = await ReplayAsync(SharedData.Path("falco", "captures", $"{capture}.scap"), [RecordedData.Path("falco", "expected", "simple_rules.yaml")], "append_output[].suggested_output=true");
            Assert.Equal(theirs, ours);
            all += ours.Count;
        }

        Assert.Equal(103, all);
    }

    [Fact]
    public async Task Upstream_rules_find_what_falco_finds()
    {
        string[] rules = ["falco_rules.yaml", "falco-incubating_rules.yaml", "falco-sandbox_rules.yaml"];
        foreach (var capture in Captures)
        {
            var ours = await ReplayAsync(Live(capture), [.. rules.Select(rule => SharedData.Path("falco", "rules", rule))]);
            var theirs = await File.ReadAllLinesAsync(SharedData.Path("falco", "expected", "alerts", $"{capture}.upstream.jsonl"), TestContext.Current.CancellationToken);
            Assert.Equal(Alerts(theirs), ours);
        }
    }

    [Fact]
    public async Task The_rules_of_the_users_document_find_a_read_of_the_password_file()
    {
        var ours = await ReplayAsync(Live("live-admin"), [Path.Combine(SharedData.ProjectRoot, "config", "rules", "00-macros.yaml"), RecordedData.Path("seed", "rules.yaml")]);
        Assert.Contains(ours, static alert =>
            alert.Contains("\"rule\":\"Read sensitive file untrusted\"", StringComparison.Ordinal) && alert.Contains("/etc/shadow", StringComparison.Ordinal));
    }

    private static string Live(string capture) => RecordedData.Path("falco", "captures", $"{capture}.scap");

    private static List<string> Alerts(IEnumerable<string> lines) => [.. lines.Where(static line => line.StartsWith('{'))];

    private static async Task<List<string>> ReplayAsync(string capture, string[] rules, params string[] settings)
    {
        using var folder = new TestFolder();
        folder.Write("detector.yaml", "json_output: true\nrules_files: []\n");
        await using var detector = ProcessRunner.Start(
            Programs.Path("saker-detector"),
            ["replay", capture, "--config", folder.File("detector.yaml"), .. rules.SelectMany(static rule => new[] { "--rules", rule }), .. settings.SelectMany(static setting => new[] { "-o", setting })],
            new Dictionary<string, string> { ["FALCO_HOSTNAME"] = "vm" });
        Assert.Equal(0, await detector.WaitForExitAsync(TimeSpan.FromMinutes(3)));
        return Alerts(detector.Lines);
    }
}
