using Saker.Router.Delivery;
using Saker.Router.Log;
using Saker.Router.Options;
using Saker.Router.Routing;
using Saker.Router.Telemetry;
using Saker.Settings;

namespace Saker.Router.Hosting;

/// <summary>The router behind its entrance: where alerts are kept, and what delivers them.</summary>
internal sealed class AlertKeeping
{
    public required DataDirectory Directory { get; init; }

    public required SegmentLog Log { get; init; }

    public required DeadLetters Letters { get; init; }

    public required DeliveryEngine Delivery { get; init; }

    public required RouterMetrics Metrics { get; init; }

    /// <summary>Opens what is kept, and goes on delivering it.</summary>
    /// <exception cref="IOException">The data directory cannot be used; the message says why.</exception>
    /// <exception cref="DataDirectoryException">The same.</exception>
    public static AlertKeeping Open(Parts parts, RouterOptions options, string? dataDirectory, List<RoutedOutput> outputs, ILoggerFactory loggers, ILogger logger, TimeProvider clock)
    {
        var (place, kept) = PlaceOf(options, dataDirectory, logger);
        var directory = parts.Add(DataDirectory.Open(place.Path));
        var log = parts.Add(SegmentLog.Open(directory.Files, directory.Log, LogOptions(kept), clock, loggers.CreateLogger<SegmentLog>()));
        var metrics = new RouterMetrics(EventLabels.Create(options, static _ => { }), options.Prometheus.MaxLabelValues, clock);
        var letters = parts.Add(DeadLetters.Open(
            directory.Files, directory.DeadLetters, kept.Delivery.DeadLetterSize.Bytes, DeadLetterReserve(kept), kept.Delivery.Durability, clock, loggers.CreateLogger<SegmentLog>()));
        var cursors = new CursorStore(directory.Files, directory.Cursors, loggers.CreateLogger<CursorStore>());
        var delivery = parts.Add(new DeliveryEngine(
            log, letters, cursors, outputs.Select(static output => output.Delivery), DeliveryOptions(kept.Delivery), clock, loggers.CreateLogger<DeliveryEngine>()));
        parts.Add(new DeliveryMetrics(metrics, delivery, log));
        delivery.Start();
        return new AlertKeeping { Directory = directory, Log = log, Letters = letters, Delivery = delivery, Metrics = metrics };
    }

    // In memory the sizes are fitted to what there is.
    private static (DataPlace Place, RouterOptions Kept) PlaceOf(RouterOptions options, string? dataDirectory, ILogger logger)
    {
        var place = dataDirectory is null
            ? DefaultDataDirectory.Choose(options.Delivery.Durability, DefaultDataDirectory.Places)
            : new DataPlace(dataDirectory, DataPlaceKind.Lasting);
        switch (place.Kind)
        {
            case DataPlaceKind.Temporary:
                RunLog.TemporaryDirectory(logger, place.Path);
                return (place, options);
            case DataPlaceKind.Memory:
                var bytes = new DriveInfo(place.Path).TotalSize;
                RunLog.MemoryDirectory(logger, place.Path, new ByteSize(bytes));
                return (place, MemoryBounds.Fit(options, bytes));
            default:
                return (place, options);
        }
    }

    private static DeliveryOptions DeliveryOptions(DeliverySettings settings) => new()
    {
        DrainTimeout = settings.DrainTimeout,
        GiveUpAfter = settings.GiveUpAfter,
        BacklogBytes = settings.Backlog.Bytes,
        BacklogAge = settings.BacklogAge,
        OrphanAfter = settings.OrphanAfter,
        RefuseWhenFull = settings.WhenFull == "refuse",
        AttemptTimeout = settings.AttemptTimeout,
    };

    /// <summary>Bytes that dead letters leave free: they go on in the reserve that the alerts leave, down to what the positions need.</summary>
    internal static long DeadLetterReserve(RouterOptions options) => options.Log.FreeSpaceReserve.Bytes / 4;

    private static SegmentLogOptions LogOptions(RouterOptions options) => new()
    {
        Durability = options.Delivery.Durability,
        SegmentBytes = options.Log.SegmentSize.Bytes,
        FreeSpaceReserve = options.Log.FreeSpaceReserve.Bytes,
        HistoryAge = options.Log.History,
        HistoryBytes = options.Log.HistorySize.Bytes,
        AnswersInPlace = true, // the one way in is AlertIntake, whose callers write an answer of some bytes
    };
}
