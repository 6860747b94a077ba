using System.ComponentModel.DataAnnotations;
using Saker.Alerts;

namespace Saker.Settings.Tests;

/// <summary>Every kind of option that records may have.</summary>
public sealed record SampleOptions : ICheckedOptions
{
    public Priority MinimumPriority { get; init; } = Priority.Debug;

    public string When { get; init; } = "";

    [Range(0, 1024)]
    public int MaxConcurrentRequests { get; init; } = 1;

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

    [RequestHead]
    public string UserAgent { get; init; } = "";

    [RequestHead]
    public IReadOnlyDictionary<string, Secret> Headers { get; init; } = new Dictionary<string, Secret>();

    [BareKeys]
    public IReadOnlyDictionary<string, string> Extra { get; init; } = new Dictionary<string, string>();

    public SampleBatching Batching { get; init; } = new();

    public IEnumerable<OptionFault> Validate()
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
