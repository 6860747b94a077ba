using System.ComponentModel.DataAnnotations;
using Saker.Alerts;
using Saker.Settings;

namespace Saker.Outputs.Sql.TimescaleDb;

/// <summary>Options of the TimescaleDB output. Encryption is tried and not checked, as PostgreSQL's clients do by default, unless <c>cacertfile</c> is set.</summary>
internal sealed record TimescaleDbOptions : NetworkOutputOptions
{
    /// <summary>The server: a name, an address, or the folder of its socket. With <c>cacertfile</c> the connection must be encrypted and the server's certificate is checked; without it, encryption is used where the server offers it.</summary>
    [Required, RequestHead]
    public string Host { get; init; } = "";

    /// <summary>The server's port.</summary>
    [Range(1, 65_535)]
    public int Port { get; init; } = 5432;

    /// <summary>The database.</summary>
    [RequestHead]
    public string Database { get; init; } = "falcosidekick";

    /// <summary>The table or hypertable, with its schema if it has one: <c>falco.events</c>. As in SQL, letters are small unless the name stands in double quotes.</summary>
    [RequestHead]
    public string HypertableName { get; init; } = "falcosidekick_events";

    /// <summary>The user to sign in as.</summary>
    [RequestHead]
    public string User { get; init; } = "postgres";

    /// <summary>The user's password.</summary>
    public Secret Password { get; init; } = new("postgres");

    /// <summary>Makes the table if it is missing, with a column for each custom and templated field; where the extension timescaledb is installed, as a hypertable.</summary>
    public bool CreateTable { get; init; }

    /// <summary>Alerts that are written with one statement at most. None of them waits for others unless <c>batchinterval</c> says so: they are those that came while the statement before was under way.</summary>
    [Range(1, 1000)]
    public int BatchSize { get; init; } = 100;

    /// <summary>How long an alert may wait for others to be written with it; 0 does not wait.</summary>
    public TimeSpan BatchInterval { get; init; }

    /// <inheritdoc/>
    public override IEnumerable<OptionFault> Validate()
    {
        foreach (var fault in base.Validate())
        {
            yield return fault;
        }

        if (Host.Length > 0 && !IsOneHost(Host))
        {
            yield return new("host", "This is neither one host, without its port, nor the folder of a socket.");
        }

        if (Database.Length == 0)
        {
            yield return new("database", "Name a database.");
        }

        if (SqlName.Table(HypertableName) is null)
        {
            yield return new("hypertablename", "This is no name of a table, as in falcosidekick_events, falco.events or \"Events\".");
        }

        if (User.Length == 0)
        {
            yield return new("user", "Name a user.");
        }

        if (BatchInterval < TimeSpan.Zero)
        {
            yield return new("batchinterval", "An interval is not negative; 0 does not wait.");
        }
    }

    private static bool IsOneHost(string host) =>
        host.StartsWith('/') ? host.AsSpan().IndexOfAny(',', ':') < 0 : Uri.CheckHostName(host) != UriHostNameType.Unknown;
}
