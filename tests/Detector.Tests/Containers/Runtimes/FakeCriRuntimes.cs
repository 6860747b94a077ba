using Grpc.Core;
using Saker.Cri;
using Saker.Detector.Containers;
using Saker.Detector.Containers.Runtimes;
using Saker.Testing.Engines;
using static Saker.Detector.Tests.Containers.Runtimes.RecordExtensions;

namespace Saker.Detector.Tests.Containers.Runtimes;

/// <summary>The client of Kubernetes' interface before runtimes that behave badly.</summary>
public sealed class FakeCriRuntimes
{
    private const string Id = DockerAnswersRuntimes.Id;

    private static readonly RuntimeSettings Quick = new() { PollInterval = TimeSpan.FromMilliseconds(20), CallPatience = TimeSpan.FromSeconds(30) };

    [Fact]
    public async Task A_list_is_inspected_with_sandboxes_and_sizes()
    {
        var asked = 0;
        var cri = new FakeCri { Lists = static _ => Listed(Id, "ab"), Containers = static id => Task.FromResult(FakeCri.Status(id)) };
        cri.Sandboxes = _ =>
        {
            Interlocked.Increment(ref asked);
            return FakeCri.Sandbox();
        };
        await using var host = await UnixHost.GrpcAsync(cri);
        await using var runtime = new CriRuntime(host.Socket, Quick with { WithSize = true });
        var records = await runtime.AllAsync();
        Assert.Equal([Id, "ab"], records.Select(static record => record.FullId).Order());
        Assert.All(records, static record => Assert.Equal((ContainerType.CriO, "10.1.2.3", 4096), (record.Type, record.Ip, record.Size)));
        Assert.InRange(asked, 1, 2);
    }

    [Theory]
    [InlineData(StatusCode.NotFound)]
    [InlineData(StatusCode.Unknown)]
    [InlineData(StatusCode.Internal)]
    public async Task A_container_that_cannot_be_inspected_is_what_the_list_says(StatusCode status)
    {
        var cri = new FakeCri { Lists = static _ => Listed(Id), Containers = _ => throw new RpcException(new Status(status, "hush")) };
        await using var host = await UnixHost.GrpcAsync(cri);
        await using var runtime = new CriRuntime(host.Socket, Quick);
        var record = Assert.Single(await runtime.AllAsync());
        Assert.Equal((Id, "nginx", FakeCri.Pod), (record.FullId, record.Image, record.PodSandboxId));
    }

    [Fact]
    public async Task A_container_is_found_by_the_beginning_of_its_id_and_else_a_sandbox()
    {
        var cri = new FakeCri
        {
            Lists = static id => Id.StartsWith(id, StringComparison.Ordinal) ? Listed(Id) : Listed("unasked"),
            Containers = static id => Task.FromResult(FakeCri.Status(id)),
            Sandboxes = static id => FakeCri.Pod.StartsWith(id, StringComparison.Ordinal) ? FakeCri.Sandbox() : throw FakeCri.NotFound(),
        };
        await using var host = await UnixHost.GrpcAsync(cri);
        await using var runtime = new CriRuntime(host.Socket, Quick);
        Assert.Equal(Id, (await runtime.FindAsync(Id[..12], Token))!.FullId);
        Assert.True(await runtime.FindAsync(FakeCri.Pod[..12], Token) is { IsPodSandbox: true, FullId: FakeCri.Pod });
        Assert.Null(await runtime.FindAsync("012345678901", Token));
        Assert.Null(await runtime.FindAsync("no id", Token));
    }

    [Fact]
    public async Task Large_answers_and_missing_ones_are_refused_without_their_words()
    {
        var cri = new FakeCri { Lists = static _ => Listed([.. Enumerable.Repeat(new string('x', 100), 50_000)]) };
        await using var host = await UnixHost.GrpcAsync(cri);
        await using var runtime = new CriRuntime(host.Socket, Quick);
        Assert.Equal($"cri ({host.Socket}): its answer is larger than 4 MiB.", (await IsUnavailableAsync(() => runtime.AllAsync())).Message);
        cri.Lists = static _ => throw new RpcException(new Status(StatusCode.Internal, "hush"));
        Assert.Equal($"cri ({host.Socket}): it answers with status Internal.", (await IsUnavailableAsync(() => runtime.AllAsync())).Message);
        cri.Lists = static _ => throw FakeCri.NotFound();
        await IsUnavailableAsync(() => runtime.AllAsync());
        cri.Lists = static _ => new ListContainersResponse();
        Assert.Empty(await runtime.AllAsync());
    }

    [Fact]
    public async Task At_most_ten_thousand_containers_are_listed()
    {
        var cri = new FakeCri { Lists = static _ => Listed([.. Enumerable.Range(0, 10_050).Select(static number => $"{number:x12}")]) };
        await using var host = await UnixHost.GrpcAsync(cri);
        await using var runtime = new CriRuntime(host.Socket, Quick);
        Assert.Equal(10_000, (await runtime.AllAsync()).Count);
    }

