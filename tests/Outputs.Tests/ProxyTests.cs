using Saker.Outputs.Proxies;
using Saker.Outputs.Testing;
using Saker.Testing;

namespace Saker.Outputs.Tests;

/// <summary>The variables for proxies, as Go's programs mean them.</summary>
public sealed class ProxyTests
{
    [Theory]
    // names, with what is below them
    [InlineData("example.com", "http://example.com/", true)]
    [InlineData("example.com", "http://a.example.com/", true)]
    [InlineData("example.com", "http://a.b.example.com:8080/", true)]
    [InlineData("example.com", "http://notexample.com/", false)]
    [InlineData("example.com", "http://example.com.evil.org/", false)]
    [InlineData("EXAMPLE.com", "http://A.Example.COM/", true)]
    [InlineData(".example.com", "http://a.example.com/", true)]
    [InlineData(".example.com", "http://example.com/", false)]
    [InlineData("*.example.com", "http://a.example.com/", true)]
    [InlineData("*.example.com", "http://example.com/", false)]
    [InlineData("com", "http://example.com/", true)]
    [InlineData("bücher.example", "http://bücher.example/", true)]
    [InlineData("bücher.example", "http://xn--bcher-kva.example/", true)]
    // with a port
    [InlineData("example.com:8080", "http://example.com:8080/", true)]
    [InlineData("example.com:8080", "http://a.example.com:8080/", true)]
    [InlineData("example.com:8080", "http://example.com/", false)]
    [InlineData("example.com:80", "http://example.com/", true)]
    [InlineData("example.com:443", "https://example.com/", true)]
    [InlineData("example.com:", "http://example.com:81/", true)]
    // addresses and networks
    [InlineData("10.0.0.0/8", "http://10.1.2.3/", true)]
    [InlineData("10.9.9.9/8", "http://10.1.2.3/", true)]
    [InlineData("10.0.0.0/8", "http://11.1.2.3/", false)]
    [InlineData("10.0.0.0/8", "http://ten.example.com/", false)]
    [InlineData("10.1.2.3", "http://10.1.2.3:9200/", true)]
    [InlineData("10.1.2.3:9200", "http://10.1.2.3:9200/", true)]
    [InlineData("10.1.2.3:9200", "http://10.1.2.3:9201/", false)]
    [InlineData("10.1.2", "http://10.1.2.3/", false)]
    [InlineData("fd00::/8", "http://[fd12::1]/", true)]
    [InlineData("fd00::1", "http://[fd00:0:0::1]/", true)]
    [InlineData("[fd00::1]:81", "http://[fd00::1]:81/", true)]
    [InlineData("[fd00::1]:81", "http://[fd00::1]/", false)]
    // everything, several, blanks, none
    [InlineData("*", "http://example.com/", true)]
    [InlineData("a.example, *", "http://10.1.2.3/", true)]
    [InlineData("a.example , example.com,", "http://example.com/", true)]
    [InlineData("", "http://example.com/", false)]
    // this machine is never reached by a proxy
    [InlineData("", "http://localhost:9200/", true)]
    [InlineData("", "http://127.0.0.1/", true)]
    [InlineData("", "https://127.9.9.9/", true)]
    [InlineData("", "http://[::1]/", true)]
    [InlineData("", "http://localhost.example.com/", false)]
    public void Destinations_in_NO_PROXY_are_reached_directly(string noProxy, string destination, bool isDirect)
    {
        var proxy = Read([], ("HTTP_PROXY", "http://proxy:3128"), ("HTTPS_PROXY", "http://proxy:3128"), ("NO_PROXY", noProxy));
        Assert.Equal(isDirect, proxy.IsBypassed(new Uri(destination)));
        Assert.Equal(isDirect ? null : new Uri("http://proxy:3128"), proxy.GetProxy(new Uri(destination)));
    }

    [Theory]
    [InlineData("http://proxy:3128", "http://proxy:3128/")]
    [InlineData("https://proxy", "https://proxy/")]
    [InlineData("proxy:3128", "http://proxy:3128/")]
    [InlineData("10.0.0.1:3128", "http://10.0.0.1:3128/")]
    [InlineData("proxy", "http://proxy/")]
    [InlineData(" http://proxy:3128 ", "http://proxy:3128/")]
    [InlineData("http://proxy:3128/path", "http://proxy:3128/")]
    [InlineData("http://[fd00::1]:3128", "http://[fd00::1]:3128/")]
    [InlineData("socks5://proxy", "socks5://proxy:1080/")]
    [InlineData("socks5h://proxy:1081", "socks5://proxy:1081/")]
    [InlineData("http://user:p%40ss@proxy:3128", "http://proxy:3128/")]
    [InlineData("", null)]
    public void A_proxy_is_read_with_and_without_a_scheme(string text, string? expected)
    {
        var proxy = Read([], ("HTTP_PROXY", text));
        Assert.Equal(expected, proxy.GetProxy(new Uri("http://example.com/"))?.ToString());
        Assert.Null(proxy.GetProxy(new Uri("https://example.com/")));
    }

