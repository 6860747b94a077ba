using Saker.Outputs.Testing;

namespace Saker.Outputs.Tests.Elasticsearch;

public sealed class ElasticsearchContract() : HttpOutputContract("elasticsearch")
{
    protected override IReadOnlyDictionary<string, string?> MinimalConfig(Uri endpoint) =>
        new Dictionary<string, string?> { ["hostport"] = endpoint.ToString() };
}
