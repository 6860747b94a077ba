using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Saker.Outputs.Testing;

namespace Saker.Outputs.Tests.TimescaleDb;

/// <summary>A database of a real PostgreSQL with a role of its own, whose triggers refuse as the contract wants.</summary>
internal sealed class PostgresDestination : IServerDestination
{
    private readonly PostgresServer server;
    private readonly string database;

    private PostgresDestination(PostgresServer server, string database) => (this.server, this.database) = (server, database);

    public IPEndPoint Address => new(IPAddress.Loopback, server.Port);

    public IReadOnlyDictionary<string, string?> Keys => new Dictionary<string, string?> { ["database"] = database, ["user"] = Role };

    private string Role => $"of_{database}";

    /// <summary>Makes the database. What is refused is counted by a sequence, which PostgreSQL does not roll back.</summary>
    public static async Task<IServerDestination> StartAsync(PostgresServer server)
    {
        PostgresServer.Require();
        var database = await server.DatabaseAsync("""
            CREATE TABLE falcosidekick_events (time TIMESTAMPTZ NOT NULL, rule TEXT, priority TEXT, source TEXT, output TEXT, tags TEXT, hostname TEXT, n SERIAL);
            CREATE TABLE victim (n int);
            CREATE TABLE mood (state TEXT, words TEXT);
            CREATE SEQUENCE tries;
            CREATE FUNCTION judge() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
                DECLARE mood mood;
                BEGIN
                    PERFORM nextval('tries');
                    FOR mood IN SELECT * FROM mood LOOP
                        RAISE EXCEPTION '%', mood.words USING ERRCODE = mood.state;
                    END LOOP;
                    RETURN NULL;
                END
            $$;
            CREATE TRIGGER t BEFORE INSERT ON falcosidekick_events FOR EACH STATEMENT EXECUTE FUNCTION judge();
            """);
        var destination = new PostgresDestination(server, database);
        await server.ExecuteAsync(database, $"""
            CREATE ROLE {destination.Role} LOGIN PASSWORD '{PlantedSecrets.Of("password")}' IN ROLE contract;
            GRANT ALL ON ALL TABLES IN SCHEMA public TO {destination.Role};
            GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {destination.Role}
            """);
        return destination;
    }

    public async Task<string> SetMoodAsync(ServerMood mood, string words)
    {
        var state = mood switch { ServerMood.NotNow => "53100", ServerMood.RefusesForGood => "23514", _ => "" };
        var password = PlantedSecrets.Of("password") + (mood == ServerMood.DeniesSignIn ? "-no-more" : "");
        await server.ExecuteAsync(database, $"DELETE FROM mood; ALTER ROLE {Role} PASSWORD '{password}'; {(state.Length == 0 ? "" : $"INSERT INTO mood VALUES ('{state}', '{words}')")}");
        if (mood == ServerMood.DeniesSignIn)
        {
            await server.ExecuteAsync("postgres", $"SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE usename = '{Role}'");
        }

        return words;
    }

    public async Task<IReadOnlyList<string>> ArrivedAsync() => [.. (await RowsAsync("falcosidekick_events")).OrderBy(static row => (int)row["n"]!).Select(static row => string.Join('\n', row.AsObject().Select(static column => $"{column.Key}: {column.Value}")))];

    public async Task<int> TriesAsync() => int.Parse((await RowsAsync("(SELECT CASE WHEN is_called THEN last_value ELSE 0 END AS n FROM tries)")).Single()["n"]!.ToString(), CultureInfo.InvariantCulture);

    public async Task<IReadOnlyList<string>> FaultsAsync() => [.. (await RowsAsync("(SELECT 'the table victim is gone' AS n WHERE to_regclass('victim') IS NULL)")).Select(static row => row["n"]!.ToString())];

    public async ValueTask DisposeAsync()
    {
        await server.ExecuteAsync("postgres", $"DROP DATABASE {database} WITH (FORCE)");
        await server.ExecuteAsync("postgres", $"DROP ROLE {Role}");
    }

    private async Task<List<JsonNode>> RowsAsync(string from) => (await server.RowsAsync(database, from)).ConvertAll(static row => JsonNode.Parse(row)!);
}
