using Saker.Outputs.Aws;
using Saker.Outputs.Aws.Settings;

namespace Saker.Outputs.Tests.Aws;

public sealed class AwsSettingsTests
{
    [Theory]
    [InlineData("eu-west-1", "", "https://sns.eu-west-1.amazonaws.com")]
    [InlineData("cn-north-1", "", "https://sns.cn-north-1.amazonaws.com.cn")]
    [InlineData("us-gov-west-1", "", "https://sns.us-gov-west-1.amazonaws.com")]
    [InlineData("us-iso-east-1", "", "https://sns.us-iso-east-1.c2s.ic.gov")]
    [InlineData("us-isob-east-1", "", "https://sns.us-isob-east-1.sc2s.sgov.gov")]
    [InlineData("eusc-de-east-1", "", "https://sns.eusc-de-east-1.amazonaws.eu")]
    [InlineData("us-east-1", "AWS_USE_FIPS_ENDPOINT=true", "https://sns-fips.us-east-1.amazonaws.com")]
    [InlineData("us-east-1", "AWS_USE_DUALSTACK_ENDPOINT=true", "https://sns.us-east-1.api.aws")]
    [InlineData("us-east-1", "AWS_ENDPOINT_URL=http://all", "http://all")]
    [InlineData("us-east-1", "AWS_ENDPOINT_URL=http://all AWS_ENDPOINT_URL_SNS=http://sns", "http://sns")]
    [InlineData("us-east-1", "AWS_ENDPOINT_URL=http://all AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true", "https://sns.us-east-1.amazonaws.com")]
    public void A_service_has_the_address_of_its_region_or_the_one_that_is_set(string region, string variables, string address) =>
        Assert.Equal(address, new AwsSettings(new AwsOptions(), Variables(variables)).Address("sns", region));

    [Theory]
    [InlineData("eu-west-1", "AWS_DEFAULT_REGION=us-east-1", "eu-west-1")]
    [InlineData("", "AWS_DEFAULT_REGION=us-east-1", "us-east-1")]
    [InlineData("", "", "")]
    public void A_region_is_that_of_the_configuration_or_of_the_variable(string set, string variables, string region) =>
        Assert.Equal(region, new AwsSettings(new AwsOptions { Region = set }, Variables(variables)).Region);

    private static Func<string, string?> Variables(string text)
    {
        var all = text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Append("HOME=/no/such/home").ToDictionary(static v => v.Split('=')[0], static v => v.Split('=')[1]);
        return name => all.GetValueOrDefault(name);
    }
}
