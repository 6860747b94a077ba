using Saker.Router.Configuration;
using Saker.Router.Routing;

namespace Saker.Router.Reload;

/// <summary>The configuration in effect, with the outputs that were made of it.</summary>
/// <param name="Configuration">The configuration.</param>
/// <param name="Outputs">The outputs. They may be disposed of at any time; their filters can still be asked.</param>
/// <param name="LastReload">The last time that it was read again; null when it was not.</param>
internal sealed record RunningConfiguration(RouterConfiguration Configuration, IReadOnlyList<RoutedOutput> Outputs, LastReload? LastReload = null);

/// <summary>A reading of the configuration of a running router.</summary>
/// <param name="At">When.</param>
/// <param name="Cause">What caused it.</param>
/// <param name="Result">What came of it: applied, unchanged, refused for its faults, or failed unexpectedly.</param>
internal sealed record LastReload(DateTimeOffset At, string Cause, string Result)
{
    /// <summary>What took effect.</summary>
    public IReadOnlyList<string> Changes { get; init; } = [];

    /// <summary>Keys that take effect with the next start only.</summary>
    public IReadOnlyList<string> NeedsRestart { get; init; } = [];
}
