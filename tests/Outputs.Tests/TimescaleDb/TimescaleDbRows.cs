using System.Globalization;
using System.Text.Json.Nodes;
using Saker.Alerts;
using Saker.Outputs.Sql.TimescaleDb;
using Saker.Outputs.Testing;

namespace Saker.Outputs.Tests.TimescaleDb;

/// <summary>Tables and rows of our own mode.</summary>
public sealed class TimescaleDbRows(PostgresServer server) : IClassFixture<PostgresServer>
{
    private const string Table = "CREATE TABLE falcosidekick_events (time TIMESTAMPTZ NOT NULL, rule TEXT, priority VARCHAR(20), source VARCHAR(20), output TEXT, tags TEXT, hostname TEXT)";

    [Fact]
    public async Task Every_alert_is_a_row_and_a_batch_is_a_statement()
    {
        PostgresServer.Require();
        var database = await server.DatabaseAsync(Table + "; CREATE TABLE statements (n int); CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO statements VALUES (1); RETURN NULL; END';"
            + "CREATE TRIGGER t AFTER INSERT ON falcosidekick_events FOR EACH STATEMENT EXECUTE FUNCTION note()");
        await using var router = Load(database);
        var result = await router.Output.DeliverAsync([.. SampleAlerts.All.Select(static sample => sample.Alert)], TestContext.Current.CancellationToken);
        var rows = await server.RowsAsync(database, "falcosidekick_events");
        Assert.Equal(SampleAlerts.All.Count, rows.Count);
        for (var i = 0; i < rows.Count; i++)
        {
            var alert = SampleAlerts.All[i].Alert;
            var row = JsonNode.Parse(rows[i])!;
            Assert.Equal(DeliveryStatus.Delivered, result[i].Status);
            Assert.Equal((alert.Rule, alert.Output, alert.Priority.Word()), (row["rule"]!.GetValue<string>(), row["output"]!.GetValue<string>(), row["priority"]!.GetValue<string>()));
            Assert.Equal(alert.Tags.Count == 0 ? null : string.Join(',', alert.Tags), row["tags"]?.GetValue<string>());
        }

        Assert.Single(await server.RowsAsync(database, "statements"));
    }

    [Fact]
    public async Task A_row_that_is_refused_holds_back_none_of_its_batch()
    {
        PostgresServer.Require();
        var database = await server.DatabaseAsync(Table.Replace("rule TEXT", "rule VARCHAR(5)", StringComparison.Ordinal));
        await using var router = Load(database);
        Alert[] alerts = [SampleAlerts.Full with { Rule = "12345" }, SampleAlerts.Full with { Rule = "123456" }, SampleAlerts.Full with { Rule = "1" }];
        var result = await router.Output.DeliverAsync(alerts, TestContext.Current.CancellationToken);
        Assert.Equal([DeliveryStatus.Delivered, DeliveryStatus.Rejected, DeliveryStatus.Delivered], Enumerable.Range(0, 3).Select(i => result[i].Status));
        Assert.Equal($"PostgreSQL at 127.0.0.1:{server.Port} refused the row (22001): value too long for type character varying(5).", result[1].Reason);
        Assert.Equal(2, (await server.RowsAsync(database, "falcosidekick_events")).Count);
    }

    [Theory]
    [InlineData("falcosidekick_events")]
    [InlineData("Falco_Events")]
    [InlineData("\"Falco Events\"")]
    [InlineData("s.events")]
    [InlineData("select")]
    [InlineData("x; DROP TABLE victim --")]
    [InlineData("\"a\"\"b\"")]
    public async Task A_table_is_made_on_request_whatever_its_name_and_left_alone_when_it_is_there(string name)
    {
        PostgresServer.Require();
        var database = await server.DatabaseAsync("CREATE SCHEMA s; CREATE TABLE victim (n int)");
        var fields = "customfields:\n  a-b: x\n  order: y\n  UPPER: '\"z\"'\n  output: mine\ntemplatedfields:\n  nothing: 'null'\n";
        for (var i = 0; i < 2; i++)
        {
            await using var router = Load(database, $"  hypertablename: '{name}'\n  createtable: true\n{fields}");
            Assert.Equal(DeliveryStatus.Delivered, (await router.Output.PrepareAsync(TestContext.Current.CancellationToken)).Status);
            var result = (await router.Output.DeliverAsync([router.Enrich(SampleAlerts.Full)], TestContext.Current.CancellationToken))[0];
            Assert.True(result.Status == DeliveryStatus.Delivered, result.ToString());
        }

        var rows = await server.RowsAsync(database, SqlName.Table(name)!);
        Assert.Equal(2, rows.Count);
        var row = JsonNode.Parse(rows[0])!.AsObject();
        Assert.Equal(("x", "y", "\"z\"", SampleAlerts.Full.Output), ((string?)row["a-b"], (string?)row["order"], (string?)row["upper"], (string?)row["output"]));
        Assert.True(row.ContainsKey("nothing") && row["nothing"] is null);
        Assert.Empty(await server.RowsAsync(database, "victim"));
    }

