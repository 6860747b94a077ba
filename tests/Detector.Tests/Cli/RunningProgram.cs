using System.Diagnostics;
using Saker.Testing;

namespace Saker.Detector.Tests.Cli;

/// <summary>The program itself, with the signals and the outputs of a process.</summary>
public sealed class RunningProgram : IDisposable
{
    private const string Rules = "- {rule: opened, desc: d, condition: evt.type = openat, output: opened %fd.name, priority: NOTICE}\n";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly string folder = Directory.CreateTempSubdirectory("saker-").FullName;

    private static string Program => Path.Combine(SharedData.ProjectRoot, "artifacts", "bin", "Detector", "release", "saker-detector");

    private static string Capture => RecordedData.Path("falco", "captures", "live-files.scap");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task A_full_disk_is_told_and_the_closing_line_counts_by_output()
    {
        await using var run = Replay("-o", "stdout_output.enabled=false", "-o", "file_output.enabled=true", "-o", "file_output.filename=/dev/full");
        Assert.Equal(1, await run.WaitForExitAsync(Patience));
        Assert.Contains(run.Lines, static line => line.Contains("Output file does not take alerts: ", StringComparison.Ordinal));
        Assert.Matches(@"Stopped: \d+ events, (\d+) alerts, 0 events lost, \1 alerts left unwritten \(file: \1\)\.", Stopped(run));
    }

    [Fact]
    public async Task Standard_output_that_nobody_reads_any_more_counts_as_unwritten()
    {
        await using var run = ProcessRunner.Start("/bin/sh", ["-c", $"{{ {Program} replay {Capture} -r {WriteRules()}; echo code $? >&2; }} | head -n 1"]);
        await run.WaitForExitAsync(Patience);
        Assert.Contains("code 1", run.Lines);
        Assert.Contains(run.Lines, static line => line.Contains("Output stdout does not take alerts: whoever read standard output has closed it.", StringComparison.Ordinal));
        Assert.Matches(@"alerts left unwritten \(stdout: \d+\)\.", Stopped(run));
    }

    [Fact]
    public async Task A_replay_whose_router_is_dead_waits_for_it_and_stops_when_told_to()
    {
        var url = $"http://127.0.0.1:{LoopbackServer.ClosedPort()}/";
        await using var run = Replay("-o", "stdout_output.enabled=false", "-o", "http_output.enabled=true", "-o", $"http_output.url={url}", "-o", "outputs_queue.capacity=10");
        await run.WaitForLineAsync("nobody listens there.", Patience);
        run.Signal("TERM");
        Assert.Equal(1, await run.WaitForExitAsync(Patience));
        Assert.Matches(@"alerts left unwritten \(http: \d+\)\.", Stopped(run));
    }

    [Fact]
    public async Task A_second_interruption_stops_at_once()
    {
        var url = $"http://127.0.0.1:{LoopbackServer.ClosedPort()}/";
        await using var run = Replay("-o", "stdout_output.enabled=false", "-o", "http_output.enabled=true", "-o", $"http_output.url={url}");
        await run.WaitForLineAsync("nobody listens there.", Patience);
        var watch = Stopwatch.StartNew();
        run.Signal("INT");
        // Until the first has been taken, a second one may be the same one for the kernel.
        while (!run.HasExited && watch.Elapsed < Patience)
        {
            await Task.Delay(20, TestContext.Current.CancellationToken);
            run.Signal("INT");
        }

        Assert.Equal(130, await run.WaitForExitAsync(Patience));
        Assert.DoesNotContain(run.Lines, static line => line.Contains("Stopped: ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_hang_up_and_an_order_to_open_files_anew_end_nothing()
    {
        var url = $"http://127.0.0.1:{LoopbackServer.ClosedPort()}/";
        await using var run = Replay("-o", "stdout_output.enabled=false", "-o", "http_output.enabled=true", "-o", $"http_output.url={url}");
        await run.WaitForLineAsync("nobody listens there.", Patience);
        run.Signal("HUP");
        await run.WaitForLineAsync("A replay reads its configuration once; SIGHUP changes nothing.", Patience);
        run.Signal("USR1");
        await run.WaitForLineAsync("Files of outputs are opened anew.", Patience);
        run.Signal("TERM");
        Assert.Equal(1, await run.WaitForExitAsync(Patience));
    }

    [Fact]
    public async Task A_dry_run_says_whether_all_is_well_and_writes_no_alert()
    {
        await using var run = Replay("--dry-run");
        Assert.Equal(0, await run.WaitForExitAsync(Patience));
        Assert.Contains(run.Lines, static line => line.Contains("nothing was started (--dry-run)", StringComparison.Ordinal));
        Assert.DoesNotContain(run.Lines, static line => line.Contains("Notice opened", StringComparison.Ordinal));
    }

    private static string Stopped(ProcessRunner run) => run.Lines.Single(static line => line.Contains("Stopped: ", StringComparison.Ordinal));

    private string WriteRules()
    {
        var file = Path.Combine(folder, "rules.yaml");
        File.WriteAllText(file, Rules);
        return file;
    }

    private ProcessRunner Replay(params string[] more) => ProcessRunner.Start(Program, ["replay", Capture, "-r", WriteRules(), .. more]);
}
