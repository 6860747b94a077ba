using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Saker.Router.Options;
using Saker.Router.Tests.Configuration;
using Saker.Testing;

namespace Saker.Router.Tests.Ingest;

/// <summary>The recorded connections to Falcosidekick, made to ours: which answers come on one connection, and whether it stays.</summary>
public sealed partial class RecordedConnectionTests(ITestOutputHelper output)
{
    private const string Alert = """{"output":"x","priority":"Warning","rule":"r","time":"2026-11-23T19:18:08Z","output_fields":{"a":"b"}}""";

    /// <summary>What comes otherwise here, and the line of docs/falcosidekick-differences.md that says why.</summary>
    public static readonly Dictionary<string, (int[] Statuses, string Line)> Differences = new()
    {
        ["rejected with unread rest of 300 kB, then accepted"] = ([400, 200, 200], "unread-rest"),
        ["rejected with unread rest of 1 MB"] = ([400, 200], "unread-rest"),
        ["two objects of which the second is 1 MB"] = ([200, 200, 200], "unread-rest"),
        ["panic, then another request on the same connection"] = ([200, 200, 200], "k8s-names"),
        ["body never finished"] = ([408], "slow-senders"),
        ["headers never finished"] = ([408], "slow-senders"),
    };

    [Fact]
    public async Task Each_connection_has_the_recorded_answers_and_stays_or_ends_as_recorded()
    {
        var wrong = new List<string>();
        var (agreed, compared) = (0, 0);
        foreach (var recorded in RecordedSettings.Lines("http-connections.jsonl").Where(static line => line.TryGetProperty("statuses", out _)))
        {
            var name = recorded.GetProperty("name").GetString()!;
            var isLimit = recorded.TryGetProperty("closed_after_seconds", out _);
            await using var fixture = await IngestFixture.StartAsync(isLimit ? Impatient() : null);
            using var connection = await RawConnection.OpenAsync(fixture.Port);
            foreach (var part in recorded.GetProperty("send").EnumerateArray().Where(static part => part.ValueKind == JsonValueKind.String))
            {
                await connection.SendAsync(Written(part.GetString()!));
            }

            var expected = recorded.GetProperty("statuses").EnumerateArray().Select(static status => status.GetInt32()).ToList();
            var statuses = new List<int>();
            if (recorded.GetProperty("connection_afterwards").GetString() == "still open")
            {
                expected.Add(200);
            }

            if (!isLimit)
            {
                await connection.SendAsync("GET /ping HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"); // answered where the connection stayed
            }

            while (await connection.ReadAsync() is { } answer)
            {
                statuses.Add(answer.Status!.Value);
            }

            var isListed = Differences.TryGetValue(name, out var difference);
            var isSame = statuses.SequenceEqual(expected);
            agreed += isSame && !isListed ? 1 : 0;
            compared += isListed ? 0 : 1;
            if (isListed ? !statuses.SequenceEqual(difference.Statuses) || isSame : !isSame)
            {
                wrong.Add($"{name}: recorded {string.Join(' ', expected)}, ours {string.Join(' ', statuses)}");
            }
        }

        RecordedCases.Note(output, "connections", agreed, compared, Differences.Count);
        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
        Assert.True(compared + Differences.Count >= 22, $"only {compared} were compared");
    }

    // The limits themselves are settings of ours; that they end a connection is what is compared.
    private static RouterOptions Impatient() => new() { Http = new HttpOptions { ReadTimeout = TimeSpan.FromSeconds(1), IdleTimeout = TimeSpan.FromSeconds(1) } };

    // Long runs are recorded as <100000×a>, and thousand headers in words.
    private static string Written(string part) => part.StartsWith("POST / with 1000 header lines", StringComparison.Ordinal)
        ? $"POST / HTTP/1.1\r\nHost: a\r\n{string.Concat(Enumerable.Range(0, 1000).Select(static number => string.Create(CultureInfo.InvariantCulture, $"X-{number}: v\r\n")))}Content-Length: {Alert.Length}\r\n\r\n{Alert}"
        : Run().Replace(part, static match => new StringBuilder().Insert(0, match.Groups[2].Value, int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture)).ToString());

    [GeneratedRegex("<([0-9]+)×([^>]+)>")]
    private static partial Regex Run();
}
