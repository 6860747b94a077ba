namespace Saker.EndToEnd.Tests;

/// <summary>Tests that load the machine run one after the other, after all others.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Heavy
{
    public const string Name = "heavy";
}
