using System.Text.Json;
using Saker.Router.Api;
using Saker.Router.Tests.Delivery;

namespace Saker.Router.Tests.Api;

/// <summary>How the router stands, what is in effect, and what it would do with an alert.</summary>
public sealed class RouterEndpointTests
{
    private const string Yaml = """
        customfields: { env: test, "a[0]": b }
        templatedfields: { who: '{{ index . "user.name" }}!', bad: '{{ index . "user.name" "x" }}' }
        bracketreplacer: _
        slack: { channel: "#alerts" }
        outputs:
          all: { type: webhook, address: "http://127.0.0.1:1/secret-path" }
          high: { type: webhook, address: "http://127.0.0.1:1/", minimumpriority: critical, when: "evt.source = syscall and user.name = root" }
          held: { type: stdout }
          off: { type: stdout, enabled: false }
        """;

    private const string Alert = """{"output":"o","priority":"Notice","rule":"r","time":"2026-11-27T10:00:00Z","output_fields":{"user.name":"eve"}}""";

    [Theory]
    [InlineData("application/x-www-form-urlencoded")] // what curl -d says of whatever it sends
    [InlineData("text/plain")]
    [InlineData("application/json; charset=utf-8")]
    public async Task An_alert_is_routed_whatever_its_sender_calls_it(string contentType)
    {
        await using var rig = ApiRig.Open();
        Assert.Equal(200, (await rig.AskAsync("POST", "/api/v1/route", Alert, ("Content-Type", contentType))).Status);
        Assert.StartsWith("The body is no alert: ", (await rig.AskAsync("POST", "/api/v1/route", "[]", ("Content-Type", contentType))).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answers_are_written_for_people_too()
    {
        await using var rig = ApiRig.Open("customtags: [\"it's\"]\n");
        Assert.Contains("'limit' is '0'", (await rig.AskAsync("GET", "/api/v1/dead-letters?limit=0")).Text, StringComparison.Ordinal);
        Assert.Contains("[it's]", (await rig.AskAsync("GET", "/api/v1/configuration")).Text, StringComparison.Ordinal);
        await rig.AddLetterAsync("a", "it's <é>");
        Assert.Contains("it's <é>", (await rig.AskAsync("GET", "/api/v1/dead-letters")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_alert_is_routed_without_being_stored_and_each_output_says_why_not()
    {
        await using var rig = ApiRig.Open(Yaml, DeliveryRig.Instance("held", new ScriptedOutput()));
        rig.Delivery.Engine.Pause("held", "test");
        var answer = await rig.AskAsync("POST", "/api/v1/route", Alert);
        Assert.True(answer.Status == 200, answer.Text);
        var outputs = answer.Json.GetProperty("outputs").EnumerateArray().ToDictionary(
            static output => output.GetProperty("name").GetString()!,
            static output => (output.GetProperty("gets").GetBoolean(), string.Join(' ', output.GetProperty("reasons").EnumerateArray().Select(static reason => reason.GetProperty("kind").GetString()))));
        Assert.Equal((true, ""), outputs["all"]);
        Assert.Equal((false, "minimumPriority when"), outputs["high"]);
        Assert.Equal((false, "paused"), outputs["held"]);
        Assert.Equal((false, "off"), outputs["off"]);
        Assert.Equal((false, "off"), outputs["slack"]);
        Assert.Equal(
            ["env=test customfields", "a_0=b customfields", "who=eve! templatedfields"],
            answer.Json.GetProperty("added").EnumerateArray().Select(static field => $"{field.GetProperty("name").GetString()}={field.GetProperty("value").GetString()} {field.GetProperty("by").GetString()}").Take(3));
        Assert.StartsWith("templatedfields.bad: ", Assert.Single(answer.Json.GetProperty("problems").EnumerateArray()).GetString(), StringComparison.Ordinal);
        Assert.Equal("eve!", answer.Json.GetProperty("alert").GetProperty("output_fields").GetProperty("who").GetString());
        Assert.Equal(0, rig.Delivery.Log.Next);
    }

    [Theory]
    [InlineData("", 400, "The body is no alert: ")]
    [InlineData("{}", 400, "The body is no alert: ")]
    [InlineData("[1]", 400, "The body is no alert: ")]
    public async Task What_is_no_alert_is_refused(string body, int status, string detail)
    {
        await using var rig = ApiRig.Open();
        var answer = await rig.AskAsync("POST", "/api/v1/route", body);
        Assert.Equal(status, answer.Status);
        Assert.StartsWith(detail, answer.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_alert_that_would_not_be_taken_is_refused_with_the_reason()
    {
        await using var rig = ApiRig.Open("http: { maxfields: 1 }");
        Assert.Contains("output_fields is missing or empty", (await rig.AskAsync("POST", "/api/v1/route", """{"output":"o","priority":"Notice","rule":"r","time":"2026-11-27T10:00:00Z"}""")).Detail, StringComparison.Ordinal);
        Assert.Contains("http.maxfields", (await rig.AskAsync("POST", "/api/v1/route", Alert.Replace("\"eve\"", "\"eve\",\"b\":1", StringComparison.Ordinal))).Detail, StringComparison.Ordinal);
        Assert.Equal(413, (await rig.AskAsync("POST", "/api/v1/route", new string(' ', (1 << 20) + 1))).Status);
    }

    [Fact]
    public async Task The_configuration_has_sources_and_no_secret_and_is_not_sent_twice()
    {
        await using var rig = ApiRig.Open(Yaml);
        var answer = await rig.AskAsync("GET", "/api/v1/configuration");
        Assert.Equal(200, answer.Status);
        Assert.DoesNotContain("secret-path", answer.Text, StringComparison.Ordinal);
        var setting = answer.Json.GetProperty("settings").EnumerateArray().Single(static one => one.GetProperty("key").GetString() == "outputs.high.minimumpriority");
        Assert.Equal("critical", setting.GetProperty("value").GetString(), ignoreCase: true);
        Assert.Contains(":7", setting.GetProperty("source").GetString(), StringComparison.Ordinal);
        var tag = answer.Headers.ETag.ToString();
        Assert.Equal((304, ""), ((await rig.AskAsync("GET", "/api/v1/configuration", null, ("If-None-Match", tag))).Status, (await rig.AskAsync("GET", "/api/v1/configuration", null, ("If-None-Match", $"\"other\", {tag}"))).Text));
        Assert.Equal(200, (await rig.AskAsync("GET", "/api/v1/configuration", null, ("If-None-Match", "\"other\""))).Status);
    }

    [Fact]
    public async Task The_status_has_the_log_and_how_many_outputs_stand_how()
    {
        await using var rig = ApiRig.Open(DeliveryRig.Instance("a", new ScriptedOutput()), DeliveryRig.Instance("b", new ScriptedOutput()));
        rig.Delivery.Engine.Pause("b", "test");
        var status = (await rig.AskAsync("GET", "/api/v1/status")).Json;
        Assert.Equal(("/data", "http://127.0.0.1:2801", JsonValueKind.Null), (status.GetProperty("dataDirectory").GetString(), status.GetProperty("addresses")[0].GetString(), status.GetProperty("fault").ValueKind));
        Assert.Equal("""{"healthy":1,"failing":0,"blocked":0,"paused":1}""", status.GetProperty("outputs").GetRawText());
        Assert.Equal(0, status.GetProperty("log").GetProperty("next").GetInt64());
        Assert.Matches(@"^\d+\.\d+\.\d+", status.GetProperty("version").GetString());
        Assert.True(status.GetProperty("uptimeSeconds").GetDouble() > 0);
    }

    [Fact]
    public async Task The_description_of_the_API_is_served_with_a_tag()
    {
        await using var rig = ApiRig.Open();
        var answer = await rig.AskAsync("GET", "/api/v1/openapi.json");
        Assert.StartsWith("3.1", answer.Json.GetProperty("openapi").GetString(), StringComparison.Ordinal);
        Assert.Equal(
            ApiEndpoints.Actions,
            answer.Json.GetProperty("paths").EnumerateObject().Where(static path => path.Value.TryGetProperty("post", out _)).Select(static path => path.Name[path.Name.LastIndexOf('/')..]).Distinct().Order(StringComparer.Ordinal));
        Assert.Equal(304, (await rig.AskAsync("GET", "/api/v1/openapi.json", null, ("If-None-Match", answer.Headers.ETag.ToString()))).Status);
    }
}
