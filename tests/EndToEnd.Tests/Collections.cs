namespace Saker.EndToEnd.Tests;

/// <summary>Tests that load the machine run one after the other, after all others.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Heavy
{
    public const string Name = "heavy";
}

/// <summary>
/// Tests that watch this kernel run one after the other, beside those of the router: loading the driver several times at once
/// takes long on a busy machine, and each detector sees what all tests do.
/// </summary>
[CollectionDefinition(Name)]
public sealed class Watching
{
    public const string Name = "watching";
}
