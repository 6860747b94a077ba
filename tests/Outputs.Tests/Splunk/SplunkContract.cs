using Saker.Outputs.Testing;

namespace Saker.Outputs.Tests.Splunk;

public sealed class SplunkContract() : HttpOutputContract(Registrations.Of("splunk"))
{
    protected override IReadOnlyDictionary<string, string?> MinimalConfig(Uri endpoint) =>
        new Dictionary<string, string?> { ["host"] = endpoint.ToString() };
}
