using Saker.Outputs;
using Saker.Router.Options;
using Saker.Settings;

namespace Saker.Router.Configuration;

/// <summary>An output that is switched on.</summary>
/// <param name="Name">The instance's name: the key below <c>outputs</c>, or the top-level section.</param>
/// <param name="Registration">Its type.</param>
/// <param name="Options">Its options; a record of the registration's options type.</param>
/// <param name="Path">Where its keys stand: <c>outputs.NAME</c> or the section.</param>
/// <param name="Source">Where it was configured.</param>
internal sealed record OutputInstance(string Name, OutputRegistration Registration, OutputOptions Options, string Path, ConfigSource Source);

/// <summary>What the router understood of its file and its environment.</summary>
internal sealed record RouterConfiguration
{
    public required RouterOptions Router { get; init; }

    /// <summary>In the order of the file, the sections of Falcosidekick first.</summary>
    public required IReadOnlyList<OutputInstance> Outputs { get; init; }

    /// <summary>Every setting with its source.</summary>
    public required IReadOnlyList<EffectiveValue> Effective { get; init; }

    /// <summary>Every finding, in the order in which it was made.</summary>
    public required IReadOnlyList<ConfigFault> Faults { get; init; }

    /// <summary>True when the router must not start.</summary>
    public required bool IsRefused { get; init; }

    /// <summary>Changes with the file's content; empty without a file.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>The file as the user named it; null for none.</summary>
    public required string? File { get; init; }
}
