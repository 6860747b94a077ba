using System.Globalization;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Reflection.V1Alpha;
using Saker.Router.Options;
using Saker.Router.Tests.Ingest;
using ServingStatus = Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus;
using Status = Saker.Alerts.V1.Status;

namespace Saker.Router.Tests.Grpc;

/// <summary>Who may call, and what everybody may ask.</summary>
public sealed class GrpcAccessTests
{
    private const string Token = "a token of some length";
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(null, StatusCode.Unauthenticated)]
    [InlineData("Bearer a wrong token that is long", StatusCode.Unauthenticated)]
    [InlineData("Bearer " + Token, StatusCode.OK)]
    [InlineData("Bearer " + Token + "2", StatusCode.PermissionDenied)]
    public async Task The_clients_of_HTTP_are_those_of_gRPC(string? authorization, StatusCode expected)
    {
        await using var fixture = await IngestFixture.StartAsync(Options([ProtectedArea.Alerts], new ClientOptions { Token = new(Token) }));
        using var channel = GrpcCalls.Channel(fixture);
        var client = new Saker.Alerts.V1.Alerts.AlertsClient(channel);
        Assert.Equal(expected, await StatusOfAsync(async () => await client.SendAsync(GrpcCalls.Request(GrpcCalls.JsonAlert(1)), Headers(authorization), cancellationToken: Cancel)));
        using var call = client.Stream(Headers(authorization), cancellationToken: Cancel);
        Assert.Equal(expected, await StatusOfAsync(async () =>
        {
            await call.RequestStream.CompleteAsync();
            await call.ResponseStream.MoveNext(Cancel);
        }));
        Assert.Equal(expected == StatusCode.OK ? 1 : 0, fixture.Stored().Count);
        if (expected != StatusCode.OK)
        {
            var reason = expected == StatusCode.PermissionDenied ? "not allowed" : "unknown client";
            Assert.Contains($"saker_router_not_taken_total{{reason=\"{reason}\"}} 2", await fixture.ScrapeAsync(), StringComparison.Ordinal);
            Assert.Contains(fixture.Lines.Lines, static line => line.Id == 3200 && line.Text.Contains("from 127.0.0.1:", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task A_source_that_the_client_may_not_send_is_not_taken()
    {
        await using var fixture = await IngestFixture.StartAsync(Options([], new ClientOptions { Token = new(Token), Sources = ["syscall"] }));
        using var channel = GrpcCalls.Channel(fixture);
        var answer = await new Saker.Alerts.V1.Alerts.AlertsClient(channel).SendAsync(
            GrpcCalls.Request(GrpcCalls.JsonAlert(1, GrpcCalls.Json(source: "k8s_audit")), GrpcCalls.JsonAlert(2)), Headers("Bearer " + Token), cancellationToken: Cancel);
        Assert.Equal([2UL], answer.Stored);
        Assert.Equal((1UL, Status.NotAllowed), (Assert.Single(answer.NotStored).Id, answer.NotStored[0].Status));
    }

    [Fact]
    public async Task A_client_that_sends_more_than_its_rate_is_told_how_long_to_wait()
    {
        await using var fixture = await IngestFixture.StartAsync(Options([], new ClientOptions { Token = new(Token), Rate = 0.01, Burst = 2 }));
        using var channel = GrpcCalls.Channel(fixture);
        var client = new Saker.Alerts.V1.Alerts.AlertsClient(channel);
        var answer = await client.SendAsync(GrpcCalls.Request(GrpcCalls.JsonAlert(1), GrpcCalls.JsonAlert(2)), Headers("Bearer " + Token), cancellationToken: Cancel);
        Assert.Equal(2, answer.Stored.Count);
        var exception = await Assert.ThrowsAsync<RpcException>(async () => await client.SendAsync(GrpcCalls.Request(GrpcCalls.JsonAlert(3)), Headers("Bearer " + Token), cancellationToken: Cancel));
        Assert.Equal(StatusCode.ResourceExhausted, exception.StatusCode);
        Assert.InRange(int.Parse(exception.Trailers.GetValue("retry-after")!, CultureInfo.InvariantCulture), 50, 100);
        using var call = client.Stream(Headers("Bearer " + Token), cancellationToken: Cancel);
        await call.RequestStream.WriteAsync(GrpcCalls.Request(GrpcCalls.JsonAlert(4)), Cancel);
        Assert.True(await call.ResponseStream.MoveNext(Cancel));
        var refused = Assert.Single(call.ResponseStream.Current.NotStored);
        Assert.Equal((4UL, Status.Refused), (refused.Id, refused.Status));
        Assert.InRange(refused.RetryAfter.Seconds, 50, 100);
        Assert.Contains("saker_router_not_taken_total{reason=\"rate limit\"} 2", await fixture.ScrapeAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_is_taken_away_ends_its_streams()
    {
        var options = Options([ProtectedArea.Alerts], new ClientOptions { Token = new(Token) });
        await using var fixture = await IngestFixture.StartAsync(options);
        using var channel = GrpcCalls.Channel(fixture);
        using var call = new Saker.Alerts.V1.Alerts.AlertsClient(channel).Stream(Headers("Bearer " + Token), cancellationToken: Cancel);
        await call.RequestStream.WriteAsync(GrpcCalls.Request(GrpcCalls.JsonAlert(1)), Cancel);
        Assert.True(await call.ResponseStream.MoveNext(Cancel));
        fixture.Access.Use(options.Http with { Clients = new Dictionary<string, ClientOptions> { ["other"] = new() { Token = new("another token of some length") } } });
        await call.RequestStream.WriteAsync(GrpcCalls.Request(GrpcCalls.JsonAlert(2)), Cancel);
        Assert.Equal(StatusCode.Unauthenticated, await StatusOfAsync(async () => await call.ResponseStream.MoveNext(Cancel)));
        Assert.Single(fixture.Stored());
    }

    [Fact]
    public async Task Anybody_may_ask_for_health()
    {
        await using var fixture = await IngestFixture.StartAsync(Options([ProtectedArea.Alerts], new ClientOptions { Token = new(Token) }));
        using var channel = GrpcCalls.Channel(fixture);
        var client = new Health.HealthClient(channel);
        Assert.Equal(ServingStatus.Serving, (await client.CheckAsync(new HealthCheckRequest(), cancellationToken: Cancel)).Status);
        Assert.Equal(ServingStatus.Serving, (await client.CheckAsync(new HealthCheckRequest { Service = "saker.alerts.v1.Alerts" }, cancellationToken: Cancel)).Status);
        Assert.Equal(StatusCode.NotFound, await StatusOfAsync(async () => await client.CheckAsync(new HealthCheckRequest { Service = "other" }, cancellationToken: Cancel)));
        using var watch = client.Watch(new HealthCheckRequest(), cancellationToken: Cancel);
        Assert.True(await watch.ResponseStream.MoveNext(Cancel));
        Assert.Equal(ServingStatus.Serving, watch.ResponseStream.Current.Status);
        fixture.Intake.Close();
        Assert.True(await watch.ResponseStream.MoveNext(Cancel));
        Assert.Equal(ServingStatus.NotServing, watch.ResponseStream.Current.Status);
        Assert.Equal(StatusCode.Unavailable, await StatusOfAsync(async () => await watch.ResponseStream.MoveNext(Cancel)));
        Assert.Equal(ServingStatus.NotServing, (await client.CheckAsync(new HealthCheckRequest(), cancellationToken: Cancel)).Status);
    }

    [Fact]
    public async Task Reflection_names_the_services()
    {
        await using var fixture = await IngestFixture.StartAsync();
        using var channel = GrpcCalls.Channel(fixture);
        using var call = new ServerReflection.ServerReflectionClient(channel).ServerReflectionInfo(cancellationToken: Cancel);
        await call.RequestStream.WriteAsync(new ServerReflectionRequest { ListServices = "" }, Cancel);
        Assert.True(await call.ResponseStream.MoveNext(Cancel));
        var names = call.ResponseStream.Current.ListServicesResponse.Service.Select(static service => service.Name).ToList();
        Assert.Contains("saker.alerts.v1.Alerts", names);
        Assert.Contains("grpc.health.v1.Health", names);
        await call.RequestStream.CompleteAsync();
    }

    private static Metadata Headers(string? authorization) => authorization is null ? [] : new Metadata { { "authorization", authorization } };

    private static async Task<StatusCode> StatusOfAsync(Func<Task> call)
    {
        try
        {
            await call();
            return StatusCode.OK;
        }
        catch (RpcException exception)
        {
            return exception.StatusCode;
        }
    }

    // A sender under the name edge, and somebody who may only read.
    private static RouterOptions Options(IReadOnlyList<ProtectedArea> areas, ClientOptions edge) => new()
    {
        Http = new HttpOptions { Protect = areas, Clients = new Dictionary<string, ClientOptions> { ["edge"] = edge, ["reader"] = new() { Token = new(Token + "2"), Roles = [ClientRole.Viewer] } } },
    };
}
