using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Saker.Alerts;
using Saker.Outputs.Testing;
using Saker.Outputs.Tests.Recorded;
using Saker.Testing;

namespace Saker.Outputs.Tests.Aws;

/// <summary>
/// What Falcosidekick sent to SNS and STS for every recorded alert, against what we send under <c>strictcompatibility</c>: method, path,
/// body, who signed for which service and region, and that the content is signed. The SDK's own headers are not ours.
/// </summary>
public sealed class RecordedSns(ITestOutputHelper output)
{
    private const string AssumeRoleAnswer =
        "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult><Credentials><AccessKeyId>ASIAROLE</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>";

    private const string Denied =
        "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type><Code>InvalidClientTokenId</Code><Message>The security token included in the request is invalid.</Message></Error><RequestId>r-1</RequestId></ErrorResponse>";

    // Falcosidekick leaves the section's credentials, region and role unused. That fault is not copied, not even under strict compatibility.
    private static readonly Dictionary<string, string> SignedOtherwise = new(StringComparer.Ordinal)
    {
        ["config-credentials"] = "ASIAROLE", // of the role, asked for with aws.accesskeyid
        ["config-credentials-only"] = "AKIDCONFIG",
    };

    public static TheoryData<string> Variants => RecordedVariant.Of("aws.sns");

    [Theory]
    [MemberData(nameof(Variants))]
    public async Task Requests_are_those_that_were_recorded(string variant)
    {
        var lines = RecordedData.Lines("sidekick", "outputs", "aws.sns", variant + ".jsonl");
        var header = JsonNode.Parse(lines[0])!;
        await using var server = await LoopbackServer.StartAsync(request => Encoding.UTF8.GetString(request.Body.Span) switch
        {
            var body when body.StartsWith("Action=AssumeRole", StringComparison.Ordinal) => new LoopbackAnswer { Body = Encoding.UTF8.GetBytes(AssumeRoleAnswer) },
            var body when body.StartsWith("Action=GetCallerIdentity", StringComparison.Ordinal) && variant.EndsWith("denied", StringComparison.Ordinal) =>
                new LoopbackAnswer { Status = 403, Body = Encoding.UTF8.GetBytes(Denied) },
            _ => new LoopbackAnswer(),
        });
        var environment = header["env"]!.AsObject().ToDictionary(
            static v => v.Key, v => v.Value!.GetValue<string>().Replace("HOST", server.Address.Authority, StringComparison.Ordinal));
        // How Falcosidekick reads custom fields is the configuration's concern; here they are written so that both read the same.
        var yaml = header["config"]!.GetValue<string>().Replace("Akey: AValue, \"env.name\": prod", "akey: AValue", StringComparison.Ordinal);
        if (environment.TryGetValue("CUSTOMFIELDS", out var fields))
        {
            environment["CUSTOMFIELDS"] = fields.Replace(",a:b:c", "", StringComparison.Ordinal);
        }

        if (variant == "real-hosts")
        {
            environment["AWS_ENDPOINT_URL"] = server.Address.ToString(); // the hosts themselves are the business of AwsSettingsTests
        }

        await using var router = ConfiguredRouter.Load("strictcompatibility: true\n" + yaml, environment);
        var sns = router.Output;
        var ready = await sns.PrepareAsync(TestContext.Current.CancellationToken);
        var wrong = new List<string>();
        foreach (var record in lines.Skip(1).Select(static line => JsonNode.Parse(line)!))
        {
            var name = record["alert"]!.GetValue<string>();
            var seen = name == "<startup>" ? 0 : server.Requests.Count;
            var alert = name == "<startup>" ? SampleAlerts.Full : router.Enrich(RecordedCase.Named(name));
            if (name != "<startup>" && ready.Status == DeliveryStatus.Delivered)
            {
                Assert.Equal(DeliveryStatus.Delivered, (await sns.DeliverAsync([alert], TestContext.Current.CancellationToken))[0].Status);
            }

            var key = SignedOtherwise.GetValueOrDefault(variant, "AKIDEXAMPLE");
            var actual = server.Requests.Skip(seen).Select(Render).Where(static text => !text.Contains("AssumeRole", StringComparison.Ordinal)).ToArray();
            if (SignedOtherwise.ContainsKey(variant))
            {
                Assert.Contains(key, Assert.Single(actual), StringComparison.Ordinal);
            }

            var expected = record["requests"]!.AsArray().Select(request => Render(request!, alert).Replace("AKIDEXAMPLE", key, StringComparison.Ordinal)).ToArray();
            if (!expected.SequenceEqual(actual) && variant != "config-credentials-only")
            {
                wrong.Add($"{name}\n  expected {string.Join('\n', expected)}\n  actual   {string.Join('\n', actual)}");
            }
        }

        Assert.Equal(variant == "checkidentity-denied" ? DeliveryStatus.Blocked : DeliveryStatus.Delivered, ready.Status);
        // Falcosidekick sends nothing where the configuration alone has credentials; there is nothing to compare.
        var count = lines.Length - 1;
        RecordedTally.Note(output, "aws.sns", variant, SignedOtherwise.ContainsKey(variant) ? 0 : count - wrong.Count, SignedOtherwise.ContainsKey(variant) ? 0 : count, SignedOtherwise.ContainsKey(variant) ? count : 0);
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    private static string Render(JsonNode request, Alert alert) => Render(
        request["method"]!.GetValue<string>(), request["path"]!.GetValue<string>(), request["headers"]!["Content-Type"]!.GetValue<string>(),
        request["headers"]!["Authorization"]!.GetValue<string>(),
        request["body"]!.GetValue<string>().Replace("<uuid>", alert.Uuid.ToString(), StringComparison.Ordinal));

    private static string Render(LoopbackRequest request)
    {
        Assert.Equal("Falcosidekick", request.Headers["User-Agent"]);
        Assert.True(request.Headers.ContainsKey("X-Amz-Date"));
        return Render(request.Method, request.Path, request.Headers["Content-Type"], request.Headers["Authorization"], Encoding.UTF8.GetString(request.Body.Span));
    }

    private static string Render(string method, string path, string type, string authorization, string body)
    {
        var signed = Regex.Match(authorization, "^AWS4-HMAC-SHA256 Credential=([^/]+)/[^/]+/([^/]+)/([^/]+)/aws4_request, SignedHeaders=([^,]+), Signature=.+$");
        Assert.True(signed.Success, authorization);
        Assert.All(new[] { "content-length", "content-type", "host", "x-amz-date" }, name => Assert.Contains(name, signed.Groups[4].Value.Split(';')));
        return $"{method} {path} {type} by {signed.Groups[1]} for {signed.Groups[3]} in {signed.Groups[2]}\n{body}";
    }
}
