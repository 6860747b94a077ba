using Saker.Outputs.Testing;

namespace Saker.Outputs.Tests.Smtp;

public sealed class SmtpContract() : OutputContract(Registrations.Of("smtp"))
{
    protected override IReadOnlyDictionary<string, string?> AnyConfig => new Dictionary<string, string?>
    {
        ["hostport"] = "127.0.0.1:1",
        ["from"] = "falco@example.com",
        ["to"] = "team@example.com",
        ["tls"] = "false",
    };
}
