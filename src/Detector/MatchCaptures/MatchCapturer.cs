using Saker.Detector.Capture;
using Saker.Detector.Configuration;
using Saker.Detector.Events;
using Saker.Detector.Outputs;
using Saker.Detector.Scap;
using Saker.Detector.State;
using Saker.Rules;

namespace Saker.Detector.MatchCaptures;

/// <summary>
/// Begins, extends and ends captures around matches. A match while one is going extends it, if it is to last longer than what there is
/// of it. For the event thread, which only copies; while no capture is going it costs a look at <see cref="IsGoing"/>.
/// </summary>
internal sealed partial class MatchCapturer : IDisposable
{
    /// <summary>After one that could not be written, none is begun for so long: to write what is known of a machine costs something.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    private const ulong Millisecond = 1_000_000;

    // Longer than a source holds events back to bring them into order.
    private const ulong Slack = 500 * Millisecond;
    private static readonly TimeSpan WritePatience = TimeSpan.FromSeconds(10);

    private readonly CaptureOptions options;
    private readonly CaptureFolder folder;
    private readonly CapturePipe pipe;
    private readonly CaptureFileWriter files;
    private readonly LastingTrouble refusals;
    private readonly MachineState state;
    private readonly CapturedMachine machine;
    private readonly bool isLive;
    private readonly ulong holding;
    private readonly TimeProvider clock;
    private readonly ILogger logger;
    private MatchCapture? current;
    private CaptureWriter? writer;
    private long failedAt;
    private bool isPausing;
    private bool isDisposed;

    /// <param name="options">What is captured.</param>
    /// <param name="prefix">How files' paths begin; absolute.</param>
    /// <param name="state">What is known of the machine.</param>
    /// <param name="machine">The machine.</param>
    /// <param name="isLive">Whether events come from this machine now; else their source can wait.</param>
    /// <param name="longestHold">How long it may take until a match is certain.</param>
    /// <param name="clock">The time.</param>
    /// <param name="logger">Told of files, and of what could not be written.</param>
    public MatchCapturer(CaptureOptions options, string prefix, MachineState state, CapturedMachine machine, bool isLive, TimeSpan longestHold, TimeProvider clock, ILogger logger)
    {
        this.options = options;
        this.state = state;
        this.machine = machine;
        this.isLive = isLive;
        this.clock = clock;
        this.logger = logger;
        // The answer comes with the next batch of events, or a little later.
        holding = longestHold > TimeSpan.Zero ? (ulong)(2 * longestHold.TotalMilliseconds * Millisecond) : 0;
        refusals = new LastingTrouble(clock);
        folder = new CaptureFolder(prefix, options.MaxFiles, (long)options.MaxTotalSizeMb << 20);
        pipe = new CapturePipe((long)options.BufferMb << 20, waits: !isLive);
        files = new CaptureFileWriter(pipe, folder, (long)options.MaxFileSizeMb << 20, Counters, clock, logger);
    }

    /// <summary>What became of captures.</summary>
    public CaptureCounters Counters { get; } = new();

    /// <summary>Whether a capture is going.</summary>
    public bool IsGoing => current is not null;

    /// <summary>Ends a capture whose time is over.</summary>
    /// <param name="time">The time of the event that is to be looked at next.</param>
    public void Before(ulong time)
    {
        if (current is { } capture && time >= capture.Deadline && capture.Events > 0)
        {
            End("as its time was over");
        }
    }

    /// <summary>A rule has matched. The event is to be given to <see cref="Add"/> afterwards.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="time">The event's time, nanoseconds since 1970.</param>
    /// <param name="number">The event's number.</param>
    public void Matched(Rule rule, ulong time, long number)
    {
        if (IsWanted(rule) && (current is not null || TryBegin(rule, time, number)))
        {
            current!.IsConfirmed = true;
            Extend(time, DurationOf(rule));
        }
    }

    /// <summary>A rule matches, or may: that will be known when a runtime has answered. If it does not, the capture is discarded.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="time">The event's time, nanoseconds since 1970.</param>
    /// <param name="number">The event's number.</param>
    public void MayMatch(Rule rule, ulong time, long number)
    {
        if (IsWanted(rule) && (current is not null || TryBegin(rule, time, number)))
        {
            Extend(time, holding);
        }
    }

