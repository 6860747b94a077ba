using System.Globalization;
using System.IO.Compression;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Saker.Router.Options;
using Saker.Router.Tests.Ingest;
using Saker.Router.Tests.Telemetry;
using Saker.Settings;
using Saker.Testing;

namespace Saker.Router.Tests.Fuzzing;

/// <summary>
/// Damaged requests and damaged bodies over sockets: each is answered with a status that is in the documents or with none, in a time,
/// and afterwards the router serves, logs no exception and has given its memory back.
/// </summary>
[Collection(Alone.Name)]
public sealed partial class HttpFuzzTests
{
    private const int SendersAtOnce = 4;
    private const long MostMemoryKept = 64 << 20;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    // docs/decisions/0051-http.md and Kestrel's own refusals. 503 is not among them: nothing here fills the memory or the disk.
    private static readonly int[] Allowed = [100, 200, 307, 400, 404, 405, 408, 411, 413, 414, 417, 431, 505];

    [Fact]
    public async Task Any_bytes_on_a_connection_get_an_allowed_answer_or_none()
    {
        var seeds = RecordedRequest.ReadAll().Select(static request => request.Wire).Where(static wire => wire.Length < 8192).ToList();
        await using var fixture = await IngestFixture.StartAsync(Small());
        var before = GC.GetTotalMemory(forceFullCollection: true);
        await RunAsync(Fuzz.Rounds(2500), 1, async random =>
        {
            var wire = Damage.To(random.Next(3) == 0 ? [.. seeds[random.Next(seeds.Count)], .. seeds[random.Next(seeds.Count)]] : seeds[random.Next(seeds.Count)], random);
            var answer = await ExchangeAsync(fixture.Port, wire);
            if (HasUnknownStatus(answer, wire))
            {
                Assert.Fail($"'{answer}' to {Convert.ToBase64String(wire)}");
            }
        });
        await CheckAfterwardsAsync(fixture, before);
    }

    [Fact]
    public async Task Any_body_is_taken_or_refused_and_what_was_said_to_be_taken_is_stored()
    {
        await using var fixture = await IngestFixture.StartAsync(Small());
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var (least, partly) = (0, 0);
        await RunAsync(Fuzz.Rounds(2000), 2, async random =>
        {
            var (body, type) = Body(random);
            var answer = await RawHttp.SendAsync(fixture.Port, RawHttp.Request("POST", "/", [KeyValuePair.Create("Content-Type", type), KeyValuePair.Create("Connection", "close")], body));
            if (answer.Status is not (200 or 400 or 413))
            {
                Assert.Fail($"{answer.Status} to {Convert.ToBase64String(body)}");
            }

            if (answer.Status == 200)
            {
                // An answer without a body: all were taken, at least one.
                Interlocked.Add(ref partly, answer.Body.Length > 0 ? 1 : 0);
                Interlocked.Add(ref least, answer.Body.Length == 0 ? 1 : Accepted(answer.Body));
            }
        });
        Assert.True(partly > 0 && least > partly, $"{partly} taken in part, {least} alerts");
        await CheckAfterwardsAsync(fixture, before);
        var stored = fixture.Stored();
        Assert.InRange(stored.Count, least, int.MaxValue);
        Assert.Equal(stored.Count, MetricsText.Parse(await fixture.ScrapeAsync()).Of("falcosecurity_falcosidekick_inputs_total")["source=\"requests\",status=\"accepted\""]);
        Assert.All(stored, static alert => JsonDocument.Parse(alert).Dispose());
    }

    private static int Accepted(string answer)
    {
        using var json = JsonDocument.Parse(answer);
        return json.RootElement.GetProperty("accepted").GetInt32();
    }

    private static RouterOptions Small() => new()
    {
        Http = new HttpOptions { MaxBodySize = new ByteSize(64 << 10), MaxBufferedBytes = new ByteSize(8 << 20), ReadTimeout = TimeSpan.FromSeconds(10) },
    };

