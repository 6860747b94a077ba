using Saker.Outputs.Testing;

namespace Saker.Outputs.Tests.Webhook;

public sealed class WebhookContract() : HttpOutputContract("webhook")
{
    protected override IReadOnlyDictionary<string, string?> MinimalConfig(Uri endpoint) =>
        new Dictionary<string, string?> { ["address"] = endpoint.ToString() };
}
