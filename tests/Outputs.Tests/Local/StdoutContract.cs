using System.Diagnostics;
using System.IO.Pipes;
using Microsoft.Win32.SafeHandles;
using Saker.Files;
using Saker.Outputs.Local;
using Saker.Outputs.Local.Stdout;
using Saker.Outputs.Testing;

namespace Saker.Outputs.Tests.Local;

public sealed class StdoutContract() : LocalOutputContract(Registrations.Of("stdout")), IDisposable
{
    private readonly string file = Path.GetTempFileName();

    protected override IReadOnlyDictionary<string, string?> MinimalConfig => new Dictionary<string, string?> { ["enabled"] = "true" };

    public void Dispose() => File.Delete(file);

    [Fact]
    public async Task A_line_is_readable_and_draws_nothing_on_the_terminal()
    {
        await using var output = new StdoutOutput(new StdoutOptions(), new LineWriter(SystemFile.OpenToAppend(file)));
        await output.DeliverAsync([SampleAlerts.Full with { Output = "red \u001b[31m\nnext" }], TestContext.Current.CancellationToken);
        Assert.Equal("2026-11-23T19:18:08.831Z Warning       Terminal shell in container  red  [31m next\n", await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Parallel_alerts_are_whole_lines()
    {
        await using var output = new StdoutOutput(new StdoutOptions { Format = "json" }, new LineWriter(SystemFile.OpenToAppend(file)));
        await Parallel.ForAsync(0, 64, async (_, token) => await output.DeliverAsync([SampleAlerts.Full], token));
        var lines = await File.ReadAllLinesAsync(file, TestContext.Current.CancellationToken);
        Assert.Equal(64, lines.Length);
        Assert.Single(lines.Distinct());
    }

    [Fact]
    public async Task A_closed_pipe_is_a_failing_output()
    {
        using var pipe = new AnonymousPipeServerStream(PipeDirection.Out);
        using var end = new SafeFileHandle(pipe.SafePipeHandle.DangerousGetHandle(), ownsHandle: false);
        await using var output = new StdoutOutput(new StdoutOptions(), new LineWriter(end));
        Assert.Equal(DeliveryStatus.Delivered, (await output.DeliverAsync([SampleAlerts.Full], TestContext.Current.CancellationToken))[0].Status);
        pipe.ClientSafePipeHandle.Dispose();
        var result = (await output.DeliverAsync([SampleAlerts.Full], TestContext.Current.CancellationToken))[0];
        Assert.Equal((DeliveryStatus.Retry, "standard output: it cannot be written: its reader is gone"), (result.Status, result.Reason));
    }

    [Fact]
    public async Task A_reader_that_stands_still_holds_nobody_beyond_the_attempt()
    {
        using var pipe = new AnonymousPipeServerStream(PipeDirection.Out);
        using var end = new SafeFileHandle(pipe.SafePipeHandle.DangerousGetHandle(), ownsHandle: false);
        await using var output = new StdoutOutput(new StdoutOptions(), new LineWriter(end));
        var large = SampleAlerts.Full with { Output = new string('x', 1 << 20) };
        using var attempt = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        var begun = Stopwatch.GetTimestamp();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await output.DeliverAsync([large], attempt.Token));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await output.DeliverAsync([large], attempt.Token));
        Assert.InRange(Stopwatch.GetElapsedTime(begun), TimeSpan.Zero, TimeSpan.FromSeconds(60));
        pipe.ClientSafePipeHandle.Dispose(); // ends the write
    }
}
