using System.IO.Compression;
using System.Text;
using Saker.Detector.Outputs;
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

    private static AlertLine Alert => new(Encoding.UTF8.GetBytes("{}"), IsJson: true);

    private static async Task SendAsync(int status)
    {
        await using var server = await LoopbackServer.StartAsync(_ => new LoopbackAnswer { Status = status, Headers = new Dictionary<string, string> { ["Location"] = "http://elsewhere/secret" } });
        await using var output = Output($"{server.Address}secret");
        await output.WriteAsync(Alert, TestContext.Current.CancellationToken);
    }

    private static HttpOutput Output(string url, bool compress = false) =>
        new(new Uri(url), new SocketsHttpHandler { AllowAutoRedirect = false }, "test", compress, TimeProvider.System);
}