    [Fact]
    public async Task Where_the_extension_is_the_table_is_made_a_hypertable_or_not_at_all()
    {
        PostgresServer.Require();
        const string Extension = "CREATE SCHEMA ts; CREATE TABLE calls (args text); INSERT INTO pg_extension (oid, extname, extowner, extnamespace, extrelocatable, extversion) SELECT 99999, 'timescaledb', 10, oid, false, '2' FROM pg_namespace WHERE nspname = 'ts';";
        var database = await server.DatabaseAsync(Extension + "CREATE FUNCTION ts.create_hypertable(relation regclass, time_column_name name, if_not_exists boolean) RETURNS text LANGUAGE sql AS 'INSERT INTO public.calls VALUES (relation::text || time_column_name) RETURNING args'");
        await using var router = Load(database, "  createtable: true\n");
        var ready = await router.Output.PrepareAsync(TestContext.Current.CancellationToken);
        Assert.True(ready.Status == DeliveryStatus.Delivered, ready.ToString());
        await router.Output.PrepareAsync(TestContext.Current.CancellationToken);
        Assert.Equal(["{\"args\": \"falcosidekick_eventstime\"}"], await server.RowsAsync(database, "calls"));

        var broken = await server.DatabaseAsync(Extension); // without the function
        await using var other = Load(broken, "  createtable: true\n");
        Assert.Equal(DeliveryStatus.Blocked, (await other.Output.PrepareAsync(TestContext.Current.CancellationToken)).Status);
        await Assert.ThrowsAsync<Npgsql.PostgresException>(() => server.RowsAsync(broken, "falcosidekick_events"));
    }

    [Fact]
    public async Task Texts_become_what_the_columns_are_and_missing_ones_their_defaults()
    {
        PostgresServer.Require();
        var database = await server.DatabaseAsync("CREATE TABLE falcosidekick_events (time TIMESTAMP, rule TEXT, priority TEXT, source TEXT, output TEXT, tags TEXT DEFAULT 'none', hostname TEXT, n INTEGER, j JSONB)");
        await using var router = Load(database, "customfields:\n  n: '7'\n  j: '{\"a\": [1]}'\n");
        var bare = SampleAlerts.Full with { Tags = [], Hostname = "", Time = new AlertTime(-62_167_219_200, 1_999, 60) };
        var result = await router.Output.DeliverAsync([router.Enrich(SampleAlerts.Full), router.Enrich(bare)], TestContext.Current.CancellationToken);
        Assert.True(result[1].Status == DeliveryStatus.Delivered, result[1].ToString());
        var rows = (await server.RowsAsync(database, "falcosidekick_events")).ConvertAll(static row => JsonNode.Parse(row)!);
        Assert.Equal((7, "container,shell", "2026-11-23T19:18:08.831575"), ((int)rows[0]["n"]!, (string?)rows[0]["tags"], (string?)rows[0]["time"]));
        Assert.Equal(("none", "0001-01-01T00:00:00.000001 BC", 1), ((string?)rows[1]["tags"], (string?)rows[1]["time"], (int)rows[1]["j"]!["a"]![0]!));
    }

    [Fact]
    public async Task More_values_than_a_statement_takes_are_several_statements()
    {
        PostgresServer.Require();
        var names = Enumerable.Range(0, 100).Select(static i => $"f{i}").ToArray();
        var database = await server.DatabaseAsync($"{Table[..^1]}, {string.Join(", ", names.Select(static name => name + " TEXT"))})");
        await using var router = Load(database, "customfields:\n" + string.Concat(names.Select(static name => $"  {name}: x\n")));
        var alerts = Enumerable.Range(0, 1000).Select(i => router.Enrich(SampleAlerts.Full with { Rule = i.ToString(CultureInfo.InvariantCulture) })).ToArray();
        var result = await router.Output.DeliverAsync(alerts, TestContext.Current.CancellationToken);
        Assert.All(Enumerable.Range(0, 1000), i => Assert.Equal(DeliveryStatus.Delivered, result[i].Status));
        Assert.Equal(1000, (await server.RowsAsync(database, "falcosidekick_events")).Count);
    }

    private ConfiguredRouter Load(string database, string more = "") =>
        ConfiguredRouter.Load($"timescaledb:\n  host: 127.0.0.1\n  port: {server.Port}\n  database: {database}\n{more}");
}
