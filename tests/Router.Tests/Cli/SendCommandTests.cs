using System.Globalization;
using System.IO.Compression;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using Saker.Router.Cli;
using Saker.Router.Options;
using Saker.Router.Tests.Delivery;
using Saker.Router.Tests.Ingest;
using Saker.Testing;

namespace Saker.Router.Tests.Cli;

/// <summary><c>saker-router send</c> against a router, and how it reads a file.</summary>
public sealed class SendCommandTests
{
    private const string Token = "a token of some length";

    public static TheoryData<string, string[]> Files => new()
    {
        { "", [] },
        { " \n\n ", [] },
        { "{\"a\":1}", ["1 {\"a\":1}"] },
        { "\n{\"a\":1}\r\n\n{\"b\":2}\n", ["2 {\"a\":1}", "4 {\"b\":2}"] },
        { "{\n \"a\": 1\n}{\"b\":2}\n{\"c\":3}", ["1 {\n \"a\": 1\n}", "3 {\"b\":2}", "4 {\"c\":3}"] },
        { "[\n {\"a\":1},\n {\"b\":[2,\n3]}, 4]\n{\"c\":3}", ["2 {\"a\":1}", "3 {\"b\":[2,\n3]}", "4 4", "5 {\"c\":3}"] },
        { "[]\n{\"a\":1}", ["2 {\"a\":1}"] },
        { "no json\n{\"a\":1}\n{\"b\":\n{\"c\":3}\n", ["1: not valid JSON", "2 {\"a\":1}", "3: not valid JSON", "4 {\"c\":3}"] },
        { "{\"a\":1} trailing\n{\"b\":2}\n", ["1 {\"a\":1}", "1: not valid JSON", "2 {\"b\":2}"] },
        { "{\"a\":\"" + new string('x', 300) + "\"}\n{\"b\":2}\n", ["1: longer than 200 bytes", "2 {\"b\":2}"] },
    };

    [Theory]
    [MemberData(nameof(Files))]
    public async Task A_file_is_read_value_by_value_wherever_it_is_cut(string text, string[] expected)
    {
        foreach (var cut in new[] { 1, 7, int.MaxValue })
        {
            var read = new List<string>();
            await foreach (var value in AlertFile.ReadAsync(new SlowStream(Encoding.UTF8.GetBytes(text), cut), 200, TestContext.Current.CancellationToken))
            {
                read.Add(value.Fault is null ? $"{value.Line} {Encoding.UTF8.GetString(value.Json.Span)}" : $"{value.Line}: {value.Fault}");
            }

            Assert.Equal(expected, read);
        }
    }

