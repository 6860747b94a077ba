using Saker.Router.Configuration;
using Saker.Router.Delivery;
using Saker.Router.Log;

namespace Saker.Router.Cli;

/// <summary>Hands the configuration's settings to log and delivery.</summary>
internal static class RouterSettings
{
    public static SegmentLogOptions Log(RouterOptions options) => new()
    {
        Durability = options.Delivery.Durability,
        SegmentBytes = options.Log.SegmentSize.Bytes,
        FreeSpaceReserve = options.Log.FreeSpaceReserve.Bytes,
        HistoryAge = options.Log.History,
        HistoryBytes = options.Log.HistorySize.Bytes,
    };

    public static DeliveryOptions Delivery(RouterOptions options) => new()
    {
        AttemptTimeout = options.Delivery.AttemptTimeout,
        GiveUpAfter = options.Delivery.GiveUpAfter,
        BacklogBytes = options.Delivery.Backlog.Bytes,
        BacklogAge = options.Delivery.BacklogAge,
        OrphanAfter = options.Delivery.OrphanAfter,
        DrainTimeout = options.Delivery.DrainTimeout,
    };
}
