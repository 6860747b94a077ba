using System.Globalization;
using System.IO.Compression;
using System.Text;
using Saker.Testing;

namespace Saker.Router.Tests.Ingest;

/// <summary>Senders as they are found in the world, each in its own manner of HTTP.</summary>
public sealed class SenderTests : IDisposable
{
    private const string AsFalco = "Host: falcosidekick:2801\r\nUser-Agent: falcosecurity/falco\r\nAccept: */*\r\nContent-Type: application/json\r\n";
    private const string AsGo = "Host: router:2801\r\nUser-Agent: Go-http-client/1.1\r\nContent-Type: application/json\r\nAccept-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n";

    private readonly string folder = Directory.CreateTempSubdirectory("saker-sender").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Falco_keeps_32_connections_and_loses_nothing_on_any()
    {
        const int each = 25;
        await using var fixture = await IngestFixture.StartAsync();
        await Parallel.ForEachAsync(Enumerable.Range(0, 32), new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (number, _) =>
        {
            using var connection = await RawConnection.OpenAsync(fixture.Port);
            for (var i = 0; i < each; i++)
            {
                var body = Alert($"{number}.{i}");
                await connection.SendAsync($"POST / HTTP/1.1\r\n{AsFalco}Content-Length: {body.Length}\r\n\r\n{body}");
                var answer = await connection.ReadAsync();
                Assert.Equal(200, answer?.Status);
                Assert.False(answer!.Headers.ContainsKey("Connection"));
            }
        });
        Assert.Equal(32 * each, fixture.Stored().Distinct().Count());
        Assert.All(Enumerable.Range(0, 32), number => Assert.Equal(
            Enumerable.Range(0, each).Select(i => $"\"{number}.{i}\""),
            fixture.Stored().Select(static alert => RuleOf(alert)).Where(rule => rule.StartsWith($"\"{number}.", StringComparison.Ordinal))));
    }

    [Fact]
    public async Task A_packed_body_may_follow_a_plain_one_on_the_same_connection()
    {
        await using var fixture = await IngestFixture.StartAsync();
        using var connection = await RawConnection.OpenAsync(fixture.Port);
        foreach (var encoding in (string[])["", "Content-Encoding: gzip\r\n", "", "Content-Encoding: gzip\r\n"])
        {
            var body = encoding.Length == 0 ? Encoding.ASCII.GetBytes(Alert("plain")) : Packed(Alert("packed"));
            await connection.SendAsync($"POST / HTTP/1.1\r\n{AsFalco}{encoding}Content-Length: {body.Length}\r\n\r\n");
            await connection.SendAsync(body);
            Assert.Equal(200, (await connection.ReadAsync())?.Status);
        }

        Assert.Equal(["\"plain\"", "\"packed\"", "\"plain\"", "\"packed\""], fixture.Stored().Select(RuleOf));
    }

    [Fact]
    public async Task Who_asks_first_whether_to_send_is_told_to_go_on_each_time()
    {
        await using var fixture = await IngestFixture.StartAsync();
        using var connection = await RawConnection.OpenAsync(fixture.Port);
        var body = Alert("asked");
        for (var i = 0; i < 3; i++)
        {
            await connection.SendAsync($"POST / HTTP/1.1\r\n{AsFalco}Expect: 100-continue\r\nContent-Length: {body.Length}\r\n\r\n");
            Assert.Equal(100, (await connection.ReadAsync())?.Status);
            await connection.SendAsync(body);
            Assert.Equal(200, (await connection.ReadAsync())?.Status);
        }

        Assert.Equal(3, fixture.Stored().Count);
    }

