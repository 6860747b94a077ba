using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Saker.Outputs.Testing;
using Saker.Testing;

namespace Saker.Outputs.Tests.Aws;

/// <summary>An emulator of SNS, SQS and STS (npm, fauxqs): what is published comes out of a queue that is subscribed to the topic.</summary>
public sealed class FauxqsTests(FauxqsServer server) : IClassFixture<FauxqsServer>
{
    [Fact]
    public async Task What_is_published_comes_out_of_a_queue()
    {
        var topic = await server.TopicAsync("falco", "queue-1");
        await using var router = Load(topic);
        Assert.Equal(DeliveryStatus.Delivered, (await router.Output.PrepareAsync(TestContext.Current.CancellationToken)).Status);
        Assert.Equal(DeliveryStatus.Delivered, (await router.Output.DeliverAsync([SampleAlerts.Full], TestContext.Current.CancellationToken))[0].Status);

        // A batch, one of which is too large for SNS as it is.
        var alerts = Enumerable.Range(0, 25).Select(static i => SampleAlerts.Full with { Output = $"alert {i}" }).Append(SampleAlerts.Full with { Output = new string('é', 200_000) }).ToList();
        var results = await router.Output.DeliverAsync(alerts, TestContext.Current.CancellationToken);
        Assert.All(Enumerable.Range(0, alerts.Count), index => Assert.True(results[index].Status == DeliveryStatus.Delivered, results[index].Reason));

        var messages = await server.MessagesAsync("queue-1", alerts.Count + 1);
        Assert.Equal(SampleAlerts.Full.Output, messages[0]["Message"]!.GetValue<string>());
        Assert.Equal(SampleAlerts.Full.Rule, messages[0]["MessageAttributes"]!["rule"]!["Value"]!.GetValue<string>());
        var texts = messages.Select(static message => message["Message"]!.GetValue<string>()).ToHashSet();
        Assert.All(alerts.SkipLast(1), alert => Assert.Contains(alert.Output, texts));
        Assert.Contains(texts, static text => text.EndsWith("é…", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_topic_that_is_not_there_blocks_the_output()
    {
        await server.TopicAsync("other", "queue-2");
        await using var router = Load("arn:aws:sns:us-east-1:000000000000:no-such-topic");
        var result = (await router.Output.DeliverAsync([SampleAlerts.Full], TestContext.Current.CancellationToken))[0];
        Assert.Equal(DeliveryStatus.Blocked, result.Status);
        Assert.Contains("Look at aws.sns.topicarn.", result.Reason, StringComparison.Ordinal);
    }

    private ConfiguredRouter Load(string topic) => ConfiguredRouter.Load(
        $"aws:\n  endpoint: {server.Address}\n  sns:\n    topicarn: {topic}\n",
        new Dictionary<string, string> { ["AWS_ACCESS_KEY_ID"] = "test", ["AWS_SECRET_ACCESS_KEY"] = "test" });
}

/// <summary>The emulator, started on a port of 127.0.0.1 for these tests alone.</summary>
public sealed class FauxqsServer : IAsyncLifetime
{
    private const string Authorization = "AWS4-HMAC-SHA256 Credential=test/20261127/us-east-1/sns/aws4_request, SignedHeaders=host, Signature=0";
    private static readonly HttpClient Http = new();
    private readonly Dictionary<string, string> urls = [];
    private Process? process;

    public Uri Address { get; } = new($"http://127.0.0.1:{LoopbackServer.ClosedPort()}/");

    public async ValueTask InitializeAsync()
    {
        if (Program() is not { } program)
        {
            return;
        }

        var start = new ProcessStartInfo("node", [program]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["FAUXQS_PORT"] = Address.Port.ToString(CultureInfo.InvariantCulture);
        start.Environment["FAUXQS_LOGGER"] = "false";
        process = Process.Start(start);
        for (var attempt = 0; attempt < 600; attempt++)
        {
            try
            {
                using var health = await Http.GetAsync(new Uri(Address, "health"));
                return;
            }
            catch (Exception exception) when (exception is HttpRequestException or System.Net.Sockets.SocketException)
            {
                await Task.Delay(100);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (process is { HasExited: false })
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
        }

        process?.Dispose();
    }

    public async Task<string> TopicAsync(string topic, string queue)
    {
        Assert.SkipWhen(process is null, "The emulator of SNS is not installed: npm install -g fauxqs@1.9.2, or name its folder with FAUXQS.");
        var arn = $"arn:aws:sns:us-east-1:000000000000:{topic}";
        await AskAsync(new() { ["Action"] = "CreateTopic", ["Name"] = topic, ["Version"] = "2010-03-31" });
        urls[queue] = (await SqsAsync("CreateQueue", new JsonObject { ["QueueName"] = queue }))["QueueUrl"]!.GetValue<string>();
        await AskAsync(new() { ["Action"] = "Subscribe", ["TopicArn"] = arn, ["Protocol"] = "sqs", ["Endpoint"] = $"arn:aws:sqs:us-east-1:000000000000:{queue}", ["Version"] = "2010-03-31" });
        return arn;
    }

    public async Task<List<JsonNode>> MessagesAsync(string queue, int count)
    {
        var messages = new List<JsonNode>();
        for (var attempt = 0; attempt < 100 && messages.Count < count; attempt++)
        {
            var answer = await SqsAsync("ReceiveMessage", new JsonObject { ["QueueUrl"] = urls[queue], ["MaxNumberOfMessages"] = 10, ["VisibilityTimeout"] = 600 });
            messages.AddRange((answer["Messages"] as JsonArray ?? []).Select(static message => JsonNode.Parse(message!["Body"]!.GetValue<string>())!));
        }

        return messages;
    }

    private async Task AskAsync(Dictionary<string, string> form)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Address) { Content = new FormUrlEncodedContent(form) };
        request.Headers.TryAddWithoutValidation("Authorization", Authorization);
        using var answer = await Http.SendAsync(request);
        answer.EnsureSuccessStatusCode();
    }

    private async Task<JsonNode> SqsAsync(string action, JsonObject body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Address) { Content = new StringContent(body.ToJsonString(), null, "application/x-amz-json-1.0") };
        request.Headers.TryAddWithoutValidation("Authorization", Authorization.Replace("/sns/", "/sqs/", StringComparison.Ordinal));
        request.Headers.TryAddWithoutValidation("X-Amz-Target", $"AmazonSQS.{action}");
        using var answer = await Http.SendAsync(request);
        answer.EnsureSuccessStatusCode();
        return JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
    }

    private static string? Program() =>
        new[] { Environment.GetEnvironmentVariable("FAUXQS"), "/usr/lib/node_modules/fauxqs", "/usr/local/lib/node_modules/fauxqs" }
            .Select(static folder => folder is null ? null : Path.Combine(folder, "dist", "cli.js")).FirstOrDefault(static file => file is not null && File.Exists(file));
}
