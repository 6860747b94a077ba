using Npgsql;
using Saker.Outputs.Testing;
using Saker.Testing;

namespace Saker.Outputs.Tests.TimescaleDb;

/// <summary>What the server's refusals and failures on the way to it come to.</summary>
public sealed class TimescaleDbFailures(PostgresServer server) : IClassFixture<PostgresServer>
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private const string Table = "CREATE TABLE falcosidekick_events (time TIMESTAMPTZ, rule TEXT, priority TEXT, source TEXT, output TEXT, tags TEXT, hostname TEXT)";

    [Theory]
    [InlineData("  user: pw\n  password: wr0ng-s3cret\n", "28P01", "password")]
    [InlineData("  user: nobody\n", "28000", "user")]
    [InlineData("  user: pw\n  password: ODD\n", "42501", "user")]
    [InlineData("  database: nope\n", "3D000", "database")]
    [InlineData("  hypertablename: nope\n", "42P01", "hypertablename")]
    [InlineData("  hypertablename: nope.events\n", "42P01", "hypertablename")]
    [InlineData("customfields:\n  missing: x\n", "42703", "hypertablename")]
    public async Task What_is_configured_wrongly_blocks_and_names_the_key(string yaml, string said, string key)
    {
        PostgresServer.Require();
        var database = await server.DatabaseAsync(Table);
        await using var router = Load(yaml.Contains("database", StringComparison.Ordinal) ? "" : $"  database: {database}\n", yaml.Replace("ODD", $"'{PostgresServer.OddPassword.Replace("'", "''", StringComparison.Ordinal)}'", StringComparison.Ordinal));
        var result = await DeliverAsync(router, enriched: true);
        Assert.True(result.Status == DeliveryStatus.Blocked, result.ToString());
        Assert.Contains(said, result.Reason, StringComparison.Ordinal);
        Assert.EndsWith($". Look at timescaledb.{key}.", result.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("wr0ng-s3cret", result.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain(PostgresServer.OddPassword, result.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Any_password_works()
    {
        PostgresServer.Require();
        var database = await server.DatabaseAsync(Table + "; GRANT INSERT ON falcosidekick_events TO pw");
        await using var router = Load($"  database: {database}\n  user: pw\n", $"  password: '{PostgresServer.OddPassword.Replace("'", "''", StringComparison.Ordinal)}'\n");
        var result = await DeliverAsync(router);
        Assert.True(result.Status == DeliveryStatus.Delivered, result.ToString());
    }

    [Fact]
    public async Task Encryption_is_used_where_it_is_offered_and_checked_with_an_authority()
    {
        PostgresServer.Require();
        var database = await server.DatabaseAsync("CREATE VIEW falcosidekick_events AS SELECT now() AS time, ''::text AS rule, ''::text AS priority, ''::text AS source, ''::text AS output, ''::text AS tags, ''::text AS hostname;"
            + "CREATE TABLE seen (ssl bool, dn text); CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS 'BEGIN INSERT INTO seen SELECT ssl, client_dn FROM pg_stat_ssl WHERE pid = pg_backend_pid(); RETURN NEW; END';"
            + "CREATE TRIGGER t INSTEAD OF INSERT ON falcosidekick_events FOR EACH ROW EXECUTE FUNCTION see()");
        var folder = server.Certificates.Folder;
        var keys = $"  database: {database}\n";
        await DeliveredAsync("");
        await DeliveredAsync($"  cacertfile: {folder}/ca.crt\n");
        await File.WriteAllTextAsync(Path.Combine(folder, "client.crt"), server.Certificates.Client("client").ExportCertificatePem(), TestContext.Current.CancellationToken);
        await DeliveredAsync($"  user: client\n  certfile: {folder}/client.crt\n  keyfile: {folder}/client.key\n");
        await DeliveredAsync("  user: '\"noTls\"'\n".Replace("\"", "", StringComparison.Ordinal)); // it falls back, as PostgreSQL's own clients do
        Assert.Equal(
            ["""{"dn": null, "ssl": true}""", """{"dn": null, "ssl": true}""", """{"dn": "/CN=client", "ssl": true}""", """{"dn": null, "ssl": false}"""],
            await server.RowsAsync(database, "seen"));

        using var others = new TestCertificates();
        await using var wrong = Load(keys, $"  cacertfile: {others.Folder}/ca.crt\n");
        var refused = await DeliverAsync(wrong);
        Assert.Equal(DeliveryStatus.Retry, refused.Status);
        Assert.Contains("signed by nobody who is trusted here", refused.Reason, StringComparison.Ordinal);
        await using var name = Load(keys, $"  host: localhost\n  cacertfile: {folder}/ca.crt\n");
        Assert.Contains("for another name", (await DeliverAsync(name)).Reason, StringComparison.Ordinal);
        await using var unchecked_ = Load(keys, $"  checkcert: false\n  cacertfile: {others.Folder}/ca.crt\n");
        Assert.Equal(DeliveryStatus.Delivered, (await DeliverAsync(unchecked_)).Status);

        async Task DeliveredAsync(string more)
        {
            await using var router = Load(keys, more);
            var result = await DeliverAsync(router);
            Assert.True(result.Status == DeliveryStatus.Delivered, $"{more}: {result}");
        }
    }

    [Fact]
    public async Task A_server_that_stops_is_a_retry_until_it_is_back()
    {
        PostgresServer.Require();
        var database = await server.DatabaseAsync(Table);
        await using var router = Load($"  database: {database}\n");
        Assert.Equal(DeliveryStatus.Delivered, (await DeliverAsync(router)).Status);
        await server.StopAsync();
        try
        {
            for (var i = 0; i < 3; i++)
            {
                var result = await DeliverAsync(router);
                Assert.True(result.Status == DeliveryStatus.Retry, result.ToString());
            }

            Assert.Equal($"The connection to 127.0.0.1:{server.Port} was refused: nobody listens there.", (await DeliverAsync(router)).Reason);
        }
        finally
        {
            await server.StartAsync();
        }

        Assert.Equal(DeliveryStatus.Delivered, (await DeliverAsync(router)).Status);
    }

    [Fact]
    public async Task A_connection_that_the_server_ends_is_a_retry_on_a_new_one()
    {
        PostgresServer.Require();
        var database = await server.DatabaseAsync(Table);
        await using var router = Load($"  database: {database}\n");
        await DeliverAsync(router);
        await server.ExecuteAsync("postgres", $"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}'");
        var broken = await DeliverAsync(router);
        Assert.True(broken.Status is DeliveryStatus.Retry, broken.ToString());
        Assert.Equal(DeliveryStatus.Delivered, (await DeliverAsync(router)).Status);
    }

    [Fact]
    public async Task A_table_that_is_locked_is_given_up_with_the_attempt_and_a_server_that_only_reads_is_a_retry()
    {
        PostgresServer.Require();
        var database = await server.DatabaseAsync(Table);
        await using var router = Load($"  database: {database}\n  attempttimeout: 10m\n");
        await using (var holder = NpgsqlDataSource.Create(server.Connection(database)))
        await using (var connection = await holder.OpenConnectionAsync(TestContext.Current.CancellationToken))
        await using (await connection.BeginTransactionAsync(TestContext.Current.CancellationToken))
        {
            await using var command = new NpgsqlCommand("LOCK TABLE falcosidekick_events", connection);
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
            using var attempt = new CancellationTokenSource(TimeSpan.FromMilliseconds(500));
            var delivering = router.Output.DeliverAsync([SampleAlerts.Full], attempt.Token).AsTask();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => delivering.WaitAsync(Patience, TestContext.Current.CancellationToken));
        }

        await server.ExecuteAsync("postgres", $"ALTER DATABASE {database} SET default_transaction_read_only = on");
        await using var reading = Load($"  database: {database}\n");
        var result = await DeliverAsync(reading);
        Assert.Equal(DeliveryStatus.Retry, result.Status);
        Assert.Contains("(25006)", result.Reason, StringComparison.Ordinal);
        Assert.Empty(await server.RowsAsync(database, "falcosidekick_events"));
    }

    [Fact]
    public async Task A_name_that_nobody_knows_and_a_table_that_cannot_be_made_yet_lose_nothing()
    {
        await using var unknown = ConfiguredRouter.Load("timescaledb:\n  host: no-such-host.invalid\n");
        Assert.Contains("The name of no-such-host.invalid:5432", (await DeliverAsync(unknown)).Reason, StringComparison.Ordinal);

        using var silent = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        silent.Start();
        await using var slow = ConfiguredRouter.Load($"timescaledb:\n  host: 127.0.0.1\n  port: {((System.Net.IPEndPoint)silent.LocalEndpoint).Port}\n  createtable: true\n  attempttimeout: 10m\n");
        using var attempt = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        var preparing = slow.Output.PrepareAsync(attempt.Token).AsTask();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => preparing.WaitAsync(Patience, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("port", "0")]
    [InlineData("host", "a,b")]
    [InlineData("host", "db:5432")]
    [InlineData("host", "/run/a,/run/b")]
    [InlineData("hypertablename", "a..b")]
    [InlineData("hypertablename", "a\"b")]
    [InlineData("batchsize", "0")]
    [InlineData("batchsize", "1001")]
    [InlineData("batchinterval", "-1s")]
    [InlineData("keyfile", "/nowhere.key")]
    public void What_cannot_work_is_a_fault_that_names_the_key(string key, string value)
    {
        var keys = new Dictionary<string, string?> { ["host"] = "127.0.0.1", [key] = value };
        Assert.Contains(ConfiguredRouter.Load(ConfiguredRouter.Yaml("timescaledb", keys)).Faults, fault => fault.Contains($"outputs.tested.{key}", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("::1")]
    [InlineData("[::1]")]
    [InlineData("db.example.com")]
    [InlineData("/var/run/postgresql")]
    public void A_host_is_a_name_an_address_or_the_folder_of_a_socket(string host) =>
        Assert.Single(ConfiguredRouter.Load(ConfiguredRouter.Yaml("timescaledb", new Dictionary<string, string?> { ["host"] = host })).Outputs);

    private static async Task<DeliveryResult> DeliverAsync(ConfiguredRouter router, bool enriched = false) =>
        (await router.Output.DeliverAsync([enriched ? router.Enrich(SampleAlerts.Full) : SampleAlerts.Full], TestContext.Current.CancellationToken))[0];

    private ConfiguredRouter Load(string keys, string more = "") =>
        ConfiguredRouter.Load($"timescaledb:\n{(more.Contains("host:", StringComparison.Ordinal) ? "" : "  host: 127.0.0.1\n")}  port: {server.Port}\n{keys}{more}");
}
