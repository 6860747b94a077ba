namespace Saker.Outputs.Local;

/// <summary>Outputs that stay on this machine, in alphabetical order.</summary>
public static class LocalOutputs
{
    /// <summary>The registrations.</summary>
    public static IReadOnlyList<OutputRegistration> All { get; } = [];
}