    [Fact]
    public async Task A_runtime_that_does_not_answer_is_not_waited_for()
    {
        var cri = new FakeCri { Lists = static _ => Listed(Id), Containers = static _ => new TaskCompletionSource<ContainerStatusResponse>().Task };
        await using var host = await UnixHost.GrpcAsync(cri);
        await using var runtime = new CriRuntime(host.Socket, new RuntimeSettings { CallPatience = TimeSpan.FromSeconds(1) });
        Assert.Equal("nginx", Assert.Single(await runtime.AllAsync()).Image); // as the list says
        Assert.Contains("no answer in time", (await IsUnavailableAsync(() => runtime.FindAsync(Id, Token))).Message, StringComparison.Ordinal);
        using var ended = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => runtime.FindAsync(Id, ended.Token));
    }

    [Fact]
    public async Task Events_are_followed()
    {
        var cri = new FakeCri { Lists = static id => id == Id ? Listed(Id) : new ListContainersResponse(), Containers = static id => Task.FromResult(FakeCri.Status(id)) };
        cri.Sandboxes = static id => id == FakeCri.Pod ? FakeCri.Sandbox() : throw FakeCri.NotFound();
        cri.Tells = static async (events, token) =>
        {
            foreach (var (id, type) in ((string, ContainerEventType)[])[(FakeCri.Pod, 0), (Id, ContainerEventType.ContainerDeletedEvent), (Id, ContainerEventType.ContainerStartedEvent), ("no id", 0), ("gone", 0)])
            {
                await events.WriteAsync(new ContainerEventResponse { ContainerId = id, ContainerEventType = type }, token);
            }

            await Task.Delay(Timeout.Infinite, token);
        };
        await using var host = await UnixHost.GrpcAsync(cri);
        await using var runtime = new CriRuntime(host.Socket, Quick);
        var told = await runtime.ToldAsync(static () => Task.CompletedTask, static records => records.Count == 3);
        Assert.Equal([(Id, false, "web"), ("gone", false, ""), (FakeCri.Pod, true, "")], told.Select(static record => (record.FullId, record.IsPodSandbox, record.Name)).Order());
    }

    [Theory]
    [InlineData(StatusCode.Unimplemented)]
    [InlineData(StatusCode.Unknown)]
    [InlineData(StatusCode.OK)]
    public async Task Who_tells_of_nothing_is_asked_again_and_again(StatusCode status)
    {
        var (first, ids) = (new[] { "ab" }, new[] { "ab" });
        var cri = new FakeCri { Containers = static id => Task.FromResult(FakeCri.Status(id)) };
        cri.Lists = _ => Listed(Volatile.Read(ref ids));
        cri.Tells = (_, _) => status == StatusCode.OK ? Task.CompletedTask : throw new RpcException(new Status(status, ""));
        await using var host = await UnixHost.GrpcAsync(cri);
        await using var runtime = new CriRuntime(host.Socket, Quick);
        var told = await runtime.ToldAsync(async () =>
        {
            var before = cri.TimesListed;
            await EngineProcess.UntilAsync(() => Task.FromResult(cri.TimesListed > before + 1));
            Volatile.Write(ref ids, [.. first, "cd"]);
        }, static records => records.Count == 1);
        Assert.Equal("cd", Assert.Single(told).FullId);
    }

    [Fact]
    public async Task A_stream_that_ends_or_breaks_is_told()
    {
        var cri = new FakeCri { Tells = static (events, token) => events.WriteAsync(new ContainerEventResponse { ContainerId = "ab" }, token) };
        await using var host = await UnixHost.GrpcAsync(cri);
        await using var runtime = new CriRuntime(host.Socket, Quick);
        Assert.Contains("ended the connection", (await runtime.FollowingIsUnavailableAsync()).Message, StringComparison.Ordinal);
        cri.Tells = static async (events, token) =>
        {
            await events.WriteAsync(new ContainerEventResponse { ContainerId = "ab" }, token);
            throw new RpcException(new Status(StatusCode.Unknown, "hush"));
        };
        Assert.EndsWith("it answers with status Unknown.", (await runtime.FollowingIsUnavailableAsync()).Message, StringComparison.Ordinal);
        cri.Tells = static (events, token) => events.WriteAsync(new ContainerEventResponse { ContainerId = new string('x', 5 << 20) }, token);
        Assert.Contains("larger than 4 MiB", (await runtime.FollowingIsUnavailableAsync()).Message, StringComparison.Ordinal);
    }

    private static ListContainersResponse Listed(params string[] ids)
    {
        var response = new ListContainersResponse();
        response.Containers.AddRange(ids.Select(static id => new Container { Id = id, PodSandboxId = FakeCri.Pod, Image = new ImageSpec { Image = "nginx" } }));
        return response;
    }
}
