using System.Net;
using Saker.Outputs.Testing;

namespace Saker.Outputs.Tests.TimescaleDb;

public sealed class TimescaleDbContract(PostgresServer server) : ServerOutputContract(Registrations.Of("timescaledb")), IClassFixture<PostgresServer>
{
    protected override Task<IServerDestination> StartServerAsync(IPEndPoint door) => PostgresDestination.StartAsync(server);

    protected override IReadOnlyDictionary<string, string?> MinimalConfig(IPEndPoint server) => new Dictionary<string, string?>
    {
        ["host"] = server.Address.ToString(),
        ["port"] = $"{server.Port}",
    };
}