    [Fact]
    public async Task Alerts_are_sent_in_batches_and_what_is_refused_is_named_by_its_line()
    {
        await using var fixture = await IngestFixture.StartAsync();
        var lines = Enumerable.Range(1, 250).Select(static i => i is 7 or 205 ? "{\"rule\":1}" : Alert(i)).Append("nonsense");
        var (code, output, errors) = await SendAsync(fixture, string.Join('\n', lines));
        Assert.Equal(2, code);
        Assert.StartsWith("248 alerts taken, 3 refused, in ", output, StringComparison.Ordinal);
        Assert.Equal(["line 7: rule is not text", "line 205: rule is not text", "line 251: not valid JSON"], errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(248, fixture.Stored().Count);
    }

    [Fact]
    public async Task The_result_can_be_read_by_other_programs()
    {
        await using var fixture = await IngestFixture.StartAsync();
        var (code, output, _) = await SendAsync(fixture, $"{Alert(1)}\n{{\"rule\":1}}\n", json: true);
        Assert.Equal(2, code);
        using var document = JsonDocument.Parse(output);
        Assert.Equal((1, 1), (document.RootElement.GetProperty("taken").GetInt32(), document.RootElement.GetProperty("refused").GetInt32()));
        Assert.Equal("rule is not text", document.RootElement.GetProperty("reasons")[0].GetProperty("reason").GetString());
    }

    [Fact]
    public async Task A_router_that_knows_no_batches_gets_one_alert_at_a_time()
    {
        await using var fixture = await IngestFixture.StartAsync(new RouterOptions { StrictCompatibility = true });
        var (code, _, errors) = await SendAsync(fixture, $"{Alert(1)}\n{Alert(2)}\n{{}}\n", single: true);
        Assert.Equal(2, code);
        Assert.Equal("line 3: 400 Please send a valid request body\n", errors);
        Assert.Equal(2, fixture.Stored().Count);
    }

    [Theory]
    [InlineData(Token, 0, "")]
    [InlineData("another token of some length", 1, "answered 401: The token is that of none of http.clients")]
    [InlineData(null, 1, "answered 401: This needs a client that is known (http.protect has 'alerts')")]
    public async Task A_token_is_shown_and_a_wrong_one_ends_it(string? token, int expected, string said)
    {
        await using var fixture = await IngestFixture.StartAsync(new RouterOptions
        {
            Http = new HttpOptions { Protect = [ProtectedArea.Alerts], Clients = new Dictionary<string, ClientOptions> { ["edge"] = new() { Token = new(Token) } } },
        });
        var (code, _, errors) = await SendAsync(fixture, Alert(1), token);
        Assert.Equal(expected, code);
        Assert.Contains(said, errors, StringComparison.Ordinal);
        Assert.Equal(expected == 0 ? 1 : 0, fixture.Stored().Count);
    }

    [Fact]
    public async Task Whoever_is_asked_to_wait_waits_and_sends_again()
    {
        await using var fixture = await IngestFixture.StartAsync(new RouterOptions { Http = new HttpOptions { Rate = 1, Burst = 1 } });
        var (code, output, errors) = await SendAsync(fixture, $"{Alert(1)}\n{Alert(2)}", single: true);
        Assert.Equal((0, ""), (code, errors));
        Assert.StartsWith("2 alerts taken, 0 refused, in ", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_where_nobody_answers_is_told_at_once()
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var target = new Uri($"http://127.0.0.1:{LoopbackServer.ClosedPort()}/");
        Assert.Equal(1, await SendCommand.SendAsync(new MemoryStream(Encoding.UTF8.GetBytes(Alert(1))), target, null, false, false, TimeProvider.System, output, errors, false, TestContext.Current.CancellationToken));
        Assert.StartsWith($"No router answers at {target}: ", errors.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_read_is_sent_while_the_next_alert_is_still_to_come()
    {
        await using var fixture = await IngestFixture.StartAsync();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        using var output = new StringWriter { NewLine = "\n" };
        var pipe = new Pipe();
        var sending = SendCommand.SendAsync(
            pipe.Reader.AsStream(), new Uri($"http://127.0.0.1:{fixture.Port}/"), null, false, false, TimeProvider.System, output, TextWriter.Null, false, stop.Token);
        await pipe.Writer.WriteAsync(Encoding.UTF8.GetBytes(Alert(1) + "\n" + Alert(2) + "\n"), stop.Token);
        await DeliveryRig.UntilAsync(() => fixture.Stored().Count == 2, "two alerts are stored");

        // Ctrl-C, while a read is under way that nothing ends.
        await stop.CancelAsync();
        Assert.Equal(SendCommand.Interrupted, await sending.WaitAsync(DeliveryRig.Patience, TestContext.Current.CancellationToken));
        Assert.StartsWith("2 alerts taken, 0 refused, in ", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_interruption_waits_for_the_request_that_is_under_way()
    {
        await using var server = await LoopbackServer.StartAsync(new LoopbackAnswer { Delay = TimeSpan.FromMilliseconds(500) });
        using var stop = new CancellationTokenSource();
        using var output = new StringWriter { NewLine = "\n" };
        var pipe = new Pipe();
        var sending = SendCommand.SendAsync(pipe.Reader.AsStream(), server.Address, null, false, false, TimeProvider.System, output, TextWriter.Null, false, stop.Token);
        await pipe.Writer.WriteAsync(Encoding.UTF8.GetBytes(Alert(1) + "\n"), TestContext.Current.CancellationToken);
        await DeliveryRig.UntilAsync(() => server.Requests.Count == 1, "the request has come");
        await stop.CancelAsync();
        Assert.Equal(SendCommand.Interrupted, await sending.WaitAsync(DeliveryRig.Patience, TestContext.Current.CancellationToken));
        Assert.StartsWith("1 alerts taken, 0 refused, in ", output.ToString(), StringComparison.Ordinal);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task A_router_that_is_gone_is_told_though_the_pipe_stays_open()
    {
        using var errors = new StringWriter();
        var target = new Uri($"http://127.0.0.1:{LoopbackServer.ClosedPort()}/");
        var pipe = new Pipe();
        await pipe.Writer.WriteAsync(Encoding.UTF8.GetBytes(Alert(1) + "\n"), TestContext.Current.CancellationToken);
        Assert.Equal(1, await SendCommand.SendAsync(pipe.Reader.AsStream(), target, null, false, false, TimeProvider.System, TextWriter.Null, errors, false, TestContext.Current.CancellationToken));
        Assert.StartsWith($"No router answers at {target}: ", errors.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_interruption_sends_what_was_read_and_does_not_wait_for_the_terminal()
    {
        await using var fixture = await IngestFixture.StartAsync();
        using var stop = new CancellationTokenSource();
        using var output = new StringWriter { NewLine = "\n" };
        using var source = new Terminal(Encoding.UTF8.GetBytes(Alert(1) + "\n"), stop);
        Assert.Equal(SendCommand.Interrupted, await SendCommand.SendAsync(
            source, new Uri($"http://127.0.0.1:{fixture.Port}/"), null, false, false, TimeProvider.System, output, TextWriter.Null, false, stop.Token).WaitAsync(DeliveryRig.Patience, TestContext.Current.CancellationToken));
        Assert.StartsWith("1 alerts taken, 0 refused, in ", output.ToString(), StringComparison.Ordinal);
        Assert.Single(fixture.Stored());
    }

    [Fact]
    public async Task A_file_that_log_rotation_has_packed_is_unpacked()
    {
        var file = Path.GetTempFileName();
        await using (var packed = new GZipStream(File.Create(file), CompressionLevel.Fastest))
        {
            await packed.WriteAsync(Encoding.UTF8.GetBytes(Alert(1) + "\n" + Alert(2)), TestContext.Current.CancellationToken);
        }

        await using var stream = AlertFile.Open(file);
        var lines = new List<long>();
        await foreach (var alert in AlertFile.ReadAsync(stream, 1 << 20, TestContext.Current.CancellationToken))
        {
            Assert.Null(alert.Fault);
            lines.Add(alert.Line);
        }

        File.Delete(file);
        Assert.Equal([1, 2], lines);
    }

    private static string Alert(int number) =>
        string.Create(CultureInfo.InvariantCulture, $"{{\"output\":\"o\",\"priority\":\"Notice\",\"rule\":\"{number}\",\"time\":\"2026-11-23T19:18:08Z\",\"output_fields\":{{\"a\":1}}}}");

    private static async Task<(int Code, string Output, string Errors)> SendAsync(IngestFixture fixture, string text, string? token = null, bool single = false, bool json = false)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var errors = new StringWriter { NewLine = "\n" };
        var code = await SendCommand.SendAsync(
            new MemoryStream(Encoding.UTF8.GetBytes(text)), new Uri($"http://127.0.0.1:{fixture.Port}/"), token, single, json, TimeProvider.System, output, errors, showsProgress: false, TestContext.Current.CancellationToken);
        return (code, output.ToString(), errors.ToString());
    }

    /// <summary>A terminal at which somebody types one alert and Ctrl-C: its read never ends, whoever asks.</summary>
    private sealed class Terminal(byte[] bytes, CancellationTokenSource stop) : MemoryStream(bytes)
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (await base.ReadAsync(buffer, CancellationToken.None) is var read and > 0)
            {
                return read;
            }

            await stop.CancelAsync();
            return await new TaskCompletionSource<int>().Task;
        }
    }

    /// <summary>Gives some bytes at a time.</summary>
    private sealed class SlowStream(byte[] bytes, int most) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, most)], cancellationToken);
    }
}
