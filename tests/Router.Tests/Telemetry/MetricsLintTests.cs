using System.Text.RegularExpressions;
using Saker.Alerts;
using Saker.Router.Telemetry;
using Saker.Router.Tests.Delivery;
using Saker.Router.Tests.Log;

namespace Saker.Router.Tests.Telemetry;

/// <summary>What promtool would say of our metrics: https://prometheus.io/docs/practices/naming/.</summary>
public sealed partial class MetricsLintTests
{
    [Fact]
    public async Task Every_family_has_help_a_type_and_a_name_by_the_conventions()
    {
        var text = MetricsText.Parse(await ScrapeAsync());
        foreach (var (name, type) in text.Types)
        {
            Assert.False(string.IsNullOrWhiteSpace(text.Helps.GetValueOrDefault(name)), $"{name} has no HELP");
            Assert.Matches(Name(), name);
            Assert.Equal(type == "counter", name.EndsWith("_total", StringComparison.Ordinal));
            Assert.True(type != "histogram" || name.EndsWith("_seconds", StringComparison.Ordinal), $"{name}: a time is in seconds");
            Assert.DoesNotContain(name.Split('_'), static word => word is "milliseconds" or "ms" or "kilobytes" or "percent");
        }

        Assert.All(text.Samples, sample => Assert.True(text.Types.ContainsKey(text.FamilyOf(sample.Name)), $"{sample.Name} has no TYPE"));
        Assert.Equal(text.Samples.Count, text.Samples.DistinctBy(static sample => (sample.Name, sample.Labels)).Count());
    }

    [Fact]
    public async Task Every_metric_of_the_catalogue_is_there_and_no_other_of_ours()
    {
        var families = MetricsText.Parse(await ScrapeAsync()).Types.Keys;
        var catalogue = MetricCatalogue.All.Select(static metric => metric.Name).ToList();
        Assert.Equal(catalogue.Count, catalogue.Distinct().Count());
        Assert.Empty(catalogue.Except(families));
        Assert.Empty(families.Where(static name => name.StartsWith("saker_", StringComparison.Ordinal) || name.StartsWith("falco", StringComparison.Ordinal)).Except(catalogue));
    }

    [Fact]
    public async Task Histograms_grow_with_their_bounds_and_end_with_all()
    {
        var text = MetricsText.Parse(await ScrapeAsync());
        foreach (var (name, _) in text.Types.Where(static family => family.Value == "histogram"))
        {
            var buckets = text.Samples.Where(sample => sample.Name == $"{name}_bucket").ToList();
            Assert.Contains(buckets, static bucket => bucket.Labels.Contains("le=\"+Inf\"", StringComparison.Ordinal));
            Assert.Equal(buckets.Max(static bucket => bucket.Value), text.Of($"{name}_count").Values.Max());
        }
    }

    private static async Task<string> ScrapeAsync()
    {
        var output = new ScriptedOutput();
        await using var rig = DeliveryRig.Open(new CrashableFiles(), null, DeliveryRig.Instance("one", output));
        var metrics = new RouterMetrics(EventLabels.Create(new(), static _ => { }), 100);
        using var delivery = new DeliveryMetrics(metrics, rig.Engine, rig.Log);
        _ = new ReloadMetrics(metrics, TimeProvider.System);
        await LogFixture.FillAsync(rig.Log, 3);
        await DeliveryRig.UntilAsync(() => output.Count() == 3, "three delivered");
        metrics.CountAccepted(new() { Rule = "r", Priority = Priority.Error, Time = AlertTime.From(DateTimeOffset.UnixEpoch) });
        metrics.CountAcceptTime(metrics.Begin(), 1);
        metrics.CountRefused("disk full");
        metrics.CountRejection("not a POST");
        using var stream = new MemoryStream();
        await metrics.WriteAsync(stream, TestContext.Current.CancellationToken);
        return System.Text.Encoding.UTF8.GetString(stream.ToArray());
    }

    [GeneratedRegex("^[a-z][a-z0-9_]*[a-z0-9]$")]
    private static partial Regex Name();
}
