using System.Text;
using Saker.Alerts;
using Saker.Outputs.Testing;
using Saker.Testing;

namespace Saker.Outputs.Tests.PeerRouter;

public sealed class PeerRouterContract() : HttpOutputContract(Registrations.Of("router"))
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_alert_goes_whole_with_its_uuid_and_its_way(bool strict)
    {
        await using var server = await LoopbackServer.StartAsync();
        await using var router = ConfiguredRouter.Load($"strictcompatibility: {(strict ? "true" : "false")}\noutputs: {{central: {{type: router, address: '{server.Address}', token: 'a token of sixteen'}}}}\n");
        var alert = SampleAlerts.Full with
        {
            OutputFields = SampleAlerts.Full.OutputFields.With([KeyValuePair.Create("long", FieldValue.Text(new string('x', 5000))), KeyValuePair.Create(AlertWay.Field, FieldValue.Text("edge/1"))]),
        };
        Assert.Equal(DeliveryStatus.Delivered, (await router.Output.DeliverAsync([alert], TestContext.Current.CancellationToken))[0].Status);
        var request = Assert.Single(server.Requests);
        Assert.Equal("Bearer a token of sixteen", request.Headers["Authorization"]);
        Assert.True(AlertReader.TryRead(request.Body.Span, out var sent, out _, out var error), error);
        Assert.Matches("^edge/1,.+/[0-9a-f]{8}$", sent!.OutputFields.TextOf(AlertWay.Field));
        Assert.Equal(AlertWriter.ToBytes(alert), AlertWriter.ToBytes(sent with { OutputFields = sent.OutputFields.With([KeyValuePair.Create(AlertWay.Field, FieldValue.Text("edge/1"))]) }));
    }

    [Fact]
    public async Task A_router_that_had_the_alert_before_need_not_have_it_again()
    {
        await using var server = await LoopbackServer.StartAsync(new LoopbackAnswer { Status = 508, Body = Encoding.UTF8.GetBytes("in a circle") });
        await using var router = ConfiguredRouter.Load($"outputs: {{central: {{type: router, address: '{server.Address}'}}}}\n");
        Assert.Equal(DeliveryStatus.Skipped, (await router.Output.DeliverAsync([SampleAlerts.Full], TestContext.Current.CancellationToken))[0].Status);
    }

    [Fact]
    public async Task A_router_that_does_not_know_the_token_holds_the_output_up_and_names_its_key()
    {
        await using var server = await LoopbackServer.StartAsync(new LoopbackAnswer { Status = 401, Body = Encoding.UTF8.GetBytes("The token is that of none of http.clients") });
        await using var router = ConfiguredRouter.Load($"outputs: {{central: {{type: router, address: '{server.Address}', token: 'a token of sixteen'}}}}\n");
        var result = (await router.Output.DeliverAsync([SampleAlerts.Full], TestContext.Current.CancellationToken))[0];
        Assert.Equal(DeliveryStatus.Blocked, result.Status);
        Assert.Equal("Another router refuses what is sent to it (status 401): The token is that of none of http.clients. Look at outputs.central.token.", result.Reason);
    }

    protected override string Folder => "PeerRouter";

    protected override IReadOnlyDictionary<string, string?> MinimalConfig(Uri endpoint) =>
        new Dictionary<string, string?> { ["address"] = endpoint.ToString() };
}
