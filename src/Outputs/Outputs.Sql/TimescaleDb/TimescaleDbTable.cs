using Npgsql;

namespace Saker.Outputs.Sql.TimescaleDb;

/// <summary>Makes the table (<c>createtable</c>). One that is there is left as it is.</summary>
internal static class TimescaleDbTable
{
    /// <summary>Makes it, as a hypertable where the extension is installed; both or nothing.</summary>
    public static ValueTask CreateAsync(NpgsqlDataSource source, string table, IReadOnlyList<string> added, CancellationToken cancellationToken) =>
        TimescaleDbSource.UseAsync(source, (connection, token) => CreateAsync(connection, table, added, token), cancellationToken);

    private static async Task CreateAsync(NpgsqlConnection connection, string table, IReadOnlyList<string> added, CancellationToken cancellationToken)
    {
        if (await ScalarAsync(connection, "SELECT to_regclass($1)::text", cancellationToken, table) is not null)
        {
            return;
        }

        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var columns = ((string[])["rule", "priority", "source", "output", "tags", "hostname", .. added]).Select(SqlName.Column).Distinct().Where(static column => column != "\"time\"");
        await ScalarAsync(connection, $"CREATE TABLE IF NOT EXISTS {table} (\"time\" TIMESTAMPTZ NOT NULL, {string.Join(", ", columns.Select(static column => column + " TEXT"))})", cancellationToken);
        if (await ScalarAsync(connection, "SELECT quote_ident(nspname) FROM pg_extension JOIN pg_namespace ON pg_namespace.oid = extnamespace WHERE extname = 'timescaledb'", cancellationToken) is string schema)
        {
            await ScalarAsync(connection, $"SELECT {schema}.create_hypertable($1::regclass, 'time', if_not_exists => TRUE)::text", cancellationToken, table);
        }

        await transaction.CommitAsync(cancellationToken);
    }

    private static async ValueTask<object?> ScalarAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken, params string[] values)
    {
#pragma warning disable CA2100 // the names in it are quoted
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        return await command.ExecuteScalarAsync(cancellationToken) is { } result and not DBNull ? result : null;
    }
}
