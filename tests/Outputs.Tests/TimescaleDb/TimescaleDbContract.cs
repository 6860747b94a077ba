using Saker.Outputs.Testing;

namespace Saker.Outputs.Tests.TimescaleDb;

public sealed class TimescaleDbContract() : OutputContract(Registrations.Of("timescaledb"))
{
    protected override IReadOnlyDictionary<string, string?> AnyConfig => new Dictionary<string, string?> { ["host"] = "127.0.0.1", ["port"] = "1" };
}
