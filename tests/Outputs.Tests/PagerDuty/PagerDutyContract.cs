using Saker.Outputs.Testing;
using Saker.Testing;

namespace Saker.Outputs.Tests.PagerDuty;

public sealed class PagerDutyContract() : HttpOutputContract(Registrations.Of("pagerduty"))
{
    protected override string FixedHost => "events.pagerduty.com";

    protected override LoopbackAnswer Success => new() { Status = 202 };

    protected override IReadOnlyDictionary<string, string?> MinimalConfig(Uri endpoint) =>
        new Dictionary<string, string?> { ["routingkey"] = "0123456789abcdef0123456789abcdef" };
}
