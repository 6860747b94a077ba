using Saker.Outputs.Testing;
using Saker.Router.Configuration;

namespace Saker.Outputs.Tests;

/// <summary>No output goes without its contract.</summary>
public sealed class EveryOutput
{
    [Fact]
    public void Has_a_contract()
    {
        var held = typeof(EveryOutput).Assembly.GetTypes()
            .Where(static type => type is { IsPublic: true, IsAbstract: false } && type.IsSubclassOf(typeof(OutputContract)))
            .Select(static type => ((OutputContract)Activator.CreateInstance(type)!).Registration.Descriptor.Type);
        Assert.Equal(OutputCatalogue.Default.All.Select(static output => output.Descriptor.Type), held.Distinct().Order(StringComparer.Ordinal));
    }
}