    [Fact]
    public async Task A_Go_program_sends_chunks_of_any_size()
    {
        await using var fixture = await IngestFixture.StartAsync();
        using var connection = await RawConnection.OpenAsync(fixture.Port);
        var body = Alert("chunks", new string('x', 100_000));
        foreach (var size in (int[])[32 << 10, 1000, 7, body.Length])
        {
            var chunks = string.Concat(body.Chunk(size).Select(static chunk => string.Create(CultureInfo.InvariantCulture, $"{chunk.Length:x}\r\n{new string(chunk)}\r\n")));
            await connection.SendAsync($"POST / HTTP/1.1\r\n{AsGo}\r\n");
            await connection.SendAsync(chunks);
            await connection.SendAsync("0\r\n\r\n");
            Assert.Equal(200, (await connection.ReadAsync())?.Status);
        }

        Assert.Equal(4, fixture.Stored().Count);
        Assert.All(fixture.Stored(), alert => Assert.Contains(new string('x', 100_000), alert, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Content-Length: LENGTH\r\n\r\nBODY")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\nHEX\r\nBODY\r\n0\r\n\r\n")]
    public async Task A_slow_sender_is_waited_for_byte_by_byte_while_others_are_served(string rest)
    {
        await using var fixture = await IngestFixture.StartAsync();
        using var slow = await RawConnection.OpenAsync(fixture.Port);
        using var other = await RawConnection.OpenAsync(fixture.Port);
        var body = Alert("slow");
        var text = $"POST / HTTP/1.1\r\n{AsFalco}{rest}"
            .Replace("LENGTH", body.Length.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("HEX", body.Length.ToString("x", CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("BODY", body, StringComparison.Ordinal);
        var quick = Alert("quick");
        foreach (var (index, letter) in text.Index())
        {
            await slow.SendAsync(letter.ToString());
            if (index % 40 == 0)
            {
                await other.SendAsync($"POST / HTTP/1.1\r\n{AsFalco}Content-Length: {quick.Length}\r\n\r\n{quick}");
                Assert.Equal(200, (await other.ReadAsync())?.Status);
            }
        }

        Assert.Equal(200, (await slow.ReadAsync())?.Status);
        Assert.Equal("\"slow\"", RuleOf(fixture.Stored()[^1]));
    }

    [Fact]
    public async Task HTTP_1_0_keeps_the_connection_only_when_asked_and_needs_a_length()
    {
        await using var fixture = await IngestFixture.StartAsync();
        var body = Alert("old");
        using (var kept = await RawConnection.OpenAsync(fixture.Port))
        {
            for (var i = 0; i < 2; i++)
            {
                await kept.SendAsync($"POST / HTTP/1.0\r\nConnection: keep-alive\r\nContent-Length: {body.Length}\r\n\r\n{body}");
                Assert.Equal(200, (await kept.ReadAsync())?.Status);
            }

            await kept.SendAsync($"POST / HTTP/1.0\r\nContent-Length: {body.Length}\r\n\r\n{body}");
            Assert.Equal(200, (await kept.ReadAsync())?.Status);
            await kept.UntilClosedAsync();
        }

        using var without = await RawConnection.OpenAsync(fixture.Port);
        await without.SendAsync($"POST / HTTP/1.0\r\n\r\n{body}");
        Assert.Equal(400, (await without.ReadAsync())?.Status);
        await without.UntilClosedAsync();
        Assert.Equal(3, fixture.Stored().Count);
    }

    [Theory]
    [InlineData("200", 1)]
    [InlineData("200", 1, "--http1.0")]
    [InlineData("200", 1, "-H", "Transfer-Encoding: chunked")]
    [InlineData("200", 1, "-H", "Expect: 100-continue")]
    [InlineData("200", 1, "--http2")] // asks to go over to HTTP/2, and goes on without
    [InlineData("417", 0, "-H", "Expect: something")]
    [InlineData("400", 0, "-X", "PUT")]
    public async Task The_real_curl_is_served(string status, int stored, params string[] arguments)
    {
        Assert.SkipUnless(Array.Exists((Environment.GetEnvironmentVariable("PATH") ?? "").Split(':'), static place => File.Exists(Path.Combine(place, "curl"))), "Needs curl, which is not on this machine.");
        await using var fixture = await IngestFixture.StartAsync();
        var file = Path.Combine(folder, "alert.json");
        await File.WriteAllTextAsync(file, Alert("curl", new string('y', 2_000_000)), TestContext.Current.CancellationToken); // curl asks first for large ones
        await using var curl = ProcessRunner.Start("curl", ["-sS", "-o", "/dev/null", "-w", "%{http_code}\n", "--max-time", "60", "--data-binary", $"@{file}", .. arguments, $"http://127.0.0.1:{fixture.Port}/"]);
        var code = await curl.WaitForExitAsync(TimeSpan.FromMinutes(2));
        Assert.True(code == 0 || status != "200", string.Join('\n', curl.Lines));
        Assert.Contains(status, curl.Lines);
        Assert.Equal(stored, fixture.Stored().Count);
    }

    private static string Alert(string rule, string value = "1") =>
        $$$"""{"output":"o","priority":"Warning","rule":"{{{rule}}}","time":"2026-11-23T19:18:08Z","output_fields":{"a":"{{{value}}}"}}""";

    private static string RuleOf(string alert)
    {
        using var json = System.Text.Json.JsonDocument.Parse(alert);
        return json.RootElement.GetProperty("rule").GetRawText();
    }

    private static byte[] Packed(string text)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
        {
            gzip.Write(Encoding.ASCII.GetBytes(text));
        }

        return packed.ToArray();
    }
}
