using Saker.Alerts;
using Saker.Outputs;

namespace Saker.Router.Tests.Configuration;

/// <summary>An output of Falcosidekick's kind: a top-level section switches it on.</summary>
public sealed class SampleOutput : SingleAlertOutput, IOutputFactory<SampleOptions>
{
    public static OutputDescriptor Descriptor { get; } = new()
    {
        Type = "sample",
        Title = "Sample",
        Summary = "Delivers nothing.",
        Transport = OutputTransport.Local,
        DecidingKey = "url",
        InFalcosidekick = true,
    };

    public static IOutput Create(SampleOptions options, OutputContext context) => new SampleOutput();

    protected override ValueTask<DeliveryResult> DeliverAsync(Alert alert, CancellationToken cancellationToken) => new(DeliveryResult.Delivered);
}

/// <summary>An output of our kind: only an entry of <c>outputs</c> makes one.</summary>
public sealed class PlainOutput : SingleAlertOutput, IOutputFactory<PlainOptions>
{
    public static OutputDescriptor Descriptor { get; } = new()
    {
        Type = "plain",
        Title = "Plain",
        Summary = "Delivers nothing.",
        Transport = OutputTransport.Local,
        DecidingKey = "enabled",
        NamesAddedFields = true,
    };

    public static IOutput Create(PlainOptions options, OutputContext context) => new PlainOutput();

    protected override ValueTask<DeliveryResult> DeliverAsync(Alert alert, CancellationToken cancellationToken) => new(DeliveryResult.Delivered);
}

public sealed record PlainOptions : OutputOptions
{
    public bool Enabled { get; init; } = true;

    public string Path { get; init; } = "";
}
