using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Saker.Detector.Kernel.Tests;

/// <summary>Programs that the tests build and run.</summary>
internal static class Programs
{
    // One that does not end is killed, and fails for that.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private static readonly Lazy<string> LazyActs = new(() => Compile("acts"));
    private static readonly Lazy<string> LazyOpens = new(() => Compile("opens"));
    private static readonly Lazy<string> LazyCalls = new(() => Compile("calls"));
    private static readonly Lazy<string> LazyTruths = new(() => Compile("truths"));

    /// <summary>acts.c, compiled once.</summary>
    public static string Acts => LazyActs.Value;

    /// <summary>opens.c, compiled once.</summary>
    public static string Opens => LazyOpens.Value;

    /// <summary>calls.c, compiled once.</summary>
    public static string Calls => LazyCalls.Value;

    /// <summary>truths.c, compiled once.</summary>
    public static string Truths => LazyTruths.Value;

    /// <summary>The folder of this project's sources.</summary>
    public static string Folder([CallerFilePath] string here = "") => Path.GetDirectoryName(here)!;

    /// <summary>The folder of the driver's sources.</summary>
    public static string Driver => Path.GetFullPath(Path.Combine(Folder(), "../../src/Detector/Drivers/ModernEbpf"));

    public static bool Exists(string program) =>
        Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(folder => File.Exists(Path.Combine(folder, program)));

    /// <summary>Runs a program to its end, which must be a success unless it was told to fail, and returns what it printed.</summary>
    public static string Run(string program, params string[] arguments)
    {
        var (code, printed, errors) = RunToEnd(program, arguments);
        Assert.True(code == 0, $"{program} {string.Join(' ', arguments)} failed: {errors}{printed}");
        return printed;
    }

    /// <summary>Runs a program to its end, and returns its exit code with everything that it printed.</summary>
    public static (int Code, string Printed) TryRun(string program, params string[] arguments)
    {
        var (code, printed, errors) = RunToEnd(program, arguments);
        return (code, printed + errors);
    }

    private static (int Code, string Printed, string Errors) RunToEnd(string program, string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        using var limit = new Timer(_ => process.Kill(entireProcessTree: true), null, Patience, Timeout.InfiniteTimeSpan);
        var errors = process.StandardError.ReadToEndAsync();
        var printed = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
#pragma warning disable VSTHRD002 // The process has ended, so its output is complete.
        return (process.ExitCode, printed, errors.Result);
#pragma warning restore VSTHRD002
    }

    private static string Compile(string name)
    {
        var program = Path.Combine(AppContext.BaseDirectory, name);
        Run("gcc", "-O1", "-o", program, Path.Combine(Folder(), name + ".c"), "-lpthread");
        return program;
    }
}
