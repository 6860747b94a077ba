using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Saker.Detector.Capture;
using Saker.Detector.Configuration;
using Saker.Detector.Drivers.ModernEbpf;
using Saker.Detector.Hosting;
using Saker.Settings;
using Saker.Testing;

namespace Saker.Detector.Kernel.Tests;

/// <summary>
/// The figures of docs/benchmarks.md, section Driver. Runs only when asked for:
/// <c>Detector.Kernel.Tests -explicit only -class Saker.Detector.Kernel.Tests.DriverLoad</c>.
/// </summary>
public sealed class DriverLoad(ITestOutputHelper output)
{
    private static readonly HashSet<int> OnlyClose = [6];

    [Fact(Explicit = true)]
    public void Idle()
    {
        Live.Require();
        using var source = new ModernEbpfSource();
        // Nobody makes this call: what is left is the looking at the rings.
        source.Start(new() { SystemCalls = new HashSet<int> { GenericCalls.All.Single(call => call.Name == "uselib").Code } });
        Measure(source, TimeSpan.FromSeconds(5), () => true);
    }

    [Fact(Explicit = true)]
    public void Two_hundred_thousand_events_per_second_for_ten_seconds()
    {
        Live.Require();
        using var source = new ModernEbpfSource();
        source.Start(new() { SystemCalls = OnlyClose });
        using var load = Process.Start(new ProcessStartInfo(Programs.Acts, ["load", "/tmp"]) { RedirectStandardOutput = true })!;
        Measure(source, TimeSpan.FromSeconds(20), () => !load.HasExited);
        load.WaitForExit();
        output.WriteLine($"load: {load.StandardOutput.ReadToEnd().ReplaceLineEndings(" ")}");
        Assert.Equal(0, source.Statistics.Dropped);
    }

    /// <summary>
    /// The whole detector in this process, with <c>falco_rules.yaml</c>, at 200,000 calls per second. Collections are forced,
    /// for it makes too little garbage to bring any about.
    /// </summary>
    [Fact(Explicit = true)]
    public async Task Longest_pause_of_garbage_collection_under_load()
    {
        Live.Require();
        var rules = SharedData.Path("falco", "rules", "falco_rules.yaml");
        var configuration = new DetectorConfiguration(
            new DetectorOptions { RulesFiles = [rules], StdoutOutput = new() { Enabled = false } }, new ConfigFaults(), "/");
        using var stop = new CancellationTokenSource();
        using var load = Process.Start(new ProcessStartInfo(Programs.Acts, ["load", "/tmp"]) { RedirectStandardOutput = true })!;
        var detector = new DetectorHost(configuration, [], TimeProvider.System, NullLogger.Instance).RunAsync(stop.Token);
        var pauses = new List<double>();
        while (!load.HasExited)
        {
            await Task.Delay(500, TestContext.Current.CancellationToken);
            GC.Collect();
            pauses.Add(GC.GetGCMemoryInfo(GCKind.FullBlocking).PauseDurations[0].TotalMilliseconds);
        }

        await stop.CancelAsync();
        Assert.Equal(0, await detector);
        output.WriteLine($"{pauses.Count} full blocking collections, pauses {pauses.Min():F1} to {pauses.Max():F1} ms, heap {GC.GetTotalMemory(false) >> 20} MiB");
    }

    private void Measure(ModernEbpfSource source, TimeSpan longest, Func<bool> goesOn)
    {
        using var self = Process.GetCurrentProcess();
        var batch = new RawEvent[256];
        // What is compiled and loaded at the first call does not count.
        _ = source.Read(batch, TimeSpan.FromMilliseconds(500));
        source.Release();
        self.Refresh();
        var before = self.TotalProcessorTime;
        var clock = Stopwatch.StartNew();
        long events = 0;
        while (clock.Elapsed < longest && goesOn())
        {
            events += source.Read(batch, TimeSpan.FromMilliseconds(100));
            source.Release();
        }

        self.Refresh();
        var used = (self.TotalProcessorTime - before).TotalSeconds;
        output.WriteLine($"{clock.Elapsed.TotalSeconds:F1} s, {events} events, {events / clock.Elapsed.TotalSeconds:F0} per second, reader {100 * used / clock.Elapsed.TotalSeconds:F2} % of a CPU, dropped {source.Statistics.Dropped}");
    }
}
