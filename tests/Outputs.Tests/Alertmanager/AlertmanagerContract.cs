using Saker.Outputs.Testing;

namespace Saker.Outputs.Tests.Alertmanager;

public sealed class AlertmanagerContract() : HttpOutputContract(Registrations.Of("alertmanager"))
{
    protected override IReadOnlyDictionary<string, string?> MinimalConfig(Uri endpoint) =>
        new Dictionary<string, string?> { ["hostport"] = endpoint.ToString() };
}
