using Saker.Router.Api;
using Saker.Router.Delivery;
using Saker.Router.Log;

namespace Saker.Router.Tests.Api;

/// <summary>Whatever goes wrong is answered as problem details, with what to do.</summary>
public sealed class ProblemTests
{
    [Theory]
    [InlineData("GET", "/api/v1/nothing", 404, "There is nothing at this path; /api/v1/openapi.json describes what there is.")]
    [InlineData("GET", "/api/v1", 404, "There is nothing at this path; /api/v1/openapi.json describes what there is.")]
    [InlineData("GET", "/api/v1/outputs/a/b/c", 404, "There is nothing at this path; /api/v1/openapi.json describes what there is.")]
    [InlineData("PUT", "/api/v1/outputs", 405, "This path does not take PUT; it takes GET.")]
    [InlineData("GET", "/api/v1/outputs/a/pause", 405, "This path does not take GET; it takes POST.")]
    [InlineData("GET", "/api/v1/dead-letters?limit=0", 400, "'limit' is '0'; give a whole number from 1 to 1000.")]
    [InlineData("GET", "/api/v1/dead-letters?after=-1", 400, "'after' is '-1'; give a whole number from 0 on.")]
    [InlineData("GET", "/api/v1/dead-letters?after=1&after=2", 400, "'after' is given more than once; give it once.")]
    [InlineData("GET", "/api/v1/dead-letters/seven", 400, "'id' is 'seven'; give a whole number from 0 on.")]
    [InlineData("GET", "/api/v1/dead-letters/resend", 400, "'id' is 'resend'; give a whole number from 0 on.")]
    [InlineData("GET", "/api/v1/outputs?name=a", 400, "There is no parameter 'name' here.")]
    public async Task A_wrong_request_learns_what_is_wrong(string method, string path, int status, string detail)
    {
        await using var rig = ApiRig.Open();
        var answer = await rig.AskAsync(method, path);
        Assert.Equal((status, detail), (answer.Status, answer.Detail));
        Assert.Equal(status == 405 ? (path.EndsWith("pause", StringComparison.Ordinal) ? "POST" : "GET") : "", answer.Headers.Allow.ToString());
    }

    [Fact]
    public async Task Only_an_answer_to_HEAD_has_no_body()
    {
        await using var rig = ApiRig.Open();
        Assert.Equal("", (await rig.AskAsync("HEAD", "/api/v1/none")).Text);
        Assert.NotEqual("", (await rig.AskAsync("HeAD", "/api/v1/none")).Text);
    }

    [Fact]
    public async Task Several_faults_are_told_at_once()
    {
        await using var rig = ApiRig.Open();
        var answer = await rig.AskAsync("GET", "/api/v1/dead-letters?limit=x&reason=y&z=1");
        Assert.Equal(400, answer.Status);
        Assert.Equal(["limit", "reason", "z"], answer.Json.GetProperty("errors").EnumerateArray().Select(static error => error.GetProperty("parameter").GetString()));
    }

    [Fact]
    public async Task An_unexpected_failure_tells_the_log_and_not_the_client()
    {
        await using var rig = ApiRig.Open();
        var failures = new List<Exception>();
        rig.Serve(new ApiBackend { Letters = new Broken(), Failed = failures.Add });
        var answer = await rig.AskAsync("GET", "/api/v1/dead-letters");
        Assert.Equal((500, "This failed unexpectedly; the router's log says more."), (answer.Status, answer.Detail));
        Assert.DoesNotContain("secret", answer.Text, StringComparison.Ordinal);
        Assert.Equal("a secret", Assert.Single(failures).Message);
    }

    private sealed class Broken : IDeadLetters
    {
        public long Count => throw new InvalidOperationException("a secret");

        public long Displaced => 0;

        public long Newest => -1;

        public ValueTask<AppendResult> AddAsync(DeadLetter letter) => throw new NotSupportedException();

        public IEnumerable<DeadLetter> List(string? output = null, long from = 0) => [];

        public DeadLetter? Find(long id) => null;

        public ValueTask<bool> RemoveAsync(long id) => new(false);
    }
}
