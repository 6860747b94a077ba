using Saker.Detector.Configuration;
using Saker.Settings;
using Saker.Testing;

namespace Saker.Detector.Tests.Telemetry;

public sealed class TelemetrySettings
{
    [Fact]
    public void The_file_that_comes_with_the_program_is_understood_and_listens_on_the_loopback()
    {
        var configuration = DetectorConfiguration.Load(Path.Combine(SharedData.ProjectRoot, "config", "detector.yaml"), [], EnvironmentVariables.None);
        Assert.Empty(configuration.Faults.All);
        Assert.Equal("127.0.0.1", configuration.Options.Webserver.ListenAddress.ToString());
        Assert.True(configuration.Options is { Webserver.Enabled: true, Webserver.PrometheusMetricsEnabled: true, Metrics.Enabled: true });
    }

    [Theory]
    [InlineData("webserver.listen_address=everywhere", "webserver.listen_address", "is not an IP address")]
    [InlineData("webserver.listen_port=70000", "webserver.listen_port", "out of range")]
    [InlineData("webserver.k8s_healthz_endpoint=healthz", "webserver.k8s_healthz_endpoint", "is no path")]
    [InlineData("metrics.interval=10ms", "metrics.interval", "out of range")]
    public void A_value_that_cannot_be_is_named(string setting, string key, string what)
    {
        var fault = Assert.Single(Load(setting).Faults.All);
        Assert.Equal(FaultSeverity.Error, fault.Severity);
        Assert.Contains(key, fault.ToString(), StringComparison.Ordinal);
        Assert.Contains(what, fault.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("metrics.jemalloc_stats_enabled=true", "Without effect in this version: metrics.jemalloc_stats_enabled (memory is .NET's, not jemalloc's; resource_utilization_enabled shows it).")]
    [InlineData("metrics.intervall=1h", "interval")]
    public void A_key_that_does_nothing_is_named(string setting, string what)
    {
        var fault = Assert.Single(Load(setting).Faults.All);
        Assert.Equal(FaultSeverity.Warning, fault.Severity);
        Assert.Contains(what, fault.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Addresses_and_times_are_read_as_Falco_writes_them()
    {
        var options = Load("webserver.listen_address=0.0.0.0", "metrics.interval=15m", "webserver.threadiness=4").Options;
        Assert.Equal(System.Net.IPAddress.Any, options.Webserver.ListenAddress.Address);
        Assert.Equal(TimeSpan.FromMinutes(15), options.Metrics.Interval);
        Assert.Null(Load("webserver.listen_address=localhost").Options.Webserver.ListenAddress.Address); // the loopback addresses of both families
    }

    private static DetectorConfiguration Load(params string[] settings) =>
        DetectorConfiguration.Load(Path.Combine(SharedData.ProjectRoot, "config", "detector.yaml"), settings, EnvironmentVariables.None);
}
