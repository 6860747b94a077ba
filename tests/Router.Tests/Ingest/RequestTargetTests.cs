using Saker.Router.Ingest;

namespace Saker.Router.Tests.Ingest;

public sealed class RequestTargetTests
{
    [Theory]
    [InlineData("/a-b_c.d~e/$&+,:;=@", "/a-b_c.d~e/$&+,:;=@")]
    [InlineData("/a b", "/a%20b")]
    [InlineData("/pi\u000fng", "/pi%0Fng")]
    [InlineData("/100%?#", "/100%25%3F%23")]
    [InlineData("/ü\ud83d\ude00", "/%C3%BC%F0%9F%98%80")]
    public void A_path_in_a_header_is_escaped_as_Go_does_it(string path, string escaped) => Assert.Equal(escaped, RequestTarget.EscapePath(path));

    [Theory]
    [InlineData("?a=%20b&c={d}", "?a=%20b&c={d}")]
    [InlineData("?\u0001\r\n ü", "?%01%0D%0A%20%C3%BC")]
    public void A_query_keeps_what_a_header_takes(string query, string escaped) => Assert.Equal(escaped, RequestTarget.EscapeQuery(query));

    [Fact]
    public async Task A_redirect_to_a_path_that_no_header_takes_is_answered()
    {
        await using var fixture = await IngestFixture.StartAsync();
        var answer = await RawHttp.SendAsync(fixture.Port, RawHttp.Request("POST", "//pi\u000fng?\u0001", [], []));
        Assert.Equal(307, answer.Status);
        Assert.Equal("/pi%0Fng?%01", answer.Headers["Location"]);
    }
}
