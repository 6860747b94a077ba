using Saker.Router.Configuration;

namespace Saker.Router.Benchmarks.Allocation;

/// <summary>The whole router in this process, with senders and destinations that allocate nothing: what is allocated is the router's.</summary>
internal static class AlertPath
{
    private const int WarmUp = 2000;
    private const int Measured = 4000;

    /// <summary>
    /// Bytes allocated per alert on its way from a request to the log and its answer, and on its way from the log to each output. A figure
    /// is missing where a destination cannot be had.
    /// </summary>
    /// <exception cref="InvalidOperationException">Nobody measures an output.</exception>
    public static async Task<IReadOnlyDictionary<string, double>> MeasureAsync(string alertFile)
    {
        var forgotten = OutputCatalogue.Default.All.Select(static output => $"output.{output.Descriptor.Type}").Except(MeasuredOutput.All.Select(static output => output.Figure)).ToList();
        if (forgotten.Count > 0)
        {
            throw new InvalidOperationException($"{nameof(MeasuredOutput)} does not have {string.Join(", ", forgotten)}.");
        }

        var alert = await File.ReadAllBytesAsync(alertFile);
        var routers = new List<RunningRouter>();
        try
        {
            await MeasureAsync(routers, alert, null); // compiles what all routers have in common
            var accepted = await MeasureAsync(routers, alert, null) ?? 0;
            var figures = new Dictionary<string, double>(StringComparer.Ordinal) { ["alert.accepted"] = accepted };
            foreach (var output in MeasuredOutput.All)
            {
                if (await MeasureAsync(routers, alert, output) is { } both)
                {
                    figures[output.Figure] = both - accepted;
                }
            }

            return figures;
        }
        finally
        {
            // All at once at the end, for a router takes two seconds to stop. Until then those that are done stand idle and allocate next to nothing.
            await Task.WhenAll(routers.Select(static router => router.DisposeAsync().AsTask()));
        }
    }

    private static async Task<double?> MeasureAsync(List<RunningRouter> routers, byte[] alert, MeasuredOutput? output)
    {
        var router = new RunningRouter();
        routers.Add(router);
        return await router.StartAsync(output) ? await router.MeasureAsync(alert, WarmUp, Measured) : null;
    }
}
