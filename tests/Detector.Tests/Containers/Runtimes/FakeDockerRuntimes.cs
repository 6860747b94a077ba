using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using Saker.Detector.Containers;
using Saker.Detector.Containers.Runtimes;
using static Saker.Detector.Tests.Containers.Runtimes.RecordExtensions;

namespace Saker.Detector.Tests.Containers.Runtimes;

/// <summary>Docker's client before engines that behave badly.</summary>
public sealed class FakeDockerRuntimes
{
    private const string Id = DockerAnswersRuntimes.Id;
    private const string List = $$"""[{"Id":"{{Id}}","Image":"nginx:1.27","Names":["/web"]},{},7,{"Id":"/"}]""";

    private static readonly RuntimeSettings Impatient = new() { CallPatience = TimeSpan.FromMilliseconds(300) };

    [Theory]
    [InlineData("1.41", "/v1.41")]
    [InlineData("1.99", "/v1.51")]
    [InlineData("2.0", "")]
    [InlineData("1.x/../", "")]
    [InlineData("1.-5", "")]
    [InlineData(null, "")]
    public void The_engines_version_is_spoken_as_far_as_it_is_known(string? version, string root) => Assert.Equal(root, DockerRuntime.RootOf(version));

    [Theory]
    [InlineData(404, "")]
    [InlineData(500, "oops")]
    [InlineData(200, "{")]
    [InlineData(200, "[]")]
    public async Task A_container_that_cannot_be_inspected_is_what_the_list_says(int status, string body)
    {
        await using var host = await UnixHost.HttpAsync(http => AnswerAsync(http, path => path.EndsWith("/containers/json", StringComparison.Ordinal) ? (200, List) : (status, body)));
        await using var runtime = new DockerRuntime(host.Socket, new RuntimeSettings());
        var record = Assert.Single(await runtime.AllAsync());
        Assert.Equivalent(new ContainerRecord { Id = Id[..12], FullId = Id, Type = ContainerType.Docker, Image = "nginx:1.27", ImageRepository = "nginx", ImageTag = "1.27", Name = "web", IsPartial = true }, record, strict: true);
    }

    [Theory]
    [InlineData(500, "hush", "it answers with status 500")]
    [InlineData(302, "", "it answers with status 302")]
    [InlineData(404, "", "it gives no list of containers")]
    [InlineData(200, "hush", "its answer is no JSON")]
    [InlineData(200, """{"hush":1}""", "it gives no list of containers")]
    public async Task An_answer_that_is_no_list_is_told_without_its_words(int status, string body, string reason)
    {
        await using var host = await UnixHost.HttpAsync(http => AnswerAsync(http, _ => (status, body)));
        await using var runtime = new DockerRuntime(host.Socket, new RuntimeSettings());
        var exception = await IsUnavailableAsync(() => runtime.AllAsync());
        Assert.Equal($"docker ({host.Socket}): {reason}.", exception.Message);
    }

