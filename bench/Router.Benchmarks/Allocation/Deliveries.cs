using System.Diagnostics.Metrics;
using Saker.Router.Delivery;

namespace Saker.Router.Benchmarks.Allocation;

/// <summary>Counts what the routers of this process deliver, by listening to what their own metrics listen to. Allocates nothing per alert.</summary>
internal sealed class Deliveries : IDisposable
{
    private readonly MeterListener listener = new();
    private long count;

    public Deliveries()
    {
        listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Meter.Name == OutputCounters.MeterName && instrument.Name == OutputCounters.DeliveryTimeName)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<double>((_, _, _, _) => Interlocked.Increment(ref count));
        listener.Start();
    }

    public long Count => Volatile.Read(ref count);

    public void Dispose() => listener.Dispose();
}
