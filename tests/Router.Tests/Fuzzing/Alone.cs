namespace Saker.Router.Tests.Fuzzing;

/// <summary>Tests that look at the memory of their whole process run when no other does.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    public const string Name = "alone";
}
