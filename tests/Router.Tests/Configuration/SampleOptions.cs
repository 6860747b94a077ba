using System.ComponentModel.DataAnnotations;
using Saker.Alerts;
using Saker.Outputs;
using Saker.Settings;

namespace Saker.Router.Tests.Configuration;

/// <summary>Every kind of option that records may have.</summary>
public sealed record SampleOptions : OutputOptions
{
    [Required]
    public Secret Url { get; init; } = Secret.None;

    public string Channel { get; init; } = "";

    public string Footer { get; init; } = "a footer";

    public bool CheckCert { get; init; } = true;

    [Range(1, 100)]
    public int BatchSize { get; init; } = 10;

    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    [Words("all", "text", "fields")]
    public string OutputFormat { get; init; } = "all";

    public IReadOnlyList<string> Paths { get; init; } = [];

    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    public IReadOnlyDictionary<string, Secret> Headers { get; init; } = new Dictionary<string, Secret>();

    [BareKeys]
    public IReadOnlyDictionary<string, string> Extra { get; init; } = new Dictionary<string, string>();

    public SampleBatching Batching { get; init; } = new();

    public override IEnumerable<OptionFault> Validate()
    {
        if (Channel == "#nobody")
        {
            yield return new OptionFault("channel", "Nobody reads '#nobody'; choose a channel with people in it.");
        }
    }
}

public sealed record SampleBatching
{
    public bool Enabled { get; init; }

    public TimeSpan FlushInterval { get; init; } = TimeSpan.FromSeconds(1);
}
