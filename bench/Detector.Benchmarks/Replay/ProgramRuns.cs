using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Saker.Detector.Benchmarks.Replay;

/// <summary>Runs of the published program from its start to its end: what a single replay costs.</summary>
internal static partial class ProgramRuns
{
    private const int Runs = 5;
    private const int OfChildren = -1; // RUSAGE_CHILDREN

    /// <summary>CPU seconds (user and system) and peak resident memory of a replay, the median of five runs.</summary>
    /// <param name="program">The program.</param>
    /// <param name="capture">The capture.</param>
    /// <param name="rules">Rule files; none for no rules.</param>
    /// <exception cref="InvalidOperationException">The program failed.</exception>
    public static async Task<(double Seconds, double Megabytes)> MeasureAsync(string program, string capture, IReadOnlyList<string> rules)
    {
        var folder = Directory.CreateTempSubdirectory("saker-replay").FullName;
        try
        {
            var config = Path.Combine(folder, "detector.yaml");
            await File.WriteAllTextAsync(config, "json_output: true\nlog_stderr: false\nrules_files: [rules.yaml]\nstdout_output:\n  enabled: true\n");
            await File.WriteAllTextAsync(Path.Combine(folder, "rules.yaml"), "[]\n");
            string[] arguments = ["replay", capture, "--config", config, .. rules.SelectMany(static file => (string[])["--rules", file])];
            var seconds = new double[Runs];
            var peaks = new double[Runs];
            for (var i = 0; i < Runs; i++)
            {
                (seconds[i], peaks[i]) = await RunAsync(program, arguments);
            }

            return (seconds.Order().ElementAt(Runs / 2), peaks.Order().ElementAt(Runs / 2));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<(double Seconds, double Megabytes)> RunAsync(string program, string[] arguments)
    {
        var before = SecondsOfChildren();
        using var child = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        var output = child.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
        double peak = 0;
        while (!child.HasExited)
        {
            peak = Math.Max(peak, PeakOf(child.Id));
            await Task.Delay(5);
        }

        await output;
        await child.WaitForExitAsync();
        if (child.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} ended with {child.ExitCode}.");
        }

        return (SecondsOfChildren() - before, peak);
    }

    // The kernel keeps the peak itself, so only what the last milliseconds added is missed.
    private static double PeakOf(int pid)
    {
        try
        {
            string? line = File.ReadLines($"/proc/{pid}/status").FirstOrDefault(static line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
            return line is null ? 0 : double.Parse(line["VmHWM:".Length..^"kB".Length], CultureInfo.InvariantCulture) / 1024;
        }
        catch (IOException)
        {
            return 0; // it ended meanwhile
        }
    }

    private static double SecondsOfChildren()
    {
        if (GetUsage(OfChildren, out var usage) != 0)
        {
            throw new InvalidOperationException($"getrusage failed: {Marshal.GetLastPInvokeError()}.");
        }

        return usage.UserSeconds + usage.SystemSeconds + (usage.UserMicroseconds + usage.SystemMicroseconds) / 1e6;
    }

    [LibraryImport("libc", EntryPoint = "getrusage", SetLastError = true)]
    private static partial int GetUsage(int who, out Usage usage);

    /// <summary>The times at the start of <c>struct rusage</c>, which has 144 bytes.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 144)]
    private struct Usage
    {
        public long UserSeconds;
        public long UserMicroseconds;
        public long SystemSeconds;
        public long SystemMicroseconds;
    }
}
