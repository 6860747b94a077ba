using Saker.Outputs.Sql.TimescaleDb;

namespace Saker.Outputs.Sql;

/// <summary>Outputs that write rows.</summary>
public static class SqlOutputs
{
    /// <summary>The registrations.</summary>
    public static IReadOnlyList<OutputRegistration> All { get; } =
    [
        OutputRegistration.For<TimescaleDbOutput, TimescaleDbOptions>(),
    ];
}
