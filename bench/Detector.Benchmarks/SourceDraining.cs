using Saker.Detector.Capture;
using Saker.Detector.Engine;

namespace Saker.Detector.Benchmarks;

/// <summary>Takes everything from a capture, in batches as the detector does.</summary>
internal static class SourceDraining
{
    private const int BatchSize = 512;

    /// <summary>Hands all events of a source that ends to the pipeline.</summary>
    /// <returns>Bytes that were allocated for them on the managed heap, without the reading of the capture.</returns>
    public static long Drain(this IEventSource source, EventPipeline pipeline, IEventConsumer? consumer)
    {
        var batch = new RawEvent[BatchSize];
        long bytes = 0;
        while (!source.Ended)
        {
            var count = source.Read(batch, TimeSpan.Zero);
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < count; i++)
            {
                pipeline.Process(batch[i], consumer);
            }

            consumer?.Settle();
            bytes += GC.GetAllocatedBytesForCurrentThread() - before;
            source.Release();
        }

        return bytes;
    }
}