    [Fact]
    public async Task An_answer_without_end_is_not_read_to_its_end()
    {
        await using var host = await UnixHost.HttpAsync(static async http =>
        {
            var piece = new byte[1 << 16];
            Array.Fill(piece, (byte)' ');
            while (!http.RequestAborted.IsCancellationRequested && !http.Request.Path.Value!.EndsWith("_ping", StringComparison.Ordinal))
            {
                await http.Response.Body.WriteAsync(piece, http.RequestAborted);
            }
        });
        await using var runtime = new DockerRuntime(host.Socket, new RuntimeSettings { CallPatience = TimeSpan.FromMinutes(1) });
        Assert.Contains("larger than 4 MiB", (await IsUnavailableAsync(() => runtime.AllAsync())).Message, StringComparison.Ordinal);
        Assert.Contains("larger than 4 MiB", (await IsUnavailableAsync(() => runtime.FindAsync(Id, Token))).Message, StringComparison.Ordinal);
        Assert.Contains("a line of more than 4 MiB", (await runtime.FollowingIsUnavailableAsync()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_engine_that_does_not_answer_is_not_waited_for()
    {
        await using var host = await UnixHost.HttpAsync(static http => Task.Delay(Timeout.Infinite, http.RequestAborted));
        await using var runtime = new DockerRuntime(host.Socket, Impatient);
        Assert.Contains("no answer within 0.3 s", (await IsUnavailableAsync(() => runtime.AllAsync())).Message, StringComparison.Ordinal);
        await runtime.FollowingIsUnavailableAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task One_container_whose_inspection_never_ends_takes_nothing_else_away(bool isPodman)
    {
        await using var host = await UnixHost.HttpAsync(static async http =>
        {
            var path = http.Request.Path.Value!;
            if (path.EndsWith("/events", StringComparison.Ordinal))
            {
                await http.Response.WriteAsync("""{"Action":"start","Actor":{"ID":"ID","Attributes":{"image":"trap","name":"trap"}}}""".Replace("ID\":\"ID", $"ID\":\"{Id}", StringComparison.Ordinal) + "\n");
                await http.Response.WriteAsync("""{"Action":"start","Actor":{"ID":"ab","Attributes":{"image":"good","name":"good"}}}""" + "\n");
                await http.Response.Body.FlushAsync();
                await Task.Delay(Timeout.Infinite, http.RequestAborted);
            }

            if (path.EndsWith($"/containers/{Id}/json", StringComparison.Ordinal))
            {
                await Task.Delay(Timeout.Infinite, http.RequestAborted);
            }

            await AnswerAsync(http, static path => path.EndsWith("/containers/json", StringComparison.Ordinal)
                ? (200, $$"""[{"Id":"{{Id}}","Image":"trap:1","Names":["/trap"]},{"Id":"ab","Image":"good:1","Names":["/good"]}]""")
                : path.EndsWith("/containers/ab/json", StringComparison.Ordinal) ? (200, """{"Id":"ab","Name":"/good","Config":{"User":"whole"}}""") : (404, ""));
        });
        await using IContainerRuntime runtime = isPodman ? new PodmanRuntime(host.Socket, Impatient) : new DockerRuntime(host.Socket, Impatient);
        var listed = (await runtime.AllAsync()).ToDictionary(static record => record.Name);
        Assert.Equal((true, "trap"), (listed["trap"].IsPartial, listed["trap"].ImageRepository));
        Assert.Equal((false, "whole"), (listed["good"].IsPartial, listed["good"].User));
        Assert.Equal(["good", "trap"], (await runtime.ToldAsync(static () => Task.CompletedTask, static told => told.Count == 2)).Select(static record => record.Name));
        await IsUnavailableAsync(() => runtime.FindAsync(Id, Token));
        Assert.Equal(("trap", true), await runtime.FindSoonAsync(Id, Token) is { } soon ? (soon.Name, soon.IsPartial) : default);
        Assert.Equal("whole", (await runtime.FindSoonAsync("ab", Token))!.User);
    }

    [Fact]
    public async Task The_time_of_a_call_is_that_of_the_clock()
    {
        var clock = new FakeTimeProvider();
        var asked = new TaskCompletionSource();
        await using var host = await UnixHost.HttpAsync(http =>
        {
            asked.TrySetResult();
            return Task.Delay(Timeout.Infinite, http.RequestAborted);
        });
        await using var runtime = new DockerRuntime(host.Socket, new RuntimeSettings { Clock = clock });
        var listing = runtime.AllAsync();
        await asked.Task;
        clock.Advance(TimeSpan.FromSeconds(5));
        await IsUnavailableAsync(() => listing);
    }

    [Fact]
    public async Task The_callers_own_cancellation_is_one()
    {
        await using var host = await UnixHost.HttpAsync(static http => Task.Delay(Timeout.Infinite, http.RequestAborted));
        await using var runtime = new DockerRuntime(host.Socket, new RuntimeSettings());
        using var ended = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => runtime.AllAsync(ended.Token));
    }

    [Fact]
    public async Task The_address_of_another_container_whose_network_it_uses_is_its_own()
    {
        const string Borrowing = $$$"""{"Id":"ab","HostConfig":{"NetworkMode":"container:{{{Id}}}"}}""";
        await using var host = await UnixHost.HttpAsync(static http => AnswerAsync(http, static path =>
            path.Contains(Id, StringComparison.Ordinal) ? (200, DockerAnswersRuntimes.Container()) : path.Contains("/ab/", StringComparison.Ordinal) ? (200, Borrowing) : (404, "")));
        await using var runtime = new DockerRuntime(host.Socket, new RuntimeSettings());
        Assert.Equal("172.18.0.2", (await runtime.FindAsync("ab", Token))!.Ip);
    }

    [Fact]
    public async Task Two_that_use_the_network_of_each_other_have_none()
    {
        await using var host = await UnixHost.HttpAsync(static http => AnswerAsync(http, static path => (200, path.Contains("/ab/", StringComparison.Ordinal)
            ? """{"Id":"ab","HostConfig":{"NetworkMode":"container:cd"}}""" : """{"Id":"cd","HostConfig":{"NetworkMode":"container:ab"}}""")));
        await using var runtime = new DockerRuntime(host.Socket, new RuntimeSettings());
        Assert.Equal("", (await runtime.FindAsync("ab", Token))!.Ip);
    }

    [Fact]
    public async Task At_most_ten_thousand_containers_are_listed()
    {
        var list = $"[{string.Join(',', Enumerable.Range(0, 10_050).Select(static number => $$"""{"Id":"{{number:x12}}"}"""))}]";
        await using var host = await UnixHost.HttpAsync(http => AnswerAsync(http, path => path.EndsWith("/containers/json", StringComparison.Ordinal) ? (200, list) : (404, "")));
        await using var runtime = new DockerRuntime(host.Socket, new RuntimeSettings());
        Assert.Equal(10_000, (await runtime.AllAsync()).Count);
    }

    [Fact]
    public async Task Events_are_followed_until_the_stream_ends()
    {
        await using var host = await UnixHost.HttpAsync(static async http =>
        {
            if (!http.Request.Path.Value!.EndsWith("/events", StringComparison.Ordinal))
            {
                await AnswerAsync(http, static _ => (404, ""));
                return;
            }

            await http.Response.WriteAsync("\r\n{\"Action\":\"destroy\",\"Actor\":{\"ID\":\"ee\"}}\n[]\n{\"Action\":\"create\",\"Actor\":{}}\n{\"Action\":\"start\",\"Actor\":");
            await http.Response.Body.FlushAsync();
            await http.Response.WriteAsync("{\"ID\":\"ab\",\"Attributes\":{\"image\":\"team/nginx:1.27\",\"name\":\"web\",\"tier\":\"front\"}}}\n{\"Action\":\"start\",\"Ac");
        });
        await using var runtime = new DockerRuntime(host.Socket, new RuntimeSettings());
        var told = new List<ContainerRecord>();
        var exception = await IsUnavailableAsync(() => runtime.ToldAsync(static () => Task.CompletedTask, records =>
        {
            told.AddRange(records);
            return false;
        }));
        var record = Assert.Single(told);
        Assert.Equal(("ab", "team/nginx:1.27", "web"), (record.FullId, record.Image, record.Name));
        Assert.Equal(("team/nginx", "1.27", true), (record.ImageRepository, record.ImageTag, record.IsPartial));
        Assert.Equal([new("tier", "front")], record.Labels);
        Assert.Contains("ended the connection", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("hush\n")]
    [InlineData("{\"hush\":\n")]
    public async Task A_line_that_is_no_JSON_ends_the_stream(string line)
    {
        await using var host = await UnixHost.HttpAsync(http => AnswerAsync(http, _ => (200, line)));
        await using var runtime = new PodmanRuntime(host.Socket, new RuntimeSettings());
        var exception = await runtime.FollowingIsUnavailableAsync();
        Assert.Contains("no JSON", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hush", exception.ToString(), StringComparison.Ordinal);
    }

    private static async Task AnswerAsync(HttpContext http, Func<string, (int Status, string Body)> answer)
    {
        if (http.Request.Path == "/_ping")
        {
            http.Response.Headers["Api-Version"] = "1.41";
            return;
        }

        var (status, body) = answer(http.Request.Path);
        http.Response.StatusCode = status;
        await http.Response.WriteAsync(body);
    }
}
