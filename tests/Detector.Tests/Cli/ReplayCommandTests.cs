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

    private static Task<int> RunAsync(string[] arguments) =>
        DetectorCommandLine.Create("/nowhere/detector.yaml").Parse(arguments).InvokeAsync(cancellationToken: TestContext.Current.CancellationToken);
}
