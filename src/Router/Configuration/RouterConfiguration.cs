using Saker.Alerts;
using Saker.Outputs;
using Saker.Outputs.Proxies;
using Saker.Router.Options;
using Saker.Settings;

namespace Saker.Router.Configuration;

/// <summary>An output that is switched on.</summary>
/// <param name="Name">The instance's name: the key below <c>outputs</c>, or the top-level section.</param>
/// <param name="Registration">Its type.</param>
/// <param name="Options">Its options; a record of the registration's options type.</param>
/// <param name="Path">Where its keys stand: <c>outputs.NAME</c> or the section.</param>
/// <param name="Source">Where it was configured.</param>
/// <param name="Group">The options of its group, its own or the shared ones; null for an output without a group.</param>
internal sealed record OutputInstance(string Name, OutputRegistration Registration, OutputOptions Options, string Path, ConfigSource Source, object? Group = null)
{
    /// <summary>What was put into the configuration from files; any of it may be a secret, and part of a value that is none.</summary>
    public IReadOnlyList<Secret> PutIn { get; init; } = [];

    /// <summary>What is never shown.</summary>
    public IReadOnlyList<Secret> Secrets => [.. OptionSecrets.Of(Options), .. Group is null ? [] : OptionSecrets.Of(Group), .. PutIn];
}

/// <summary>An output that is written down and switched off.</summary>
/// <param name="Name">The name that it would have.</param>
/// <param name="Type">Its type.</param>
/// <param name="Reason">Why it is off.</param>
internal sealed record OutputOff(string Name, string Type, string Reason);

/// <summary>What the router understood of its file and its environment.</summary>
internal sealed record RouterConfiguration
{
    public required RouterOptions Router { get; init; }

    /// <summary>In the order of the file, the sections of Falcosidekick first.</summary>
    public required IReadOnlyList<OutputInstance> Outputs { get; init; }

    /// <summary>Outputs that are written down and switched off.</summary>
    public IReadOnlyList<OutputOff> Off { get; init; } = [];

    /// <summary>The proxies towards outputs, from the environment.</summary>
    public ProxySettings Proxy { get; init; } = ProxySettings.None;

    /// <summary>The value of a variable of the environment; null when it is not set.</summary>
    public Func<string, string?> Variable { get; init; } = static _ => null;

    /// <summary>Every setting with its source.</summary>
    public required IReadOnlyList<EffectiveValue> Effective { get; init; }

    /// <summary>Every finding, in the order in which it was made.</summary>
    public required IReadOnlyList<ConfigFault> Faults { get; init; }

    /// <summary>True when the router must not start.</summary>
    public required bool IsRefused { get; init; }

    /// <summary>Changes with the content of the file and of what its values come from; see <see cref="PresentFingerprint"/>.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>The file as the user named it; null for none.</summary>
    public required string? File { get; init; }

    /// <summary>The files that values come from.</summary>
    public IReadOnlyCollection<string> ValueFiles { get; init; } = [];

    /// <summary>What <see cref="Fingerprint"/> would be if the files were read now.</summary>
    public string PresentFingerprint => $"{(File is null ? "" : FileFingerprint.Of(File))} {FileFingerprint.Of(ValueFiles)}";
}
