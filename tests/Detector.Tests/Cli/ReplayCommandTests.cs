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
        var capture = SharedData.Path("falco", "captures", "live-files.scap");
        Assert.Equal(0, await RunAsync(["replay", capture, "--rules", rules, .. more]));
        Assert.Matches("^[0-9:.]+: Notice opened ", (await File.ReadAllLinesAsync(alerts, TestContext.Current.CancellationToken))[0]);
    }

    [Fact]
    public async Task A_configuration_that_is_named_must_be_there()
    {
        var capture = SharedData.Path("falco", "captures", "live-files.scap");
        Assert.Equal(1, await RunAsync(["replay", capture, "--rules", folder, "--config", Path.Combine(folder, "none.yaml")]));
    }

    private static Task<int> RunAsync(string[] arguments) =>
        DetectorCommandLine.Create("/nowhere/detector.yaml").Parse(arguments).InvokeAsync(cancellationToken: TestContext.Current.CancellationToken);
}