    /// <summary>Puts an event into the capture that is going.</summary>
    /// <param name="view">The event.</param>
    /// <param name="frame">What belongs to it.</param>
    /// <param name="raw">Its bytes.</param>
    public void Add(in EventView view, EventFrame frame, in RawEvent raw)
    {
        var capture = current!;
        if (capture.IsOver)
        {
            End(capture.HasFailed ? "as it could not be written" : "as its file is as large as it may be");
            return;
        }

        if (frame.Thread is { } thread && thread.ScannedAt > view.Timestamp)
        {
            return; // the lists hold what it did
        }

        if (!pipe.TryReserve(CaptureWriter.LengthOf(raw)))
        {
            capture.Dropped++;
            Counters.EventsDropped++;
            return;
        }

        writer!.Event(raw);
        capture.Events++;
        Counters.Events++;
    }

    /// <summary>To be called between two batches: on a machine that has fallen silent no event tells that the time is over.</summary>
    public void AfterBatch()
    {
        if (current is { } capture && isLive && clock.GetUtcNow() is var now && (ulong)(now - DateTimeOffset.UnixEpoch).Ticks * 100 >= Later(capture.Deadline, Slack))
        {
            End("as its time was over");
        }
    }

    /// <summary>No event comes any more.</summary>
    public void Finish()
    {
        if (current is not null)
        {
            End("with the events");
        }
    }

    /// <summary>Waits until everything is written.</summary>
    public void Dispose()
    {
        if (isDisposed)
        {
            return;
        }

        isDisposed = true;
        Finish();
        pipe.Complete();
        if (files.Join(WritePatience))
        {
            files.Dispose();
            pipe.Release();
            pipe.Dispose();
        }
        else
        {
            Log.Unwritten(logger, WritePatience.TotalSeconds, CaptureFolder.Unfinished);
        }
    }

    private static ulong Later(ulong time, ulong duration) => time > ulong.MaxValue - duration ? ulong.MaxValue : time + duration;

    private bool IsWanted(Rule rule) => rule.Capture || options.Mode == CaptureMode.AllRules;

    private ulong DurationOf(Rule rule)
    {
        // As in Falco, none is the default.
        var milliseconds = rule.CaptureDuration is { } own and > 0 ? own : (ulong)options.DefaultDuration;
        return milliseconds > ulong.MaxValue / Millisecond ? ulong.MaxValue : milliseconds * Millisecond;
    }

    private void Extend(ulong time, ulong duration) => current!.Deadline = Math.Max(current.Deadline, Later(time, duration));

    private bool TryBegin(Rule rule, ulong time, long number)
    {
        if (isPausing && clock.GetElapsedTime(failedAt) < Pause)
        {
            Counters.Refused++;
            return false;
        }

        isPausing = false;
        files.Start();
        var next = new MatchCapture(folder.PathOf(time, number), rule.Name, number);
        current = next;
        pipe.Begin(next);
        writer = new CaptureWriter(pipe);
        writer.Machine(machine);
        new StateListWriter(writer).Write(state);
        ContainerListWriter.Write(writer, state, time);
        pipe.Cut(); // events begin a portion, so that it can be left out whole
        if (!pipe.IsOverflowing)
        {
            return true;
        }

        next.IsRefused = true;
        Counters.Refused++;
        if (refusals.Add(out var count))
        {
            Log.NoRoom(logger, options.BufferMb, rule.Name, number, count);
        }

        End("");
        PauseNow();
        return false;
    }

    private void End(string ending)
    {
        var capture = current!;
        capture.Ending = ending;
        if (capture.HasFailed)
        {
            PauseNow();
        }

        pipe.End();
        (current, writer) = (null, null);
    }

    private void PauseNow()
    {
        isPausing = true;
        failedAt = clock.GetTimestamp();
    }

    private static partial class Log
    {
        [LoggerMessage(1421, LogLevel.Warning, "No capture for rule '{Rule}' and event {Number}: what is known of the machine does not fit into the {Megabytes} megabytes that may wait to be written (capture.buffer_mb; {Count} times since this was told last).")]
        public static partial void NoRoom(ILogger logger, int megabytes, string rule, long number, long count);

        [LoggerMessage(1422, LogLevel.Warning, "A capture was not written within {Seconds} seconds; what there is of it is in a file that ends in {Unfinished}.")]
        public static partial void Unwritten(ILogger logger, double seconds, string unfinished);
    }
}
