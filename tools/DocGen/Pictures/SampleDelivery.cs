using System.Net;
using Saker.Alerts;
using Saker.Outputs;
using Saker.Outputs.Proxies;
using Saker.Outputs.Transports;
using Saker.Settings;

namespace Saker.DocGen.Pictures;

/// <summary>What an output sends for the alert of the pictures: the output itself says it, and is stopped before it opens a connection.</summary>
internal static class SampleDelivery
{
    private const string Name = "picture";

    /// <summary>An alert with what most have: where it was, who, and what ran.</summary>
    public static Alert Alert { get; } = new()
    {
        Uuid = Guid.Parse("4d8c5f2e-6b1a-4f37-8a90-2c7e1d3b5a64"),
        Output = "14:05:32.518204377: Critical A shell was opened in a running container (namespace=shop pod=checkout-5f6d8c9b7-kq4wz user=root command=sh -c 'id; uname -a')",
        Priority = Priority.Critical,
        Rule = "Shell in a running container",
        Time = new AlertTime(1_795_529_132, 518_204_377),
        OutputFields = AlertFields.From(
        [
            new("container.id", FieldValue.Text("c41f09ab7e52")),
            new("container.image.repository", FieldValue.Text("registry.example.com/shop/checkout")),
            new("container.image.tag", FieldValue.Text("4.2.1")),
            new("k8s.ns.name", FieldValue.Text("shop")),
            new("k8s.pod.name", FieldValue.Text("checkout-5f6d8c9b7-kq4wz")),
            new("proc.cmdline", FieldValue.Text("sh -c 'id; uname -a'")),
            new("proc.exepath", FieldValue.Text("/usr/bin/dash")),
            new("proc.pcmdline", FieldValue.Text("node /srv/checkout/server.js --port 8080")),
            new("user.name", FieldValue.Text("root")),
            new("user.uid", FieldValue.Number("0")),
        ]),
        Source = "syscall",
        Tags = ["container", "shell"],
        Hostname = "node-3",
    };

    /// <summary>The body of the first request, or the first mail, for <see cref="Alert"/>.</summary>
    /// <param name="registration">The output.</param>
    /// <param name="keys">Its keys in YAML: those that it cannot do without. The rest shows what is in effect by default.</param>
    public static async Task<ReadOnlyMemory<byte>> BodyAsync(OutputRegistration registration, string keys)
    {
        var faults = new ConfigFaults();
        var file = (ConfigMap)YamlConfigReader.Parse("picture.yaml", keys, faults)!;
        var binder = new OptionsBinder(new EnvironmentVariables(new Dictionary<string, string>()), faults);
        var options = (OutputOptions)binder.Bind(OptionSchema.For(registration.OptionsType), file, Name, file.Source, []);
        if (faults.All.FirstOrDefault(static fault => fault.Severity == FaultSeverity.Error) is { } fault)
        {
            throw new InvalidOperationException($"The keys for the picture of {registration.Descriptor.Type} are wrong. {fault}");
        }

        using var stop = new CancellationTokenSource();
        ReadOnlyMemory<byte>? body = null;

        // Stopped at the first body, it connects to nothing; should it go on, it comes to a port of this machine where nobody listens.
        using var transports = new OutputTransports(options as NetworkOutputOptions, new TlsClientCertificates(), ProxySettings.None) { Route = static _ => new IPEndPoint(IPAddress.Loopback, 1) };
        var context = new OutputContext
        {
            Name = Name,
            Path = $"outputs.{Name}",
            Clock = TimeProvider.System,
            Transports = transports,
            Sending = bytes =>
            {
                body ??= bytes.ToArray();
                stop.Cancel();
            },
        };
        await using var output = registration.Create(options, null, context);
        try
        {
            await output.DeliverAsync([Alert], stop.Token);
        }
        catch (OperationCanceledException) when (body is not null)
        {
            // That was the wish.
        }

        return body ?? throw new InvalidOperationException($"{registration.Descriptor.Type} showed nothing of what it sends.");
    }
}
