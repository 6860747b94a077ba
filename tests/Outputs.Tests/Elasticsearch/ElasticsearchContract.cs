using Saker.Outputs.Testing;

namespace Saker.Outputs.Tests.Elasticsearch;

public sealed class ElasticsearchContract() : HttpOutputContract(Registrations.Of("elasticsearch"))
{
    protected override IReadOnlyDictionary<string, string?> MinimalConfig(Uri endpoint) =>
        new Dictionary<string, string?> { ["hostport"] = endpoint.ToString() };

    protected override IReadOnlyDictionary<string, string?> CompanionsOfSecrets => new Dictionary<string, string?> { ["username"] = "somebody" };
}
