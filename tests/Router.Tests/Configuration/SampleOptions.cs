using System.ComponentModel.DataAnnotations;
using Saker.Alerts;
using Saker.Outputs;
using Saker.Settings;

namespace Saker.Router.Tests.Configuration;

/// <summary>An output's options with a secret, a text, a number, a map and a section; the binder's own tests have every kind.</summary>
public sealed record SampleOptions : OutputOptions
{
    [Required]
    public Secret Url { get; init; } = Secret.None;

    public string Channel { get; init; } = "";

    [Range(1, 100)]
    public int BatchSize { get; init; } = 10;

    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    [BareKeys]
    public IReadOnlyDictionary<string, string> Extra { get; init; } = new Dictionary<string, string>();

    public SampleBatching Batching { get; init; } = new();
}

public sealed record SampleBatching
{
    public bool Enabled { get; init; }

    public TimeSpan FlushInterval { get; init; } = TimeSpan.FromSeconds(1);
}
