using Saker.Outputs.Testing;

namespace Saker.Outputs.Tests.Loki;

public sealed class LokiContract() : HttpOutputContract(Registrations.Of("loki"))
{
    protected override IReadOnlyDictionary<string, string?> MinimalConfig(Uri endpoint) =>
        new Dictionary<string, string?> { ["hostport"] = endpoint.ToString() };

    protected override IReadOnlyDictionary<string, string?> CompanionsOfSecrets => new Dictionary<string, string?> { ["user"] = "somebody" };
}
