using System.Text;
using Saker.Outputs.Testing;
using Saker.Testing;

namespace Saker.Outputs.Tests.Webhook;

public sealed class WebhookContract() : HttpOutputContract(Registrations.Of("webhook"))
{
    [Fact]
    public async Task Header_values_arrive_trimmed_and_in_any_language()
    {
        await using var server = await LoopbackServer.StartAsync();
        await using var router = ConfiguredRouter.Load(
            $$"""
            webhook:
              address: |
                {{server.Address}}
              customheaders:
                Authorization: |
                  Bearer abc
                X-Team: " Sécurité 東京 "
                X-Empty: ""
            """);
        Assert.Equal(DeliveryStatus.Delivered, (await router.Output.DeliverAsync([SampleAlerts.Full], TestContext.Current.CancellationToken))[0].Status);
        var request = Assert.Single(server.Requests);
        Assert.Equal("Bearer abc", request.Headers["Authorization"]);
        Assert.Equal("Sécurité 東京", request.Headers["X-Team"]);
        Assert.Equal("", request.Headers["X-Empty"]);
        Assert.True(request.Body.Length > 0);
    }

    [Theory]
    [InlineData("dTpwYXNzd29yZC8xMjM=")] // what stands behind "Basic"
    [InlineData("password/123")]
    [InlineData("password%2F123")]
    [InlineData("a-key-in-the-query")]
    [InlineData("a-token-of-a-header")]
    [InlineData("Bearer a-token-of-a-header")]
    [InlineData("/hook?key=a-key-in-the-query")]
    public async Task What_a_server_says_back_of_the_credentials_is_masked(string said)
    {
        await using var server = await LoopbackServer.StartAsync(new LoopbackAnswer { Status = 400, Body = Encoding.UTF8.GetBytes($"not known: {said}, sorry") });
        await using var router = ConfiguredRouter.Load(
            $$"""
            webhook:
              address: http://u:password%2F123@{{server.Address.Authority}}/hook?key=a-key-in-the-query
              customheaders: {Proxy-Authorization: Bearer a-token-of-a-header}
            """);
        var result = (await router.Output.DeliverAsync([SampleAlerts.Full], TestContext.Current.CancellationToken))[0];
        Assert.EndsWith("not known: ***, sorry.", result.Reason, StringComparison.Ordinal);
        Assert.Equal("Basic dTpwYXNzd29yZC8xMjM=", Assert.Single(server.Requests).Headers["Authorization"]);
    }

    [Theory]
    [InlineData("", "/")]
    [InlineData("/", "/")]
    [InlineData("/a/b", "/a/b")]
    [InlineData("/a%2Fb", "/a%2Fb")]
    [InlineData("/%7Euser/%41", "/%7Euser/%41")]
    [InlineData("/a/../b/./c", "/a/../b/./c")]
    [InlineData("/a//b", "/a//b")]
    [InlineData("/x?sig=a%2Bb%3D&q=~", "/x?sig=a%2Bb%3D&q=~")]
    [InlineData("/x?to=http://h/", "/x?to=http://h/")]
    [InlineData("/a b", "/a%20b")]
    [InlineData("/é", "/%C3%A9")]
    [InlineData("/a#part", "/a")]
    public async Task An_address_is_sent_as_it_was_written(string written, string sent)
    {
        await using var server = await LoopbackServer.StartAsync();
        await using var router = ConfiguredRouter.Load($"webhook: {{address: 'http://{server.Address.Authority}{written}'}}\n");
        Assert.Equal(DeliveryStatus.Delivered, (await router.Output.DeliverAsync([SampleAlerts.Full], TestContext.Current.CancellationToken))[0].Status);
        Assert.Equal(sent, Assert.Single(server.Requests).Path);
    }

    protected override IReadOnlyDictionary<string, string?> MinimalConfig(Uri endpoint) =>
        new Dictionary<string, string?> { ["address"] = endpoint.ToString() };
}
