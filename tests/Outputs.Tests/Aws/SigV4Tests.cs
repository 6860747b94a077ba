using System.Text;
using Saker.Alerts;
using Saker.Outputs.Aws.Signing;

namespace Saker.Outputs.Tests.Aws;

/// <summary>AWS's published vectors (aws4 signing test suite): requests, and the signatures that they must have.</summary>
public sealed class SigV4Tests
{
    private static readonly DateTimeOffset Time = new(2015, 8, 30, 12, 36, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("get-vanilla", "/", "", "", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31")]
    [InlineData("get-relative-relative", "/example1/example2/../..", "", "", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31")]
    [InlineData("get-slashes", "//example//", "", "", "9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84")]
    [InlineData("get-space", "/example space/", "", "", "652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741")]
    [InlineData("get-utf8", "/ሴ", "", "", "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85")]
    [InlineData("get-vanilla-empty-query-key", "/", "Param1=value1", "", "a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb")]
    [InlineData("get-vanilla-query-order-key-case", "/", "Param2=value2&Param1=value1", "", "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500")]
    [InlineData("get-vanilla-query-order-encoded", "/", "Param-3=Value3&Param=Value2&%E1%88%B4=Value1", "", "371d3713e185cc334048618a97f809c9ffe339c62934c032af5a0e595648fcac")]
    [InlineData("get-vanilla-query-unreserved", "/", "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz=-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", "",
        "9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197")]
    [InlineData("get-vanilla-utf8-query", "/", "ሴ=bar", "", "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04")]
    [InlineData("get-header-key-duplicate", "/", "", "My-Header1|value2|My-Header1|value2|My-Header1|value1", "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea")]
    [InlineData("get-header-value-trim", "/", "", "My-Header1| value1|My-Header2| \"a   b   c\"", "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736")]
    [InlineData("get-vanilla-with-session-token", "/", "", "X-Amz-Security-Token|6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267", "07ec1639c89043aa0e3e2de82b96708f198cceab042d4a97044c66dd9f74e7f8")]
    public void A_get_has_the_published_signature(string name, string path, string query, string headers, string signature) =>
        Assert.True(Authorization("GET", path, query, headers, "").EndsWith($"Signature={signature}", StringComparison.Ordinal), name);

    [Theory]
    [InlineData("application/x-www-form-urlencoded", "d3875051da38690788ef43de4db0d8f280229d82040bfac253562e56c3f20e0b")]
    [InlineData("application/x-www-form-urlencoded; charset=utf-8", "328d1b9eaadca9f5818ef05e8392801e091653bafec24fcab71e7344e7f51422")]
    public void A_form_has_the_published_authorization(string type, string signature) => Assert.Equal(
        $"AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=content-length;content-type;host;x-amz-content-sha256;x-amz-date, Signature={signature}",
        Authorization("POST", "/", "", $"Content-Type|{type}|Content-Length|13|x-amz-content-sha256|9095672bbd1f56dfc5b65f3e153adc8731a4a654192329106275f4c7b24d0b6e", "Param1=value1"));

    [Fact]
    public void A_post_without_a_body_has_the_published_signature() =>
        Assert.EndsWith("5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b", Authorization("POST", "/", "", "", ""), StringComparison.Ordinal);

    private static string Authorization(string method, string path, string query, string headers, string body)
    {
        var parts = headers.Length == 0 ? [] : headers.Split('|');
        List<KeyValuePair<string, string>> all = [new("Host", "example.amazonaws.com"), new("X-Amz-Date", "20150830T123600Z")];
        all.AddRange(parts.Chunk(2).Select(static pair => KeyValuePair.Create(pair[0], pair[1])));
        var request = new SignedParts(method, path, query, all, SigV4.Hash(Encoding.UTF8.GetBytes(body)));
        var credentials = new AwsCredentials("AKIDEXAMPLE", new Secret("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"), Secret.None, "the suite");
        return SigV4.Authorization(request, credentials, "us-east-1", "service", Time);
    }
}
