using System.ComponentModel.DataAnnotations;
using Saker.Alerts;
using Saker.Router.Configuration;

namespace Saker.Router.Tests.Configuration;

/// <summary>Every kind of option that records may have.</summary>
public sealed record SampleOptions : IValidatableObject
{
    [Required]
    public Secret Url { get; init; } = Secret.None;

    public string Channel { get; init; } = "";

    public string Footer { get; init; } = "a footer";

    public bool CheckCert { get; init; } = true;

    public Priority MinimumPriority { get; init; } = Priority.Debug;

    [Range(1, 100)]
    public int BatchSize { get; init; } = 10;

    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    [AllowedValues("all", "text", "fields")]
    public string OutputFormat { get; init; } = "all";

    public IReadOnlyList<string> Paths { get; init; } = [];

    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    public IReadOnlyDictionary<string, Secret> Headers { get; init; } = new Dictionary<string, Secret>();

    [BareKeys]
    public IReadOnlyDictionary<string, string> Extra { get; init; } = new Dictionary<string, string>();

    public SampleBatching Batching { get; init; } = new();

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Channel == "#nobody")
        {
            yield return new ValidationResult("Nobody reads '#nobody'; choose a channel with people in it.", [nameof(Channel)]);
        }
    }
}

public sealed record SampleBatching
{
    public bool Enabled { get; init; }

    public TimeSpan FlushInterval { get; init; } = TimeSpan.FromSeconds(1);
}
