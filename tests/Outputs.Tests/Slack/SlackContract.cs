using Saker.Outputs.Testing;

namespace Saker.Outputs.Tests.Slack;

public sealed class SlackContract() : HttpOutputContract(Registrations.Of("slack"))
{
    protected override IReadOnlyDictionary<string, string?> MinimalConfig(Uri endpoint) =>
        new Dictionary<string, string?> { ["webhookurl"] = endpoint.ToString() };
}
