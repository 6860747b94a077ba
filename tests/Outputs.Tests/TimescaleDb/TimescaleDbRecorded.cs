using System.Text.Json.Nodes;
using Saker.Outputs.Tests.Recorded;
using Saker.Testing;

namespace Saker.Outputs.Tests.TimescaleDb;

/// <summary>The rows that Falcosidekick wrote for every recorded alert, against those that we write, in a PostgreSQL with the same table.</summary>
public sealed class TimescaleDbRecorded(PostgresServer server, ITestOutputHelper output) : IClassFixture<PostgresServer>
{
    // Where Falcosidekick loses the alert and this output does not, also under strict compatibility.
    private static readonly Dictionary<string, string> NotCopied = new(StringComparer.Ordinal)
    {
        ["control-characters"] = "PostgreSQL takes no NUL; Falcosidekick loses the alert, this output replaces it",
    };

    public static TheoryData<string> Variants => RecordedVariant.Of("timescaledb");

    [Theory]
    [MemberData(nameof(Variants))]
    public async Task Rows_are_those_that_were_recorded(string variant)
    {
        PostgresServer.Require();
        var lines = RecordedData.Lines("sidekick", "outputs", "timescaledb", variant + ".jsonl");
        var header = JsonNode.Parse(lines[0])!;
        var notes = header["notes"]!.GetValue<string>();
        var create = notes[notes.IndexOf("CREATE TABLE", StringComparison.Ordinal)..];
        create = create[..(create.IndexOf("). ", StringComparison.Ordinal) + 1)];
        var table = create.Split(' ')[2];
        var database = await server.DatabaseAsync(create);
        var yaml = header["config"]!.GetValue<string>().Replace("HOST", "127.0.0.1", StringComparison.Ordinal)
            .Replace("port: PORT", $"port: {server.Port}", StringComparison.Ordinal)
            .Replace("database: falco", $"database: {database}", StringComparison.Ordinal)
            .Replace("user: user", "user: postgres", StringComparison.Ordinal);
        await using var router = ConfiguredRouter.Load("strictcompatibility: true\n" + yaml);

        var wrong = new List<string>();
        var leftOut = 0;
        foreach (var line in lines.Skip(1))
        {
            var record = JsonNode.Parse(line)!;
            var name = record["alert"]!.GetValue<string>();
            var before = await server.RowsAsync(database, table);
            var result = (await router.Output.DeliverAsync([router.Enrich(RecordedCase.Named(name))], TestContext.Current.CancellationToken))[0];
            Assert.True(result.Status == DeliveryStatus.Delivered, $"{name}: {result}");
            var row = JsonNode.Parse(Assert.Single((await server.RowsAsync(database, table)).Skip(before.Count)))!;
            if (NotCopied.TryGetValue(name, out var reason))
            {
                leftOut++;
                output.WriteLine($"{name}: {reason}.");
                Assert.StartsWith("a\uFFFDb\u0001c", row["output"]!.GetValue<string>(), StringComparison.Ordinal);
                continue;
            }

            var expected = record["messages"]!.AsArray().Select(static message => message!["row"]).Single(static recorded => recorded is not null);
            if (!JsonNode.DeepEquals(expected, row))
            {
                wrong.Add($"{name}\n  expected {expected!.ToJsonString()}\n  actual   {row.ToJsonString()}");
            }
        }

        RecordedTally.Note(output, "timescaledb", variant, lines.Length - 1 - leftOut - wrong.Count, lines.Length - 1 - leftOut, leftOut);
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }
}
