using System.Globalization;
using Saker.Alerts;
using Saker.Detector.Alerting;
using Saker.Detector.Capture;
using Saker.Detector.Configuration;
using Saker.Detector.Outputs;

namespace Saker.Detector.Engine;

/// <summary>Does what the configuration wants when events are lost: sends an alert, or ends the detector. Not more often than it may.</summary>
internal sealed class DropActions(DetectorOptions options, string hostname, IReadOnlyList<OutputQueue> outputs, TimeProvider clock, ILogger logger)
{
    private const string Rule = "Falco internal: syscall event drop";

    private readonly SyscallEventDropsOptions settings = options.SyscallEventDrops;
    private readonly InternalAlert alert = new(options, hostname);
    private double tokens = options.SyscallEventDrops.MaxBurst;
    private long refilled = clock.GetTimestamp();

    /// <summary>Whether the detector is to end, because events were lost.</summary>
    public bool MustExit { get; private set; }

    /// <summary>To be called about every second with the counters of now and of the call before.</summary>
    public void Check(in SourceStatistics now, in SourceStatistics before)
    {
        var dropped = now.Dropped - before.Dropped + (settings.SimulateDrops ? 1 : 0);
        var seen = Math.Max(now.Seen - before.Seen, 1);
        if (dropped <= 0 || (!settings.SimulateDrops && (double)dropped / seen <= settings.Threshold) || !TakeToken())
        {
            return;
        }

        if (settings.Actions.Contains("alert"))
        {
            var line = alert.Format(
                Rule,
                string.Create(CultureInfo.InvariantCulture, $"{Rule}. {dropped} system calls dropped in last second."),
                Priority.Debug,
                Fields(dropped, now, before),
                clock.GetUtcNow());
            foreach (var output in outputs)
            {
                output.Write(line);
            }
        }

        if (settings.Actions.Contains("exit"))
        {
            EngineMessages.ExitOnDrops(logger, dropped);
            MustExit = true;
        }
    }

    // Falco's names, in texts as it writes them.
    private static KeyValuePair<string, object>[] Fields(long dropped, in SourceStatistics now, in SourceStatistics before)
    {
        return
        [
            Field("ebpf_enabled", 1),
            Field("n_drops", dropped),
            Field("n_drops_buffer_total", now.DroppedRingFull - before.DroppedRingFull),
            Field("n_drops_bug", now.DroppedOther - before.DroppedOther),
            Field("n_drops_busy", now.DroppedBusy - before.DroppedBusy),
            Field("n_drops_scratch_map", now.DroppedTooLarge - before.DroppedTooLarge),
            Field("n_evts", now.Seen - before.Seen),
        ];

        static KeyValuePair<string, object> Field(string name, long value) => new(name, value.ToString(CultureInfo.InvariantCulture));
    }

    private bool TakeToken()
    {
        var now = clock.GetTimestamp();
        tokens = Math.Min(settings.MaxBurst, tokens + (clock.GetElapsedTime(refilled, now).TotalSeconds * settings.Rate));
        refilled = now;
        if (tokens < 1)
        {
            return false;
        }

        tokens--;
        return true;
    }
}
