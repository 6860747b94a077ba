using Saker.Outputs.Testing;
using Saker.Router.Configuration;

namespace Saker.Outputs.Tests;

/// <summary>No output goes without its contract.</summary>
public sealed class EveryOutput
{
    [Fact]
    public void Has_a_contract()
    {
        Assert.Equal(OutputCatalogue.Default.All.Select(static output => output.Descriptor.Type), Held(typeof(EveryOutput).Assembly.GetTypes().Where(static type => type.IsPublic)));
        Assert.Empty(Held([typeof(TooGeneral)]));
    }

    // The outputs that have the contract of their transport; one that is more general does not count.
    private static IEnumerable<string> Held(IEnumerable<Type> types) => types
        .Where(static type => !type.IsAbstract && type.IsSubclassOf(typeof(OutputContract)))
        .Select(static type => type.GetConstructors().Single())
        .Select(static constructor => (OutputContract)constructor.Invoke(new object?[constructor.GetParameters().Length])) // without its fixtures, which nothing here asks for
        .Where(static contract => OutputContract.Of(contract.Registration.Descriptor.Transport).IsInstanceOfType(contract))
        .Select(static contract => contract.Registration.Descriptor.Type).Distinct().Order(StringComparer.Ordinal);

    private sealed class TooGeneral() : OutputContract(Registrations.Of("smtp"))
    {
        protected override IReadOnlyDictionary<string, string?> AnyConfig => new Dictionary<string, string?>();
    }
}
