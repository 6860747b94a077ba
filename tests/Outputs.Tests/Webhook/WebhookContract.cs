using Saker.Outputs.Testing;
using Saker.Testing;

namespace Saker.Outputs.Tests.Webhook;

public sealed class WebhookContract() : HttpOutputContract("webhook")
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
        Assert.Equal(DeliveryStatus.Delivered, (await DeliverAsync(router.Output)).Status);
        var request = Assert.Single(server.Requests);
        Assert.Equal("Bearer abc", request.Headers["Authorization"]);
        Assert.Equal("Sécurité 東京", request.Headers["X-Team"]);
        Assert.Equal("", request.Headers["X-Empty"]);
        Assert.True(request.Body.Length > 0);
    }

    protected override IReadOnlyDictionary<string, string?> MinimalConfig(Uri endpoint) =>
        new Dictionary<string, string?> { ["address"] = endpoint.ToString() };
}
