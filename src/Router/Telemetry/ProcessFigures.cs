using System.Globalization;

namespace Saker.Router.Telemetry;

/// <summary>The figures of the process under the names that dashboards of Go programs ask for, Falcosidekick's among them. Linux only.</summary>
internal static class ProcessFigures
{
    private const string Descriptors = "/proc/self/fd";
    private const string Limits = "/proc/self/limits";

    public static void Register(RouterMetrics metrics)
    {
        if (!Directory.Exists(Descriptors))
        {
            return;
        }

        var memory = MetricCatalogue.ResidentMemory.CreateGauge(metrics.Factory);
        var open = MetricCatalogue.OpenFiles.CreateGauge(metrics.Factory);
        MetricCatalogue.MaxFiles.CreateGauge(metrics.Factory).Set(MaxFiles());
        metrics.BeforeScrape(() =>
        {
            memory.Set(Environment.WorkingSet);
            open.Set(Directory.EnumerateFileSystemEntries(Descriptors).Count());
        });
    }

    // "Max open files            1024                 524288               files"
    private static double MaxFiles() =>
        File.ReadLines(Limits).FirstOrDefault(static line => line.StartsWith("Max open files", StringComparison.Ordinal)) is { } line
        && double.TryParse(line["Max open files".Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0], CultureInfo.InvariantCulture, out var files)
            ? files
            : double.PositiveInfinity;
}
