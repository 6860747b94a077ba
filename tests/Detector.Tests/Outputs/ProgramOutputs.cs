using System.Globalization;
using System.Text;
using Saker.Detector.Outputs;

namespace Saker.Detector.Tests.Outputs;

/// <summary>Alerts on the standard input of real programs.</summary>
public sealed class ProgramOutputs : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("saker-").FullName;
    private readonly KeptLog log = new();

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Each_alert_has_a_process_of_its_own()
    {
        await using var output = Output($"cat >> {File("got")}; echo $$ >> {File("ids")}");
        await output.WriteAsync(When.Alert(1), TestContext.Current.CancellationToken);
        await output.WriteAsync(When.Alert(2), TestContext.Current.CancellationToken);
        Assert.Equal(["1", "2"], Lines("got"));
        Assert.Equal(2, Lines("ids").Distinct().Count());
        Assert.Equal(0, output.Restarts);
    }

    [Fact]
    public async Task A_program_that_fails_gives_the_alert_up_and_one_that_does_not_read_is_none_of_that()
    {
        await using var fails = Output("cat > /dev/null; exit 3");
        var refused = await Assert.ThrowsAsync<AlertRefusedException>(async () => await fails.WriteAsync(When.Alert(1), TestContext.Current.CancellationToken));
        Assert.Equal("the program ended with code 3.", refused.Message);
        await using var dies = Output("kill -9 $$");
        var killed = await Assert.ThrowsAsync<AlertRefusedException>(async () => await dies.WriteAsync(When.Alert(1), TestContext.Current.CancellationToken));
        Assert.Equal("the program ended with code 137 (signal 9).", killed.Message);
        await using var ignores = Output("exit 0");
        await ignores.WriteAsync(new AlertLine(new byte[1 << 20], IsJson: true), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_program_gets_signals_as_programs_expect_them()
    {
        // What the runtime ignores, such as SIGPIPE, a program must not.
        await using var output = Output($"grep SigIgn /proc/self/status > {File("ignored")}");
        await output.WriteAsync(When.Alert(1), TestContext.Current.CancellationToken);
        var ignored = ulong.Parse(Assert.Single(Lines("ignored")).Split('\t')[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        Assert.Equal(0UL, ignored & 0x7FFF_FFFF); // 32 and 33 are the C library's own
    }

    [Fact]
    public async Task One_process_takes_all_alerts_and_ends_when_its_input_does()
    {
        await using (var output = Output($"echo $$ >> {File("ids")}; cat > {File("got")}; echo end >> {File("ids")}", keepRunning: true))
        {
            for (var i = 0; i < 1000; i++)
            {
                await output.WriteAsync(When.Alert(i), TestContext.Current.CancellationToken);
            }
        }

        Assert.Equal(Enumerable.Range(0, 1000).Select(static number => $"{number}"), Lines("got"));
        Assert.Equal(2, Lines("ids").Length);
        Assert.Equal("end", Lines("ids")[1]);
    }

    [Fact]
    public async Task A_process_that_ends_is_started_again_with_pauses_and_no_alert_is_written_to_the_dead()
    {
        var output = Output($"read line; echo \"$line\" >> {File("got")}", keepRunning: true);
        await using var queue = Queue(output);
        for (var i = 0; i < 4; i++)
        {
            queue.Write(When.Alert(i));
            var wanted = i + 1;
            await When.IsAsync(() => Lines("got").Length == wanted && IsGone(output));
        }

        await When.IsAsync(() => queue.Written == 4); // the program may have its line before the queue has counted it
        Assert.Equal(["0", "1", "2", "3"], Lines("got"));
        Assert.Equal(3, queue.Restarts);
        Assert.Equal((4, 0, 0), (queue.Written, queue.Failed, queue.Dropped));

        bool IsGone(ProgramOutput program) => program.RunningId is not { } id || !System.IO.File.Exists($"/proc/{id}/status") || System.IO.File.ReadAllText($"/proc/{id}/status").Contains("zombie", StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_that_reads_nothing_blocks_its_own_queue_alone_and_is_killed_with_all_that_it_started()
    {
        var output = Output($"sleep 1000 & echo $! > {File("child")}; sleep 1000", keepRunning: true);
        var queue = new OutputQueue(output, new QueueSettings { Capacity = 10, Retries = true, SlowAfter = TimeSpan.FromMilliseconds(50) }, TimeProvider.System, log);
        await When.IsAsync(() =>
        {
            queue.Write(new AlertLine(new byte[30_000], IsJson: false));
            return queue.Dropped > 0;
        });
        await When.IsAsync(() => queue.IsFailing && System.IO.File.Exists(File("child")) && Lines("child").Length == 1);
        Assert.Contains(log.Lines, static line => line.Contains("Output program takes longer than 50 ms for an alert (output_timeout;", StringComparison.Ordinal));
        var child = int.Parse(Lines("child")[0], CultureInfo.InvariantCulture);
        Assert.True(IsAlive(child));
        await queue.DisposeAsync();
        await When.IsAsync(() => !IsAlive(child));
    }

    private static bool IsAlive(int id) => System.IO.File.Exists($"/proc/{id}/stat") && !System.IO.File.ReadAllText($"/proc/{id}/stat").Contains(") Z ", StringComparison.Ordinal);

    private static ProgramOutput Output(string command, bool keepRunning = false) => new(command, keepRunning, TimeProvider.System);

    private OutputQueue Queue(ProgramOutput output) => new(output, new QueueSettings { Capacity = 100, Retries = true }, TimeProvider.System, log);

    private string File(string name) => Path.Combine(folder, name);

    private string[] Lines(string name) => System.IO.File.Exists(File(name)) ? System.IO.File.ReadAllText(File(name), Encoding.UTF8).Split('\n', StringSplitOptions.RemoveEmptyEntries) : [];
}
