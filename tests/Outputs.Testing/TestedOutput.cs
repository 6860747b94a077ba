using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Saker.Alerts;
using Saker.Outputs.Proxies;
using Saker.Outputs.Transports;
using Saker.Settings;
using Xunit;

namespace Saker.Outputs.Testing;

/// <summary>How an output is made for a test, beside its keys.</summary>
public sealed record TestedSetup
{
    /// <summary>As <c>strictcompatibility</c> says.</summary>
    public bool Strict { get; init; }

    /// <summary>The instance's certificates.</summary>
    public TlsClientCertificates Certificates { get; init; } = new();

    /// <summary>Where names and ports lead in place of what the network says.</summary>
    public Func<DnsEndPoint, EndPoint>? Route { get; init; }

    /// <summary>Time that one attempt has, for clients that must know it beforehand.</summary>
    public TimeSpan AttemptTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The clock; this machine's where the day does not matter.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>The variables; none but these are seen.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();
}

/// <summary>One instance of an output, its options read by the real reader and binder, without a router around it.</summary>
public sealed class TestedOutput : IAsyncDisposable
{
    private const string Name = "tested";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly OutputTransports transports;
    private readonly IOutput? output;
    private readonly List<Secret> secrets;
    private bool isReady;

    private TestedOutput(OutputTransports transports, IOutput? output, List<Secret> secrets, BatchLimits batch, IReadOnlyList<string> faults, IReadOnlyCollection<string> failures)
    {
        (this.transports, this.output, this.secrets, Batch, Faults, Failures) = (transports, output, secrets, batch, faults, failures);
    }

    /// <summary>The path of the instance's keys, as faults name it.</summary>
    public const string Path = $"outputs.{Name}";

    /// <summary>What is wrong with the options, each as it would be printed.</summary>
    public IReadOnlyList<string> Faults { get; }

    /// <summary>What the instance said of its options while it delivered, each behind its key.</summary>
    public IReadOnlyCollection<string> Failures { get; }

    /// <summary>How many alerts it takes at once.</summary>
    public BatchLimits Batch { get; }

    /// <summary>The instance.</summary>
    public IOutput Output
    {
        get
        {
            Assert.True(output is not null && Faults.Count == 0, string.Join('\n', Faults));
            return output;
        }
    }

    /// <summary>True when an instance could be made.</summary>
    public bool IsMade => output is not null;

    /// <summary>Makes an instance.</summary>
    /// <param name="registration">The output.</param>
    /// <param name="keys">Keys below the instance, with dots for sections: <c>batching.enabled</c>; a group's begin with its name.</param>
    /// <param name="setup">The rest.</param>
    public static TestedOutput Create(OutputRegistration registration, IReadOnlyDictionary<string, string?> keys, TestedSetup? setup = null)
    {
        ArgumentNullException.ThrowIfNull(registration);
        setup ??= new TestedSetup();
        var faults = new ConfigFaults();
        var file = YamlConfigReader.Parse("test.yaml", Yaml(keys), faults) as ConfigMap ?? new ConfigMap([], ConfigSource.WholeFile("test.yaml"));
        var binder = new OptionsBinder(new EnvironmentVariables(setup.Environment), faults);
        var others = registration.Group is { } known ? new[] { known.Name } : [];
        var options = (OutputOptions)binder.Bind(OptionSchema.For(registration.OptionsType), file, Path, file.Source, others);
        var group = registration.Group is { } shared
            ? binder.Bind(OptionSchema.For(shared.OptionsType), file.Find(shared.Name)?.Value as ConfigMap, OptionsBinder.Join(Path, shared.Name), file.Source)
            : null;
        var transports = new OutputTransports(options as NetworkOutputOptions, setup.Certificates, ProxySettings.None) { Route = setup.Route };
        var texts = faults.All.Where(static fault => fault.Severity == FaultSeverity.Error).Select(static fault => fault.ToString()).ToList();
        var failures = new ConcurrentQueue<string>();
        List<Secret> secrets = [.. OptionSecrets.Of(options), .. group is null ? [] : OptionSecrets.Of(group)];
        try
        {
            var context = new OutputContext
            {
                Name = Name, Path = Path, Clock = setup.Clock, Transports = transports, Strict = setup.Strict, AttemptTimeout = setup.AttemptTimeout,
                OptionFails = (key, problem) => failures.Enqueue($"{key}: {problem}"),
            };
            var output = texts.Count == 0 ? registration.Create(options, group, context) : null;
            return new TestedOutput(transports, output, secrets, registration.Batch(options), texts, failures);
        }
        catch (OutputConfigurationException exception)
        {
            faults.Error(file.Source, OptionsBinder.Join(Path, exception.Key), exception.Message);
            return new TestedOutput(transports, null, secrets, registration.Batch(options), [.. faults.All.Select(static fault => fault.ToString())], failures);
        }
    }

    /// <summary>One attempt for one alert, bounded in time, with what the router does before and after it: readiness, and secrets masked in the reason.</summary>
    public async Task<DeliveryResult> DeliverAsync(Alert? alert = null) => (await DeliverAsync([alert ?? SampleAlerts.Full]))[0];

    /// <summary>One attempt for several alerts.</summary>
    public Task<IReadOnlyList<DeliveryResult>> DeliverAsync(IReadOnlyList<Alert> alerts) => DeliverUntilAsync(alerts, TestContext.Current.CancellationToken);

    /// <summary>One attempt that a token may end.</summary>
    public async Task<DeliveryResult> DeliverUntilAsync(CancellationToken cancellationToken) => (await DeliverUntilAsync([SampleAlerts.Full], cancellationToken))[0];

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (output is not null)
        {
            await output.DisposeAsync();
        }

        transports.Dispose();
    }

    /// <summary>One attempt for several alerts that a token may end.</summary>
    public async Task<IReadOnlyList<DeliveryResult>> DeliverUntilAsync(IReadOnlyList<Alert> alerts, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(alerts);
        using var limit = new CancellationTokenSource(Patience);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        if (!isReady && await Output.PrepareAsync(either.Token) is { Status: not DeliveryStatus.Delivered } failed)
        {
            return [.. alerts.Select(_ => Masked(failed))];
        }

        isReady = true;
        var results = await Output.DeliverAsync(alerts, either.Token);
        return [.. Enumerable.Range(0, alerts.Count).Select(index => Masked(results[index]))];
    }

    /// <summary>YAML of keys with dots.</summary>
    private static string Yaml(IReadOnlyDictionary<string, string?> keys)
    {
        var yaml = new StringBuilder();
        var open = new List<string>();
        foreach (var (key, value) in keys.OrderBy(static pair => pair.Key, StringComparer.Ordinal))
        {
            var parts = key.Split('.');
            var common = open.Zip(parts[..^1]).TakeWhile(static pair => pair.First == pair.Second).Count();
            open.RemoveRange(common, open.Count - common);
            foreach (var section in parts[common..^1])
            {
                yaml.Append(' ', open.Count * 2).Append(section).Append(":\n");
                open.Add(section);
            }

            yaml.Append(' ', open.Count * 2).Append(parts[^1]).Append(": '").Append(value?.Replace("'", "''", StringComparison.Ordinal)).Append("'\n");
        }

        return yaml.ToString();
    }

    private DeliveryResult Masked(DeliveryResult result) => result.With(secrets.Aggregate(result.Reason, static (text, secret) => secret.MaskIn(text)));
}