    [Theory]
    [InlineData("http://user:s3cret@[::1")]
    [InlineData("ftp://user:s3cret@proxy")]
    [InlineData("http://")]
    [InlineData("user:s3cret@proxy:99999999")]
    [InlineData("http://s3cret\nproxy")]
    [InlineData("http://s3 cret@pro xy")]
    public void A_proxy_that_cannot_be_read_is_told_without_its_password(string text)
    {
        var told = new List<string>();
        Assert.True(Read(told, ("https_proxy", text)).IsNone);
        Assert.Equal("https_proxy: This is no address of a proxy; write it as in 'http://proxy.example.com:3128', with http, https or socks5.", Assert.Single(told));
    }

    [Fact]
    public void User_and_password_go_to_the_proxy_and_are_printed_nowhere()
    {
        var proxy = Read([], ("HTTP_PROXY", "http://user:p%40s3cret@proxy:3128"));
        var credential = proxy.Credentials!.GetCredential(new Uri("http://proxy:3128"), "Basic")!;
        Assert.Equal(("user", "p@s3cret"), (credential.UserName, credential.Password));
        Assert.Null(proxy.Credentials.GetCredential(new Uri("http://example.com"), "Basic"));
        Assert.Equal("http by http://proxy:3128", proxy.ToString());
    }

    [Fact]
    public void Capitals_come_first_and_each_scheme_has_its_own()
    {
        var proxy = Read([], ("HTTP_PROXY", "a:1"), ("http_proxy", "b:1"), ("https_proxy", "c:1"), ("no_proxy", "x.example"), ("ALL_PROXY", "d:1"));
        Assert.Equal("http by http://a:1, https by http://c:1", proxy.ToString());
        Assert.True(proxy.IsBypassed(new Uri("https://x.example/")));
        Assert.Null(proxy.GetProxy(new Uri("ftp://y.example/")));
    }

    [Fact]
    public void Under_a_web_server_HTTP_PROXY_is_not_used()
    {
        var told = new List<string>();
        Assert.Equal("https by http://c:1", Read(told, ("HTTP_PROXY", "a:1"), ("HTTPS_PROXY", "c:1"), ("REQUEST_METHOD", "POST")).ToString());
        Assert.StartsWith("HTTP_PROXY: This is not used beside REQUEST_METHOD", Assert.Single(told), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("10.0.0.0/33")]
    [InlineData("http://example.com")]
    [InlineData("example.com:http")]
    [InlineData("[fd00::1")]
    [InlineData(".")]
    public void An_entry_that_can_match_nothing_is_told(string entry)
    {
        var told = new List<string>();
        Read(told, ("no_proxy", $"a.example,{entry}"));
        Assert.StartsWith($"no_proxy: The entry '{entry}' names no destination", Assert.Single(told), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Alerts_go_by_the_proxy_with_its_password()
    {
        await using var server = await LoopbackServer.StartAsync(static request => request.Headers.ContainsKey("Proxy-Authorization")
            ? new LoopbackAnswer()
            : new LoopbackAnswer { Status = 407, Headers = new Dictionary<string, string> { ["Proxy-Authenticate"] = "Basic realm=x" } });
        var variables = new Dictionary<string, string> { ["HTTP_PROXY"] = $"http://user:p%40ss@{server.Address.Authority}", ["NO_PROXY"] = "direct.example" };
        await using var router = ConfiguredRouter.Load("webhook: {address: 'http://hook.example/x'}\n", variables);
        var result = (await router.Output.DeliverAsync([SampleAlerts.Full], TestContext.Current.CancellationToken))[0];
        Assert.Equal(DeliveryStatus.Delivered, result.Status);
        var request = server.Requests.Last();
        Assert.Equal("http://hook.example/x", request.Path);
        Assert.Equal($"Basic {Convert.ToBase64String("user:p@ss"u8)}", request.Headers["Proxy-Authorization"]);
    }

    private static ProxySettings Read(List<string> told, params (string Name, string Value)[] variables)
    {
        var values = variables.ToDictionary(static variable => variable.Name, static variable => variable.Value, StringComparer.Ordinal);
        return ProxySettings.Read(values.GetValueOrDefault, (name, sentence) => told.Add($"{name}: {sentence}"), (name, sentence) => told.Add($"{name}: {sentence}"));
    }
}
