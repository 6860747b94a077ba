using Saker.Outputs.Local.File;
using Saker.Outputs.Local.Stdout;

namespace Saker.Outputs.Local;

/// <summary>Outputs that stay on this machine, in alphabetical order.</summary>
public static class LocalOutputs
{
    /// <summary>The registrations.</summary>
    public static IReadOnlyList<OutputRegistration> All { get; } =
    [
        OutputRegistration.For<FileOutput, FileOutputOptions>(),
        OutputRegistration.For<StdoutOutput, StdoutOptions>(),
    ];
}
