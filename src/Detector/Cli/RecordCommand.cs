using System.CommandLine;
using Saker.Detector.Capture;
using Saker.Detector.Configuration;
using Saker.Detector.Drivers.ModernEbpf;
using Saker.Detector.Engine;
using Saker.Detector.Hosting;
using Saker.Detector.Scap;
using Saker.Detector.State;
using Saker.Detector.Telemetry;

namespace Saker.Detector.Cli;

/// <summary><c>saker-detector record</c>: writes what the driver delivers into a capture.</summary>
internal static partial class RecordCommand
{
    public static Command Create(Func<ParseResult, CancellationToken, Func<DetectorConfiguration, IReadOnlyList<string>, ILogger, CancellationToken, Task<int>>, Task<int>> run)
    {
        var file = new Argument<string>("FILE") { Description = "The capture to write; gzipped when its name ends in .gz. An older one is replaced." };
        var seconds = RunLimits.Seconds("Ends after that time; without it, Ctrl-C ends the recording.", "-s");
        var process = new Option<long>("--process", "-p")
        {
            Description = "Records only this process and what it starts.",
            HelpName = "PID",
        };
        var all = new Option<bool>("--all") { Description = "Records every system call, and not only those that the rules and the state need." };
        var command = new Command(
            "record",
            "Writes what the driver delivers, and what is known of the machine, into a capture for 'replay' and for other tools that read .scap files. A capture holds command lines, environments and data: keep it as you keep secrets.")
        {
            file, seconds, process, all,
        };
        command.SetAction((result, stop) => run(result, stop, async (configuration, rules, logger, token) =>
        {
            var wanted = new Recording(result.GetValue(file)!, result.GetValue(process), result.GetValue(all), rules, result.GetValue(seconds));
            return await RecordAsync(wanted, configuration, logger, token);
        }));
        return command;
    }

    private static async Task<int> RecordAsync(Recording wanted, DetectorConfiguration configuration, ILogger logger, CancellationToken stop)
    {
        var options = configuration.Options;
        if (Calls(wanted, configuration, logger) is not { } calls)
        {
            return 1;
        }

        using var state = new MachineState(maxThreads: options.FalcoLibs.ThreadTableSize);
        using var source = new ModernEbpfSource();
        try
        {
            // Before the driver begins, for what it brings meanwhile would have to be kept.
            await using var containers = await ContainerWatch.StartAsync(options.ContainerEngines, state, HostRoot.OfThisProcess(), TimeProvider.System, logger);
            source.Start(DetectorPlan.SourceFor(options, calls));
            HostState.Connect(state, TimeProvider.System).ScanAll(state);
            if (wanted.Process != 0 && state.Threads.Find(wanted.Process) is null)
            {
                throw new EventSourceException($"There is no process {wanted.Process} (--process).");
            }

            await using var target = Create(wanted.File);
            using var capture = new CaptureWriter(target, wanted.File.EndsWith(".gz", StringComparison.Ordinal));
            capture.Machine(MachineFacts.Read().AsCaptured());
            Log.Recording(logger, wanted.File, calls.Count, state.Threads.Count);
            var recorder = new CaptureRecorder(source, state, capture, wanted.Process, TimeProvider.System, containers);
            using var limited = CancellationTokenSource.CreateLinkedTokenSource(stop);
            if (wanted.Seconds is { } time)
            {
                limited.CancelAfter(TimeSpan.FromSeconds(time));
            }

            // A thread of its own: the recorder waits in the kernel.
            await Task.Factory.StartNew(() => recorder.Run(limited.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            if (recorder.Missing > TimeSpan.Zero)
            {
                Log.EndsEarly(logger, recorder.Missing.TotalSeconds);
            }

            if (recorder.Cut > 0)
            {
                Log.Cut(logger, recorder.Cut);
            }

            Log.Recorded(logger, recorder.Written, recorder.Containers, capture.Bytes, wanted.File, source.Statistics.Dropped);
            return 0;
        }
        catch (Exception exception) when (exception is EventSourceException or IOException or UnauthorizedAccessException)
        {
            Log.CannotRecord(logger, exception.Message);
            return 1;
        }
    }

    /// <summary>The system calls to ask for; null after mistakes in the rules, which were told.</summary>
    private static IReadOnlySet<int>? Calls(Recording wanted, DetectorConfiguration configuration, ILogger logger)
    {
        if (wanted.All)
        {
            return InterestSet.For(null);
        }

        var calls = EventStream.OfSystemCalls(InterestSet.Deliverable);
        return RuleLoading.Load(configuration, wanted.Rules, [calls], logger) is { } rules
            ? InterestSet.For(calls.EventsOf(rules), configuration.Options.BaseSyscalls)
            : null;
    }

    // Environments and data of all processes: for the owner alone.
    private static FileStream Create(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new FileStream(path, options);
    }

    private sealed record Recording(string File, long Process, bool All, IReadOnlyList<string> Rules, double? Seconds);

    private static partial class Log
    {
        [LoggerMessage(1401, LogLevel.Information, "Recording into {File}: {Calls} system calls asked for, {Threads} threads known. Ctrl-C ends it.")]
        public static partial void Recording(ILogger logger, string file, int calls, int threads);

        [LoggerMessage(1402, LogLevel.Information, "Recorded: {Events} events, {Containers} containers known at the start, {Bytes} bytes before compression, in {File}; {Lost} events lost.")]
        public static partial void Recorded(ILogger logger, long events, int containers, long bytes, string file, long lost);

        [LoggerMessage(1403, LogLevel.Error, "Cannot record: {Reason}")]
        public static partial void CannotRecord(ILogger logger, string reason);

        [LoggerMessage(1405, LogLevel.Warning, "{Texts} texts of the processes' list were longer than a capture may hold (1,023 bytes of a path, 4,096 of arguments, environment or cgroups) and are cut in it.")]
        public static partial void Cut(ILogger logger, long texts);

        [LoggerMessage(1404, LogLevel.Warning, "More waited to be written at the stop than could be: the recording ends {Seconds:0.0} seconds before it.")]
        public static partial void EndsEarly(ILogger logger, double seconds);
    }
}