    private static (byte[] Body, string Type) Body(Random random)
    {
        var alerts = Enumerable.Range(0, random.Next(1, 6)).Select(number => Encoding.UTF8.GetBytes(
            $$$$"""{"output":"ö{{{{number}}}}","priority":"Warning","rule":"R","time":"2026-11-23T19:18:08.123456789+01:00","tags":["a","b"],"output_fields":{"a":"1","n":{{{{random.Next()}}}},"x":null,"o":{"p":[1,2]}}}""")).ToList();
        var damaged = random.Next(alerts.Count);
        alerts[damaged] = random.Next(4) == 0 ? alerts[damaged] : Damage.To(alerts[damaged], random);
        var kind = random.Next(4);
        var body = kind switch
        {
            0 => alerts[damaged],
            1 => [.. "["u8, .. Joined(alerts, (byte)','), .. "]"u8],
            _ => Joined(alerts, (byte)'\n'),
        };
        body = random.Next(4) == 0 ? Damage.To(body, random) : body;
        if (random.Next(3) == 0)
        {
            body = Packed(body);
            body = random.Next(3) == 0 ? Damage.To(body, random) : body;
        }

        return (body, kind > 1 ? "application/x-ndjson" : "application/json");
    }

    private static byte[] Joined(IEnumerable<byte[]> parts, byte between) => [.. parts.Aggregate((left, right) => [.. left, between, .. right])];

    private static byte[] Packed(byte[] content)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
        {
            gzip.Write(content);
        }

        return packed.ToArray();
    }

    // A number for each case, so that a case does not depend on how many run at once.
    private static Task RunAsync(int rounds, int salt, Func<Random, Task> one) => Parallel.ForEachAsync(
        Enumerable.Range(0, rounds), new ParallelOptions { MaxDegreeOfParallelism = SendersAtOnce, CancellationToken = TestContext.Current.CancellationToken },
        async (round, _) => await one(new Random(HashCode(Fuzz.Seed, salt, round))));

    private static int HashCode(int seed, int salt, int round) => unchecked((((seed * 31) + salt) * 1_000_003) + round);

    /// <summary>All that comes back until the other side closes; it knows that nothing more will come.</summary>
    private static async Task<string> ExchangeAsync(int port, byte[] wire)
    {
        using var limit = new CancellationTokenSource(Patience);
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", port, limit.Token);
        var stream = client.GetStream();
        using var answer = new MemoryStream();
        try
        {
            await stream.WriteAsync(wire, limit.Token);
            client.Client.Shutdown(SocketShutdown.Send);
            await stream.CopyToAsync(answer, limit.Token);
        }
        catch (Exception exception) when (exception is IOException or SocketException)
        {
            // Closed or reset before all was read.
        }

        return Encoding.Latin1.GetString(answer.ToArray());
    }

    // To the preface of HTTP/2 the server speaks HTTP/2.
    private static bool HasUnknownStatus(string answer, byte[] wire) => answer.Length > 0 && !wire.AsSpan().StartsWith("PRI"u8)
        && (!answer.StartsWith("HTTP/1.1 ", StringComparison.Ordinal) || StatusLine().Matches(answer).Any(static line => !Allowed.Contains(int.Parse(line.Groups[1].ValueSpan, CultureInfo.InvariantCulture))));

    private static async Task CheckAfterwardsAsync(IngestFixture fixture, long before)
    {
        Assert.Equal(200, (await RawHttp.SendAsync(fixture.Port, RawHttp.Request("GET", "/healthz", [KeyValuePair.Create("Connection", "close")], null))).Status);
        Assert.All(fixture.Lines.Lines, static line => Assert.DoesNotContain("Exception", line.Text, StringComparison.Ordinal));
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, MostMemoryKept);
    }

    [GeneratedRegex("^HTTP/1\\.1 ([0-9]{3}) ", RegexOptions.Multiline)]
    private static partial Regex StatusLine();
}
