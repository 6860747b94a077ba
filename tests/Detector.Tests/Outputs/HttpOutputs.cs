using System.IO.Compression;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using Saker.Alerts;
using Saker.Detector.Configuration;
using Saker.Detector.Outputs;
using Saker.Settings;
using Saker.Testing;

namespace Saker.Detector.Tests.Outputs;

public sealed class HttpOutputs
{
    [Theory]
    [InlineData(400)]
    [InlineData(413)]
    [InlineData(415)]
    [InlineData(422)]
    public async Task What_an_answer_says_about_the_alert_gives_it_up(int status)
    {
        var refused = await Assert.ThrowsAsync<AlertRefusedException>(() => SendAsync(status));
        Assert.Contains($"status {status}", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(301, "sends on to http://elsewhere; write that into http_output.url")]
    [InlineData(401, "check user and password in http_output.url")]
    [InlineData(403, "check user and password in http_output.url")]
    [InlineData(404, "check the path of http_output.url")]
    [InlineData(405, "check the path of http_output.url")]
    [InlineData(407, "check the proxy's user and password")]
    [InlineData(408, "status 408")]
    [InlineData(429, "status 429")]
    [InlineData(500, "status 500")]
    [InlineData(503, "status 503")]
    public async Task What_an_answer_says_about_the_way_there_is_no_reason_to_give_an_alert_up(int status, string hint)
    {
        var busy = await Assert.ThrowsAsync<OutputBusyException>(() => SendAsync(status));
        Assert.Contains(hint, busy.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", busy.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_who_listens_is_told_in_plain_words()
    {
        await using var output = Output("http://user:secret@127.0.0.1:1/secret");
        var busy = await Assert.ThrowsAsync<OutputBusyException>(async () => await output.WriteAsync(Alert, TestContext.Current.CancellationToken));
        Assert.Equal("http://127.0.0.1:1: the connection is refused; nobody listens there.", busy.Message);
    }

    [Theory]
    [InlineData("user:se%40cret@", "user:se@cret")]
    [InlineData("user@", "user")]
    [InlineData("", null)]
    public async Task User_and_password_of_the_URL_are_sent(string part, string? expected)
    {
        await using var server = await LoopbackServer.StartAsync(static _ => new LoopbackAnswer { Status = 200 });
        await using var output = Output($"http://{part}127.0.0.1:{server.Address.Port}/");
        await output.WriteAsync(Alert, TestContext.Current.CancellationToken);
        var sent = Assert.Single(server.Requests).Headers.GetValueOrDefault("Authorization");
        Assert.Equal(expected is null ? null : "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(expected)), sent);
    }

    [Fact]
    public async Task A_server_that_wants_a_certificate_is_told_as_one()
    {
        using var certificates = new TestCertificates();
        await using var server = await LoopbackServer.StartAsync(static _ => new LoopbackAnswer { Status = 200 }, certificates.ServerOf("127.0.0.1"), certificates.Trust);
        var handler = new SocketsHttpHandler { SslOptions = new() { CertificateChainPolicy = certificates.Trust } };
        await using var output = new HttpOutput(server.Address, handler, new HttpOptions(), TimeProvider.System, new KeptLog());
        var busy = await Assert.ThrowsAsync<OutputBusyException>(async () => await output.WriteAsync(Alert, TestContext.Current.CancellationToken));
        Assert.EndsWith("wants a certificate of this side (http_output.mtls).", busy.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_alert_is_sent_gzipped_where_that_is_wanted()
    {
        await using var server = await LoopbackServer.StartAsync(static _ => new LoopbackAnswer { Status = 200 });
        await using var output = Output($"{server.Address}", compress: true);
        await output.WriteAsync(Alert, TestContext.Current.CancellationToken);
        var request = Assert.Single(server.Requests);
        Assert.Equal("gzip", request.Headers["Content-Encoding"]);
        using var unpacked = new StreamReader(new GZipStream(new MemoryStream(request.Body.ToArray()), CompressionMode.Decompress));
        Assert.Equal("{}", await unpacked.ReadToEndAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task What_the_other_side_answers_is_in_the_log_where_that_is_wanted_and_not_without_end()
    {
        await using var server = await LoopbackServer.StartAsync(static _ => new LoopbackAnswer { Body = Encoding.UTF8.GetBytes("thanks" + new string('x', 100_000)) });
        var log = new KeptLog(Microsoft.Extensions.Logging.LogLevel.Information);
        await using var output = new HttpOutput(new Uri($"{server.Address}secret"), new SocketsHttpHandler(), new HttpOptions { Echo = true }, TimeProvider.System, log);
        await output.WriteAsync(Alert, TestContext.Current.CancellationToken);
        var line = Assert.Single(log.Lines);
        Assert.StartsWith($"{server.Address.ToString().TrimEnd('/')} answers with status 200: thanksx", line, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", line, StringComparison.Ordinal);
        Assert.InRange(line.Length, 4096, 4200);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(2, 3)]
    public async Task An_alert_without_an_answer_is_sent_again_at_once_as_often_as_that_may_be(int most, int requests)
    {
        await using var server = await LoopbackServer.StartAsync(static _ => new LoopbackAnswer { Delay = Timeout.InfiniteTimeSpan });
        var clock = new FakeTimeProvider();
        await using var output = new HttpOutput(server.Address, new SocketsHttpHandler(), new HttpOptions { MaxConsecutiveTimeouts = most }, clock, new KeptLog());
        var writing = output.WriteAsync(Alert, TestContext.Current.CancellationToken).AsTask();
        for (var i = 1; i <= requests; i++)
        {
            await When.IsAsync(() => server.Requests.Count == i);
            clock.Advance(TimeSpan.FromSeconds(10));
        }

        var busy = await Assert.ThrowsAsync<OutputBusyException>(() => writing.WaitAsync(When.Patience, TestContext.Current.CancellationToken));
        Assert.EndsWith(requests == 1 ? "no answer within 10 s." : $"no answer within 10 s, {requests} times in a row.", busy.Message, StringComparison.Ordinal);
        Assert.Equal(requests, server.Requests.Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_silent_connection_is_probed_where_that_is_wanted(bool keepAlive)
    {
        await using var server = await LoopbackServer.StartAsync();
        var all = new DetectorOptions { StdoutOutput = new() { Enabled = false }, HttpOutput = new() { Enabled = true, Url = new Secret($"{server.Address}"), KeepAlive = keepAlive } };
        await using var queue = Assert.Single(OutputAssembly.Create(new DetectorConfiguration(all, new ConfigFaults(), "/x"), TimeProvider.System, new KeptLog(), CancellationToken.None));
        queue.Write(Alert);
        await When.IsAsync(() => queue.Written == 1);
        // proc(5): remote address, state, queues, then the kind of timer; 02 is the one of probes. The table changes while it is read, and
        // what is under way has a timer of its own for a moment.
        var seen = "";
        await When.IsAsync(
            () =>
            {
                var connections = File.ReadAllLines("/proc/self/net/tcp").Concat(File.ReadAllLines("/proc/self/net/tcp6"))
                    .Where(line => System.Text.RegularExpressions.Regex.IsMatch(line, $"^ *[0-9]+: [0-9A-F]+:[0-9A-F]+ [0-9A-F]+:{server.Address.Port:X4} 01 "));
                seen = string.Join(' ', connections.Select(static line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[5].Split(':')[0]));
                return seen == (keepAlive ? "02" : "00");
            },
            () => seen);
    }

    private static AlertLine Alert => new(Encoding.UTF8.GetBytes("{}"), IsJson: true);

    private static async Task SendAsync(int status)
    {
        await using var server = await LoopbackServer.StartAsync(_ => new LoopbackAnswer { Status = status, Headers = new Dictionary<string, string> { ["Location"] = "http://elsewhere/secret" } });
        await using var output = Output($"{server.Address}secret");
        await output.WriteAsync(Alert, TestContext.Current.CancellationToken);
    }

    private static HttpOutput Output(string url, bool compress = false) =>
        new(new Uri(url), new SocketsHttpHandler { AllowAutoRedirect = false }, new HttpOptions { CompressUploads = compress }, TimeProvider.System, new KeptLog());
}
