using System.Text;
using System.Web;
using Saker.Alerts;
using Saker.Outputs.Aws.Sns;
using Saker.Outputs.Rendering;
using Saker.Outputs.Testing;
using Saker.Testing;

namespace Saker.Outputs.Tests.Aws;

/// <summary>What the output to SNS makes of alerts and of answers outside strict compatibility.</summary>
public sealed class SnsTests
{
    private const string Secret = "s3cr3t-k3y";

    [Theory]
    [InlineData(400, "Throttling", "Rate exceeded", DeliveryStatus.Retry)]
    [InlineData(400, "ThrottlingException", "Rate exceeded", DeliveryStatus.Retry)]
    [InlineData(403, "RequestThrottled", "", DeliveryStatus.Retry)]
    [InlineData(500, "InternalError", "", DeliveryStatus.Retry)]
    [InlineData(403, "RequestTimeTooSkewed", "The difference between the request time and the current time is too large.", DeliveryStatus.Retry)]
    [InlineData(403, "SignatureDoesNotMatch", "Signature expired: 20261127T000000Z is now earlier than 20261127T001000Z", DeliveryStatus.Retry)]
    [InlineData(403, "SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided.\n\nThe Canonical String is x-amz-security-token:s3cr3t-k3y", DeliveryStatus.Blocked)]
    [InlineData(403, "InvalidClientTokenId", "The security token included in the request is invalid.", DeliveryStatus.Blocked)]
    [InlineData(403, "ExpiredToken", "The security token included in the request is expired", DeliveryStatus.Blocked)]
    [InlineData(403, "AuthorizationError", "User: arn:aws:iam::1:user/u is not authorized to perform: SNS:Publish", DeliveryStatus.Blocked)]
    [InlineData(404, "NotFound", "Topic does not exist", DeliveryStatus.Blocked)]
    [InlineData(400, "InvalidParameter", "Invalid parameter: TopicArn", DeliveryStatus.Blocked)]
    [InlineData(400, "InvalidParameter", "Invalid parameter: Message too long", DeliveryStatus.Rejected)]
    [InlineData(400, "ParameterValueInvalid", "", DeliveryStatus.Rejected)]
    public async Task A_refusal_means_what_AWS_means_by_its_code(int status, string code, string message, DeliveryStatus expected)
    {
        foreach (var body in new[] { Error(code, message), $"{{\"__type\":\"com.amazonaws.sns#{code}\",\"message\":{System.Text.Json.JsonSerializer.Serialize(message)}}}" })
        {
            await using var server = await LoopbackServer.StartAsync(new LoopbackAnswer { Status = status, Body = Encoding.UTF8.GetBytes(body) });
            await using var router = Load(server);
            var result = (await router.Output.DeliverAsync([SampleAlerts.Full], TestContext.Current.CancellationToken))[0];
            Assert.Equal(expected, result.Status);
            Assert.Contains($"(status {status}): {code}", result.Reason, StringComparison.Ordinal);
            Assert.DoesNotContain(Secret, result.Reason, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("InvalidClientTokenId", "The credentials are those of aws.accesskeyid.")]
    [InlineData("RequestTimeTooSkewed", "The clock of this machine differs from that of AWS")]
    [InlineData("NotFound", "Look at aws.sns.topicarn.")]
    public async Task A_refusal_says_where_to_look(string code, string words)
    {
        await using var server = await LoopbackServer.StartAsync(new LoopbackAnswer { Status = 403, Body = Encoding.UTF8.GetBytes(Error(code, "no")) });
        await using var router = Load(server);
        Assert.Contains(words, (await router.Output.DeliverAsync([SampleAlerts.Full], TestContext.Current.CancellationToken))[0].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Several_alerts_go_in_one_request_and_each_has_its_own_outcome()
    {
        const string Answer =
            """
            <PublishBatchResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishBatchResult>
            <Failed>
            <member><Id>1</Id><Code>InvalidParameter</Code><Message>Invalid parameter: Message too long</Message><SenderFault>true</SenderFault></member>
            <member><Id>2</Id><Code>InternalError</Code><Message>later</Message><SenderFault>false</SenderFault></member>
            </Failed>
            <Successful><member><Id>0</Id><MessageId>m</MessageId></member><member><Id>3</Id><MessageId>m</MessageId></member></Successful>
            </PublishBatchResult></PublishBatchResponse>
            """;
        await using var server = await LoopbackServer.StartAsync(new LoopbackAnswer { Body = Encoding.UTF8.GetBytes(Answer) });
        await using var router = Load(server);
        var results = await router.Output.DeliverAsync([.. Enumerable.Repeat(SampleAlerts.Full, 5)], TestContext.Current.CancellationToken);
        Assert.Equal(
            [DeliveryStatus.Delivered, DeliveryStatus.Rejected, DeliveryStatus.Retry, DeliveryStatus.Delivered, DeliveryStatus.Retry],
            Enumerable.Range(0, 5).Select(index => results[index].Status));
        Assert.Contains("InvalidParameter: Invalid parameter: Message too long", results[1].Reason, StringComparison.Ordinal);
        var form = Form(Assert.Single(server.Requests));
        Assert.Equal("PublishBatch", form["Action"]);
        Assert.Equal("4", form["PublishBatchRequestEntries.member.5.Id"]);
        Assert.Equal(SampleAlerts.Full.Output, form["PublishBatchRequestEntries.member.5.Message"]);
    }

    [Fact]
    public async Task A_batch_that_is_refused_as_a_whole_goes_one_by_one()
    {
        await using var server = await LoopbackServer.StartAsync(static request => Form(request)["Action"] == "Publish"
            ? new LoopbackAnswer() : new LoopbackAnswer { Status = 400, Body = Encoding.UTF8.GetBytes(Error("BatchRequestTooLong", "")) });
        await using var router = Load(server);
        var results = await router.Output.DeliverAsync([SampleAlerts.Full, SampleAlerts.Full], TestContext.Current.CancellationToken);
        Assert.Equal(DeliveryStatus.Delivered, results[0].Status);
        Assert.Equal(DeliveryStatus.Delivered, results[1].Status);
        Assert.Equal(["PublishBatch", "Publish", "Publish"], server.Requests.Select(static request => Form(request)["Action"]));
    }

    [Fact]
    public async Task A_request_holds_ten_alerts_and_256_KiB_at_most_and_what_follows_a_failure_waits()
    {
        await using var server = await LoopbackServer.StartAsync(static _ => new LoopbackAnswer { Status = 503 });
        await using var router = Load(server);
        var large = SampleAlerts.Full with { Output = new string('x', 100_000) };
        var results = await router.Output.DeliverAsync([large, large, large], TestContext.Current.CancellationToken);
        Assert.All(Enumerable.Range(0, 3), index => Assert.Equal(DeliveryStatus.Retry, results[index].Status));
        var form = Form(Assert.Single(server.Requests));
        Assert.NotNull(form["PublishBatchRequestEntries.member.2.Id"]);
        Assert.Null(form["PublishBatchRequestEntries.member.3.Id"]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_message_is_whole_at_the_limit_and_cut_beyond_it_with_the_rest_kept(bool rawJson)
    {
        var options = new SnsOptions { TopicArn = "arn:aws:sns:eu-west-1:1:t", RawJson = rawJson };
        SnsMessage Of(int length) => SnsMessage.From(AlertView.For(SampleAlerts.Full with { Output = new string('é', length) }, false), options);
        var room = (SnsMessage.MaxBytes - Of(1).Bytes) / 2 + 1;
        Assert.InRange(Of(room).Bytes, SnsMessage.MaxBytes - 1, SnsMessage.MaxBytes);
        Assert.DoesNotContain("…", Of(room).Text, StringComparison.Ordinal);

        var cut = Of(room + 1);
        Assert.InRange(cut.Bytes, SnsMessage.MaxBytes - 8, SnsMessage.MaxBytes);
        Assert.Contains("é…", cut.Text, StringComparison.Ordinal);
        Assert.Equal(Of(1).Attributes, cut.Attributes);
        if (rawJson)
        {
            using var json = System.Text.Json.JsonDocument.Parse(cut.Text);
            Assert.Equal(SampleAlerts.Full.OutputFields.Count, json.RootElement.GetProperty("output_fields").EnumerateObject().Count());
        }
    }

    [Fact]
    public void Attributes_are_such_as_SNS_takes()
    {
        var fields = new Dictionary<string, FieldValue>
        {
            ["empty"] = FieldValue.Text(""), ["null"] = FieldValue.Null, ["true"] = FieldValue.Truth(true), ["list"] = FieldValue.Json("[1]"), ["number"] = FieldValue.Number("1.50"),
            ["proc.aname[2]"] = FieldValue.Text("sshd"), ["with space"] = FieldValue.Text("a\u0000b"), [".a..b."] = FieldValue.Text("d"), ["AWS.x"] = FieldValue.Text("e"),
            ["rule"] = FieldValue.Text("a field"), [new string('l', 300)] = FieldValue.Text("f"),
        };
        var alert = SampleAlerts.Full with { OutputFields = AlertFields.From(fields), Output = "", Hostname = "", Source = "", Tags = [] };
        var message = SnsMessage.From(AlertView.For(alert, false), new SnsOptions());
        Assert.Equal(alert.Rule, message.Text);
        Assert.Equal(
            new[]
            {
                ("AWS_x", "String", "e"), ("_a._b_", "String", "d"), ("field.rule", "String", "a field"), ("list", "String", "[1]"), (new string('l', 256), "String", "f"), ("number", "Number", "1.50"),
                ("priority", "String", "Warning"), ("proc.aname.2", "String", "sshd"), ("rule", "String", alert.Rule), ("true", "String", "true"), ("with_space", "String", "a\uFFFDb"),
            },
            message.Attributes.Select(static a => (a.Name, a.Type, a.Value)));
    }

    [Fact]
    public async Task A_fifo_topic_gets_group_and_id()
    {
        await using var server = await LoopbackServer.StartAsync();
        await using var router = Load(server, topic: "arn:aws:sns:eu-west-1:123456789012:falco.fifo");
        await router.Output.DeliverAsync([SampleAlerts.Full], TestContext.Current.CancellationToken);
        var form = Form(Assert.Single(server.Requests));
        Assert.Equal(SampleAlerts.Full.Hostname, form["MessageGroupId"]);
        Assert.Equal(SampleAlerts.Full.Uuid.ToString(), form["MessageDeduplicationId"]);
    }

    [Fact]
    public async Task A_topic_that_is_no_ARN_of_SNS_is_a_fault()
    {
        await using var server = await LoopbackServer.StartAsync();
        await using var router = Load(server, topic: "falco");
        Assert.Contains("aws.sns.topicarn", Assert.Single(router.Faults), StringComparison.Ordinal);
    }

    private static string Error(string code, string message) =>
        $"<ErrorResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\"><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error><RequestId>r</RequestId></ErrorResponse>";

    private static System.Collections.Specialized.NameValueCollection Form(LoopbackRequest request) => HttpUtility.ParseQueryString(Encoding.UTF8.GetString(request.Body.Span));

    private static ConfiguredRouter Load(LoopbackServer server, string topic = "arn:aws:sns:eu-west-1:123456789012:falco") => ConfiguredRouter.Load(
        $"aws:\n  checkidentity: false\n  accesskeyid: AKIDEXAMPLE\n  secretaccesskey: {Secret}\n  endpoint: {server.Address}\n  sns:\n    topicarn: {topic}\n");
}
