using System.Net;
using Saker.Outputs.Testing;

namespace Saker.Outputs.Tests.Smtp;

public sealed class SmtpContract() : ServerOutputContract(Registrations.Of("smtp"))
{
    protected override Task<IServerDestination> StartServerAsync(IPEndPoint door) => Task.FromResult<IServerDestination>(new SmtpDestination());

    protected override IReadOnlyDictionary<string, string?> MinimalConfig(IPEndPoint server) => new Dictionary<string, string?>
    {
        ["hostport"] = server.ToString(),
        ["from"] = "falco@example.com",
        ["to"] = "team@example.com",
        ["tls"] = "false",
        ["user"] = "user",
    };

    protected override IReadOnlyDictionary<string, string?> CompanionsOf(string secret) =>
        secret == "token" ? new Dictionary<string, string?> { ["authmechanism"] = "oauthbearer" } : new Dictionary<string, string?>();
}
