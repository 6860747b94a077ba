using Saker.Alerts;
using Saker.Router.Configuration;
using Saker.Settings;

namespace Saker.Router.Tests.Configuration;

/// <summary>Options that the outputs of a group share: one section for all, or one of an instance's own.</summary>
public sealed class GroupOptionsTests
{
    private const string Topic = "arn:aws:sns:eu-west-1:123456789012:falco";

    [Fact]
    public void An_instance_has_the_shared_section_or_its_own_whole()
    {
        var configuration = Load($$"""
            aws: {region: eu-north-1, sessiontoken: shared-token, sns: {topicarn: '{{Topic}}' } }
            outputs:
              same: {type: aws.sns, topicarn: '{{Topic}}' }
              own: {type: aws.sns, topicarn: '{{Topic}}', aws: {region: us-east-1} }
            """);
        Assert.Empty(configuration.Faults);
        Assert.Equal(["aws.sns: eu-north-1 True", "same: eu-north-1 True", "own: us-east-1 False"], configuration.Outputs.Select(static output =>
            $"{output.Name}: {Value(output, "region")} {output.Secrets.Contains(new Secret("shared-token"))}"));
        Assert.Same(configuration.Outputs[0].Group, configuration.Outputs[1].Group);
    }

    [Fact]
    public void Variables_set_the_shared_section_and_an_instance_s_own()
    {
        var configuration = Load($"outputs: {{a: {{type: aws.sns, topicarn: '{Topic}'}}, b: {{type: aws.sns, topicarn: '{Topic}'}}}}\n", new() { ["AWS_REGION"] = "eu-west-2", ["OUTPUTS_B_AWS_REGION"] = "eu-west-3" });
        Assert.Equal(["eu-west-2", "eu-west-3"], configuration.Outputs.Select(static output => Value(output, "region")));
    }

    [Theory]
    [InlineData("aws: {regoin: eu-west-1, sns: {topicarn: 'arn:aws:sns:eu-west-1:1:x'}}", "aws.regoin", "'region'")]
    [InlineData("aws: {regoin: eu-west-1}", "aws.regoin", "'region'")] // no output of it is on
    [InlineData("aws: {sns: {topicarm: x}}", "aws.sns.topicarm", "'topicarn'")]
    [InlineData("aws: {sqs: {ulr: x}}", "aws.sqs.ulr", "'url'")] // an output that is not in this version
    [InlineData("aws: text", "aws", "This is a section")]
    [InlineData("outputs: {a: {type: aws.sns, topicarn: 'arn:aws:sns:eu-west-1:1:x', aws: text}}", "outputs.a.aws", "This is a section")]
    [InlineData("outputs: {a: {type: aws.sns, topicarn: 'arn:aws:sns:eu-west-1:1:x', aws: {regoin: x}}}", "outputs.a.aws.regoin", "'region'")]
    [InlineData("gcp: {credentails: x}", "gcp.credentails", "'credentials'")]
    public void A_misspelt_key_is_told_once(string yaml, string key, string hint)
    {
        var fault = Assert.Single(Load(yaml).Faults, static fault => fault.Severity == FaultSeverity.Error);
        Assert.Equal(key, fault.Key);
        Assert.Contains(hint, fault.Message, StringComparison.Ordinal);
    }

    private static string? Value(OutputInstance output, string key) => OptionSchema.For(output.Group!.GetType()).Find(key)!.Property.GetValue(output.Group) as string;

    private static RouterConfiguration Load(string yaml, Dictionary<string, string>? variables = null)
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, yaml);
            return RouterConfigurationLoader.Load(file, new EnvironmentVariables(variables ?? []), OutputCatalogue.Default);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
